//! What stops an object, and when to try it again.

mod forge;
mod git;
mod plugin;
mod registry;

use serde::{Deserialize, Serialize};

use crate::ports::StoreError;

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

impl From<StoreError> for Failed {
    fn from(error: StoreError) -> Self {
        Self::new(Reason::StoreFailed, Retry::BackOff, error.to_string()).hint(
            "check that the state folder exists, is yours and has room; --state names another",
        )
    }
}
