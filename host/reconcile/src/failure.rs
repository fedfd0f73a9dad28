//! What stops an object, and when to try it again.

use serde::{Deserialize, Serialize};
use tagwarden_core::spec::KeyError;

use crate::ports::{
    EvaluationError, Failure, ForgeError, ForgeErrorKind, GitError, GitErrorKind, RegistryError,
    RegistryErrorKind, StoreError, VerificationError,
};

/// Why an object has no result, in words for its owner.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Failed {
    /// A stable word for the cause, as a Kubernetes condition's reason.
    pub reason: Reason,
    /// What failed and on what.
    pub message: String,
    /// What to do about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
    /// When another try makes sense.
    pub retry: Retry,
    /// For how many seconds the peer wants to be left alone, if it said so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retry_after: Option<u64>,
}

/// Stable words for causes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Reason {
    /// An object that is referred to does not exist.
    DependencyNotFound,
    /// A namespace may not use another one's object.
    AccessDenied,
    /// A specification that cannot work.
    InvalidSpecification,
    /// Credentials were refused, or are missing.
    AuthenticationFailed,
    /// A peer could not be reached.
    Unreachable,
    /// A registry asked for patience.
    Throttled,
    /// A registry answered nonsense, or an error.
    ScanFailed,
    /// There is no list of tags to decide from.
    TagsUnknown,
    /// The policy found no tag eligible.
    NoTagSelected,
    /// The selected image is not signed as it must be.
    NotVerified,
    /// A plugin may not run: it is not what the operator vetted.
    PluginRefused,
    /// A plugin refused, broke or overran its limits.
    PluginFailed,
    /// An image's age or labels, which the decision depends on, are not known.
    MetadataUnknown,
    /// Git could not do it.
    GitFailed,
    /// A forge could not do it.
    ForgeFailed,
    /// The state folder cannot be used.
    StoreFailed,
}

/// When another try makes sense.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Retry {
    /// Soon, and less often each time.
    BackOff,
    /// At the object's next interval, or when something it depends on changes.
    OnChange,
    /// Not before somebody changes the manifest.
    Stalled,
}

impl Failed {
    /// A failure without a hint.
    pub fn new(reason: Reason, retry: Retry, message: impl Into<String>) -> Self {
        Self { reason, message: message.into(), hint: None, retry, retry_after: None }
    }

    /// The same failure with a word on what to do.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// The same failure, not to be tried again before so many seconds are over.
    #[must_use]
    pub fn after(mut self, seconds: Option<u64>) -> Self {
        self.retry_after = seconds;
        self
    }
}

impl From<RegistryError> for Failed {
    fn from(error: RegistryError) -> Self {
        use RegistryErrorKind as Kind;
        let (reason, retry, hint) = match error.kind {
            Kind::Unauthorized => (
                Reason::AuthenticationFailed,
                Retry::OnChange,
                "check the secret named in spec.secretRef (registry host, user name, password), or the cloud of spec.provider",
            ),
            Kind::NotFound => (
                Reason::ScanFailed,
                Retry::OnChange,
                "check spec.image; some registries also answer so when credentials are missing",
            ),
            Kind::Throttled { .. } => (
                Reason::Throttled,
                Retry::BackOff,
                "scan less often (spec.interval), or log in for a higher limit",
            ),
            Kind::Unreachable => (
                Reason::Unreachable,
                Retry::BackOff,
                "check the host's name, the network and the proxy; spec.insecure allows plain HTTP",
            ),
            Kind::Protocol => (
                Reason::ScanFailed,
                Retry::BackOff,
                "the registry's answer was not used: tags are only selected from a whole list",
            ),
            Kind::Configuration => {
                (Reason::InvalidSpecification, Retry::OnChange, "correct what the message names")
            }
        };
        let wait = match error.kind {
            // A part of a second more is waited, never less.
            Kind::Throttled { retry_after } => retry_after.map(|wait| wait.as_secs() + 1),
            _ => None,
        };
        Self::new(reason, retry, error.to_string()).hint(hint).after(wait)
    }
}

impl From<VerificationError> for Failed {
    fn from(error: VerificationError) -> Self {
        let message = error.to_string();
        match error {
            VerificationError::Registry(error) if error.kind == RegistryErrorKind::Protocol => {
                Self::new(Reason::NotVerified, Retry::BackOff, message)
                    .hint("the registry's signatures cannot be relied on; see who writes to it")
            }
            VerificationError::Registry(error) => error.into(),
            VerificationError::Key(_) => {
                Self::new(Reason::InvalidSpecification, Retry::OnChange, message)
                    .hint("give public keys in PEM, as `cosign generate-key-pair` writes them")
            }
            // Signatures often follow their image by a minute.
            VerificationError::Refused { .. } => {
                Self::new(Reason::NotVerified, Retry::OnChange, message)
                    .hint("sign it (`cosign sign --key …`), or see who pushed it; until then the last good selection stands")
            }
        }
    }
}

impl From<KeyError> for Failed {
    fn from(error: KeyError) -> Self {
        let (reason, hint) = match error {
            KeyError::NoSecret(_) => (Reason::DependencyNotFound, "add the Secret"),
            KeyError::NoKey(_) | KeyError::NoText(_) => (
                Reason::InvalidSpecification,
                "a Secret holds public keys in PEM, e.g. in an entry cosign.pub",
            ),
        };
        Self::new(reason, Retry::OnChange, error.to_string()).hint(hint)
    }
}

impl From<EvaluationError> for Failed {
    fn from(error: EvaluationError) -> Self {
        let (reason, retry, hint) = match &error.failure {
            Failure::Unknown { .. } => (
                Reason::InvalidSpecification,
                Retry::Stalled,
                Some(
                    "vet it with `tagwarden plugin add`, or load it once with --plugin NAME=PATH.wasm",
                ),
            ),
            Failure::Refused(_) => (
                Reason::PluginRefused,
                Retry::OnChange,
                Some(
                    "`tagwarden plugin verify` checks all plugins; the last good selection stands",
                ),
            ),
            Failure::InvalidSettings(_) => (Reason::InvalidSpecification, Retry::Stalled, None),
            Failure::InvalidTag(_) => (
                Reason::PluginFailed,
                Retry::OnChange,
                Some("keep such tags from the policy with spec.filterTags.pattern"),
            ),
            Failure::Plugin(_) | Failure::BadAnswer(_) => {
                (Reason::PluginFailed, Retry::OnChange, None)
            }
            Failure::Load(_) => (
                Reason::PluginFailed,
                Retry::Stalled,
                Some("`tagwarden plugin inspect` shows what a plugin exports and imports"),
            ),
            Failure::Lookup(_) => (
                Reason::MetadataUnknown,
                Retry::BackOff,
                Some("check that the registry answers for this tag; the last selection stands"),
            ),
            Failure::Trap(_)
            | Failure::Timeout(_)
            | Failure::OutOfMemory { .. }
            | Failure::Limit(_) => (
                Reason::PluginFailed,
                Retry::OnChange,
                Some("the plugin misbehaved and was stopped; report it to its author"),
            ),
        };
        let hint = hint.map(ToOwned::to_owned);
        Self { hint, ..Self::new(reason, retry, error.to_string()) }
    }
}

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

impl From<StoreError> for Failed {
    fn from(error: StoreError) -> Self {
        Self::new(Reason::StoreFailed, Retry::BackOff, error.to_string()).hint(
            "check that the state folder exists, is yours and has room; --state names another",
        )
    }
}
