//! What Git keeps from being written.

use super::{Failed, Reason, Retry};
use crate::ports::{GitError, GitErrorKind};

impl From<GitError> for Failed {
    fn from(error: GitError) -> Self {
        use GitErrorKind as Kind;
        let (reason, retry, hint) = match error.kind {
            Kind::Unauthorized => (
                Reason::AuthenticationFailed,
                Retry::OnChange,
                "check the secret named in the GitRepository's spec.secretRef",
            ),
            Kind::Untrusted => (
                Reason::AuthenticationFailed,
                Retry::OnChange,
                "compare the host's key with the secret's known_hosts, or its certificate with ca.crt",
            ),
            Kind::NotFound => (
                Reason::GitFailed,
                Retry::OnChange,
                "check the GitRepository's spec.url and the branch to check out",
            ),
            Kind::Rejected => (
                Reason::GitFailed,
                Retry::BackOff,
                "others push to the branch all the time; the next pass tries again",
            ),
            Kind::Forbidden => (
                Reason::GitFailed,
                Retry::OnChange,
                "give the credentials write access, or push to a branch that is not protected",
            ),
            Kind::Unreachable => (
                Reason::Unreachable,
                Retry::BackOff,
                "check the host's name, the network and the proxy",
            ),
            Kind::Configuration => (
                Reason::InvalidSpecification,
                Retry::OnChange,
                "correct the secret the message names",
            ),
            Kind::Damaged => (
                Reason::GitFailed,
                Retry::BackOff,
                "the next pass fetches it anew; if that happens often, check the disk",
            ),
            Kind::Other => (Reason::GitFailed, Retry::BackOff, "see the message; -v tells more"),
        };
        Self::new(reason, retry, error.to_string()).hint(hint)
    }
}
