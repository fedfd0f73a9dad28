//! Why something given opens nothing.

/// Why a secret, or what GitHub says of it, is of no use.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Refusal {
    /// What it means for another try.
    pub kind: RefusalKind,
    /// Which secret, which key in it, and what was expected.
    pub message: String,
}

/// What a refusal means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RefusalKind {
    /// The secret cannot be used as it is.
    Configuration,
    /// What it opens is refused.
    Unauthorized,
    /// Whoever was asked could not answer.
    Unreachable,
}

impl Refusal {
    /// A refusal in these words.
    pub fn new(kind: RefusalKind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into() }
    }
}
