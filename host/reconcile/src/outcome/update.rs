//! What became of an automation and the files it looked at.

use serde::Serialize;
use tagwarden_core::{change::Change, edit::MarkerOutcome, object::ObjectName};

use super::Requested;
use crate::Failed;

/// What became of one automation.
#[derive(Debug, Serialize)]
pub struct AutomationOutcome {
    /// The object.
    pub name: ObjectName,
    /// What it did.
    pub update: Update,
    /// Every marker in its files, and what became of it.
    pub markers: Vec<FileMarkers>,
    /// Files that were left alone, with the reason.
    pub skipped: Vec<SkippedFile>,
}

/// The markers of one file.
#[derive(Clone, Debug, Serialize)]
pub struct FileMarkers {
    /// The path from the repository's root.
    pub file: String,
    /// The outcomes, in the order of their lines.
    pub markers: Vec<MarkerOutcome>,
}

/// A file that was not looked into.
#[derive(Debug, Serialize)]
pub struct SkippedFile {
    /// The path from the repository's root.
    pub file: String,
    /// Why.
    pub reason: String,
}

/// What an automation did.
#[derive(Debug, Serialize)]
#[serde(tag = "state", rename_all = "kebab-case")]
pub enum Update {
    /// Everything is as the policies want it.
    UpToDate {
        /// The commit that was looked at.
        commit: String,
    },
    /// A commit was pushed.
    Pushed(Proposal),
    /// The push branch already holds the change.
    AlreadyPushed(Proposal),
    /// This is what would be pushed.
    Planned(Proposal),
    /// Requests on a forge were seen to.
    Requests {
        /// Each of them.
        requests: Vec<Requested>,
    },
    /// The manifest says to leave it alone.
    Suspended,
    /// Nothing was pushed.
    Failed(Failed),
}

impl Update {
    /// What went wrong, if anything did; of several requests, the first.
    #[must_use]
    pub fn failure(&self) -> Option<&Failed> {
        match self {
            Self::Failed(failed) => Some(failed),
            Self::Requests { requests } => requests.iter().find_map(Requested::failure),
            _ => None,
        }
    }
}

/// A commit, made or planned.
#[derive(Debug, Clone, Serialize)]
pub struct Proposal {
    /// The commit it stands on.
    pub base: String,
    /// Its own id; none while it is only planned.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub commit: Option<String>,
    /// Where it goes: a branch, or a refspec.
    pub destination: String,
    /// The message.
    pub message: String,
    /// Who commits, `name <address>`.
    pub author: String,
    /// What key signs it, and where that is from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub signer: Option<String>,
    /// What changes.
    pub changes: Vec<Change>,
    /// The files before and after, for a diff.
    #[serde(skip)]
    pub files: Vec<EditedFile>,
}

/// A file before and after.
#[derive(Debug, Clone)]
pub struct EditedFile {
    /// The path from the repository's root.
    pub path: String,
    /// All bytes before.
    pub before: Vec<u8>,
    /// All bytes after.
    pub after: Vec<u8>,
}
