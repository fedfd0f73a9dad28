//! How a pass ended, object by object: status as data.

use serde::Serialize;
use tagwarden_core::{
    change::Change,
    edit::MarkerOutcome,
    object::ObjectName,
    selection::{Selection, Stopped},
};

use crate::{
    failure::Failed,
    ports::{Moved, OpenRequest, RequestText},
};

/// All outcomes of one pass, in the order of the manifests.
#[derive(Debug, Default, Serialize)]
pub struct Report {
    /// What became of each image repository.
    pub repositories: Vec<RepositoryOutcome>,
    /// What became of each policy.
    pub policies: Vec<PolicyOutcome>,
    /// What became of each automation.
    pub automations: Vec<AutomationOutcome>,
}

impl Report {
    /// Whether any object failed.
    #[must_use]
    pub fn failed(&self) -> bool {
        self.repositories.iter().any(|r| matches!(r.scan, Scan::Failed(_)))
            || self.policies.iter().any(|p| p.decision.failure().is_some())
            || self.automations.iter().any(|a| a.update.failure().is_some())
    }
}

/// What became of one image repository.
#[derive(Debug, Serialize)]
pub struct RepositoryOutcome {
    /// The object.
    pub name: ObjectName,
    /// Its image.
    pub image: String,
    /// How the scan went.
    pub scan: Scan,
}

/// How a scan went.
#[derive(Debug, Serialize)]
#[serde(tag = "state", rename_all = "kebab-case")]
pub enum Scan {
    /// The whole list is known.
    Done {
        /// Tags after exclusion.
        tags: usize,
        /// Tags that were not there at the scan before.
        new: u64,
        /// Tags that are gone since.
        gone: u64,
    },
    /// The stored list is younger than the interval.
    Fresh {
        /// Tags after exclusion.
        tags: usize,
    },
    /// The manifest says to leave it alone.
    Suspended,
    /// The last scan failed, and the next one is not due yet.
    Waiting,
    /// There is no list to decide from.
    Failed(Failed),
}

/// What became of one policy.
#[derive(Debug, Serialize)]
pub struct PolicyOutcome {
    /// The object.
    pub name: ObjectName,
    /// What it decided.
    pub decision: Decision,
}

/// What a policy decided.
#[derive(Debug, Serialize)]
#[serde(tag = "state", rename_all = "kebab-case")]
pub enum Decision {
    /// A tag is selected.
    Selected {
        /// The selection.
        selection: Selection,
        /// The reference selected before, when it was another.
        #[serde(skip_serializing_if = "Option::is_none")]
        previous: Option<String>,
        /// Whether the reference is another than at the last pass, or the first.
        changed: bool,
        /// The same tag's former digest, when it points to another one now.
        #[serde(skip_serializing_if = "Option::is_none")]
        moved: Option<Moved>,
        /// Tags the scan knows.
        tags: usize,
        /// Tags the filter kept.
        candidates: usize,
        /// What guards kept from being selected, best first.
        #[serde(skip_serializing_if = "Vec::is_empty")]
        guarded: Vec<Stopped>,
    },
    /// It could not decide, or must not; the last selection stands.
    Held {
        /// The selection that stands.
        selection: Selection,
        /// Why there is no newer one; none for a suspended policy.
        #[serde(skip_serializing_if = "Option::is_none")]
        because: Option<Failed>,
    },
    /// It was not asked in this pass: neither it nor its repository is due.
    NotDue {
        /// What it selected last.
        selection: Selection,
    },
    /// There is nothing to write.
    NotReady(Failed),
}

impl Decision {
    /// The selection to write, fresh or held.
    #[must_use]
    pub fn selection(&self) -> Option<&Selection> {
        match self {
            Self::Selected { selection, .. }
            | Self::Held { selection, .. }
            | Self::NotDue { selection } => Some(selection),
            Self::NotReady(_) => None,
        }
    }

    /// What went wrong, if anything did.
    #[must_use]
    pub fn failure(&self) -> Option<&Failed> {
        match self {
            Self::Selected { .. } | Self::NotDue { .. } => None,
            Self::Held { because, .. } => because.as_ref(),
            Self::NotReady(failed) => Some(failed),
        }
    }
}

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

/// A request on a forge, and what became of it.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Requested {
    /// The group of changes it is for; empty where there is but one.
    pub group: String,
    /// Its branch.
    pub head: String,
    /// Its number, once it has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub number: Option<u64>,
    /// Where people look at it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// What it says; none where it has nothing left to say.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request: Option<RequestText>,
    /// The commit on its branch.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub proposal: Option<Proposal>,
    /// What was done.
    #[serde(flatten)]
    pub step: RequestStep,
    /// What the forge does not have, or does not give.
    pub remarks: Vec<String>,
}

/// What was done with a request.
#[derive(Debug, Serialize)]
#[serde(tag = "state", rename_all = "kebab-case")]
pub enum RequestStep {
    /// Nothing: this is what would be.
    Planned,
    /// It was opened.
    Opened,
    /// It got another branch, title or body.
    Updated,
    /// It is as it should be.
    Unchanged,
    /// It had nothing left to change, and was closed.
    Closed,
    /// It could not be seen to.
    Failed(Failed),
}

impl Requested {
    /// A request that is about to be seen to.
    pub(crate) fn of(group: &str, head: &str) -> Self {
        Self {
            group: group.to_owned(),
            head: head.to_owned(),
            number: None,
            url: None,
            request: None,
            proposal: None,
            step: RequestStep::Closed,
            remarks: Vec::new(),
        }
    }

    /// Takes up what the forge calls it.
    pub(crate) fn see(&mut self, open: &OpenRequest) {
        self.number = Some(open.number);
        self.url = Some(open.url.clone());
    }

    /// What went wrong, if anything did.
    #[must_use]
    pub fn failure(&self) -> Option<&Failed> {
        match &self.step {
            RequestStep::Failed(failed) => Some(failed),
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
