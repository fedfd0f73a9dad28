//! How a pass ended, object by object: status as data.

mod request;
mod update;

use serde::Serialize;
use tagwarden_core::{
    object::ObjectName,
    selection::{Selection, Stopped},
};

pub use self::{
    request::{RequestStep, Requested},
    update::{AutomationOutcome, EditedFile, FileMarkers, Proposal, SkippedFile, Update},
};
use crate::{Failed, ports::Moved};

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
