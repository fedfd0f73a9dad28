//! What an edit found and did.

use std::fmt;

use serde::Serialize;

use super::Note;
use crate::{change::Change, marker::Marker};

/// What a policy says when an edit asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PolicyState {
    /// There is a selection.
    Ready {
        /// The image without tag and digest.
        image: String,
        /// The selected tag.
        tag: String,
        /// The manifest's digest, where it is known.
        digest: Option<String>,
    },
    /// There is such a policy, but nothing selected, for this reason.
    NotReady(String),
    /// There is no such policy in scope.
    Unknown,
}

/// The result of editing one file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FileEdit {
    /// The new bytes; `None` when nothing changes.
    pub bytes: Option<Vec<u8>>,
    /// What changed, in the order of lines.
    pub changes: Vec<Change>,
    /// What became of each marker, in the order of lines.
    pub markers: Vec<MarkerOutcome>,
    /// What the file's markers and their values are; `None` where some marker
    /// belongs to no value.
    pub note: Option<Note>,
}

/// What became of one marker.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct MarkerOutcome {
    /// The line it stands in, counted from 1.
    pub line: usize,
    /// The marker; `None` when it could not be understood.
    #[serde(rename = "setter", skip_serializing_if = "Option::is_none")]
    pub marker: Option<Marker>,
    /// What became of it.
    #[serde(flatten)]
    pub verdict: Verdict,
}

/// What can become of a marker.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "outcome", rename_all = "kebab-case")]
pub enum Verdict {
    /// The scalar got a new value.
    Changed {
        /// The value before.
        old: String,
        /// The value after.
        new: String,
    },
    /// The scalar already holds what the policy wants.
    Current {
        /// Its value.
        value: String,
    },
    /// The scalar is left as it is, although the policy wants another value.
    Withheld {
        /// The value that is not written.
        value: String,
        /// Why.
        reason: String,
    },
    /// No policy of that name is in scope.
    UnknownPolicy,
    /// The policy has selected nothing.
    NotReady {
        /// Why.
        reason: String,
    },
    /// A digest is asked for, but none is known.
    NoDigest,
    /// There is no scalar the marker belongs to.
    NotAScalar {
        /// What is there instead.
        found: String,
    },
    /// The marker cannot be understood.
    Malformed {
        /// Why.
        reason: String,
    },
    /// The file cannot be read as YAML.
    Unparsable {
        /// Why.
        reason: String,
    },
}

impl Verdict {
    /// Whether somebody should look at it.
    #[must_use]
    pub fn is_trouble(&self) -> bool {
        !matches!(self, Self::Changed { .. } | Self::Current { .. })
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Changed { old, new } => write!(f, "changed from {old:?} to {new:?}"),
            Self::Current { value } => write!(f, "already {value:?}"),
            Self::Withheld { value, reason } => write!(f, "{value:?} is not written: {reason}"),
            Self::UnknownPolicy => f.write_str("no policy of that name is in scope"),
            Self::NotReady { reason } => write!(f, "the policy is not ready: {reason}"),
            Self::NoDigest => f.write_str(
                "the digest is not known; set the policy's digestReflectionPolicy to IfNotPresent or Always",
            ),
            Self::NotAScalar { found } => write!(f, "the marker belongs to no value: {found}"),
            Self::Malformed { reason } => write!(f, "malformed marker: {reason}"),
            Self::Unparsable { reason } => write!(f, "the file cannot be read as YAML: {reason}"),
        }
    }
}
