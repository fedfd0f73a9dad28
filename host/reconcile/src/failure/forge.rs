//! What a forge keeps from being asked for.

use super::{Failed, Reason, Retry};
use crate::ports::{ForgeError, ForgeErrorKind};

impl From<ForgeError> for Failed {
    fn from(error: ForgeError) -> Self {
        use ForgeErrorKind as Kind;
        let (reason, retry, hint) = match error.kind {
            Kind::NoToken => (
                Reason::AuthenticationFailed,
                Retry::OnChange,
                "name a secret with a `token` in spec.git.pullRequest.secretRef",
            ),
            Kind::Unauthorized => (
                Reason::AuthenticationFailed,
                Retry::OnChange,
                "the token is refused: it may have expired, or belong to another host",
            ),
            Kind::Forbidden => (
                Reason::AuthenticationFailed,
                Retry::OnChange,
                "give the token the scopes that docs/pull-requests.md lists for this forge",
            ),
            Kind::NotFound => (
                Reason::ForgeFailed,
                Retry::OnChange,
                "check spec.git.pullRequest.repository and baseURL; a token that may not see a \
                 repository is answered so as well",
            ),
            Kind::Throttled { .. } => (
                Reason::Throttled,
                Retry::BackOff,
                "look less often (spec.interval), or share the token with fewer others",
            ),
            Kind::Refused => (
                Reason::ForgeFailed,
                Retry::BackOff,
                "see what the forge says; labels and people must exist there",
            ),
            Kind::Unreachable => (
                Reason::Unreachable,
                Retry::BackOff,
                "check spec.git.pullRequest.baseURL, the network and the proxy",
            ),
            Kind::Configuration => (
                Reason::InvalidSpecification,
                Retry::OnChange,
                "correct spec.git.pullRequest, or the secret that the message names",
            ),
            Kind::Protocol => (
                Reason::ForgeFailed,
                Retry::BackOff,
                "check that spec.git.pullRequest.provider and baseURL name this forge",
            ),
        };
        let wait = match error.kind {
            Kind::Throttled { retry_after } => retry_after.map(|wait| wait.as_secs() + 1),
            _ => None,
        };
        Self::new(reason, retry, error.to_string()).hint(hint).after(wait)
    }
}
