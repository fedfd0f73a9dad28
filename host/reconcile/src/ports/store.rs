use std::sync::Arc;

use serde::{Deserialize, Serialize};
use tagwarden_core::{
    object::ObjectName,
    selection::{Selection, Stopped},
    tags::{Difference, FirstSeen, TagSet},
};

use crate::Reason;

/// Remembers tags and selections from run to run. Blocking, and quick.
///
/// There is one entry per object: two ImageRepository objects never share
/// tags, for they may have been seen with two credentials.
pub trait Store: Send + Sync {
    /// What the last scan of the repository brought, if a whole, undamaged list is there.
    fn listing(&self, repository: &ObjectName) -> Result<Option<Listing>, StoreError>;

    /// How the last scan of the repository went.
    fn scan(&self, repository: &ObjectName) -> Result<Option<ScanState>, StoreError>;

    /// What kept the last scan from being done; none after one that went well.
    fn trouble(&self, repository: &ObjectName) -> Result<Option<ScanTrouble>, StoreError>;

    /// Remembers why a scan failed, beside the tags of the last good one.
    fn put_trouble(&self, repository: &ObjectName, trouble: &ScanTrouble)
    -> Result<(), StoreError>;

    /// Replaces what the last scan brought, as a whole, and forgets any trouble.
    fn put_listing(&self, repository: &ObjectName, listing: &Listing) -> Result<(), StoreError>;

    /// What the policy last selected.
    fn policy(&self, policy: &ObjectName) -> Result<Option<PolicyState>, StoreError>;

    /// Replaces what the policy last selected.
    fn put_policy(&self, policy: &ObjectName, state: &PolicyState) -> Result<(), StoreError>;

    /// Makes everything that was put survive a crash. What was put since the
    /// last time may be lost until then, but never a part of an entry.
    fn flush(&self) -> Result<(), StoreError>;

    /// What the automation proposed, and what people took back of it.
    fn proposals(&self, automation: &ObjectName) -> Result<Option<ProposalState>, StoreError>;

    /// Replaces what the automation proposed.
    fn put_proposals(
        &self,
        automation: &ObjectName,
        state: &ProposalState,
    ) -> Result<(), StoreError>;

    /// What the automation last saw and did.
    fn automation(&self, automation: &ObjectName) -> Result<Option<AutomationState>, StoreError>;

    /// Replaces what the automation last saw and did.
    fn put_automation(
        &self,
        automation: &ObjectName,
        state: &AutomationState,
    ) -> Result<(), StoreError>;
}

/// What a scan brought.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listing {
    /// The tags, after exclusion.
    pub tags: Arc<TagSet>,
    /// Since when each of them is known.
    pub first_seen: FirstSeen,
    /// How the scan went.
    pub state: ScanState,
}

impl Listing {
    /// When a scan first met the tag, in seconds since 1970-01-01 UTC; none for a
    /// tag that the last scan did not meet.
    ///
    /// What was there at the very first scan counts from then.
    #[must_use]
    pub fn first_seen(&self, tag: &str) -> Option<u64> {
        self.first_seen.get(self.tags.position(tag)?)
    }
}

/// How a scan went.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScanState {
    /// The image that was scanned; another image makes the entry stale.
    pub image: String,
    /// A fingerprint of image, credentials and exclusion list; another one makes the entry stale.
    pub fingerprint: String,
    /// When, in seconds since 1970-01-01 UTC.
    pub scanned_at: u64,
    /// How many tags there were before exclusion.
    pub listed: u64,
    /// How many there were after it.
    pub tags: u64,
    /// When tags last came or went, in seconds since 1970-01-01 UTC.
    pub changed_at: u64,
    /// What came and went then.
    pub difference: Difference,
}

/// Why the last scan failed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScanTrouble {
    /// The cause in a word.
    pub reason: Reason,
    /// What failed and on what.
    pub message: String,
    /// When, in seconds since 1970-01-01 UTC.
    pub at: u64,
    /// Until when the registry wants to be left alone, if it said so.
    pub until: Option<u64>,
    /// What was scanned and how, as in [`ScanState`].
    pub fingerprint: String,
}

/// What a policy last selected.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PolicyState {
    /// The selection.
    pub selection: Selection,
    /// The reference that was selected before, if any.
    pub previous: Option<String>,
    /// When this one was first selected, in seconds since 1970-01-01 UTC.
    pub selected_at: u64,
    /// What the policy asked for then: a selection is only held while this stands.
    pub fingerprint: String,
    /// When its digest was last looked up, in seconds since 1970-01-01 UTC.
    #[serde(default)]
    pub digest_at: Option<u64>,
    /// The last time the selected tag began to point to another image.
    #[serde(default)]
    pub moved: Option<Moved>,
    /// What guards kept from being selected at the last decision.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub guarded: Vec<Stopped>,
}

/// A tag that began to point to another image.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Moved {
    /// The digest it pointed to before.
    pub from: String,
    /// When that was found, in seconds since 1970-01-01 UTC.
    pub at: u64,
}

/// What an automation proposed, and what people took back of it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ProposalState {
    /// The last value written to each place.
    pub written: Vec<Written>,
    /// What people took back, the latest last.
    pub refused: Vec<Refusal>,
    /// The requests that were open when last seen.
    pub requests: Vec<RequestState>,
}

/// A value that was written to a place, or proposed for it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Written {
    /// The file.
    pub file: String,
    /// A digest of file, object and setter.
    pub place: String,
    /// The setter, `NAMESPACE:NAME[:tag|:name|:digest]`.
    pub setter: String,
    /// The values that stood there before.
    pub old: Vec<String>,
    /// The value.
    pub new: String,
    /// Whether the base branch has held it.
    pub landed: bool,
}

/// A value that somebody took back: it is not proposed again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refusal {
    /// A digest of setter and value.
    pub change: String,
    /// The setter, where it is known.
    pub setter: String,
    /// The value, where it is known.
    pub value: String,
    /// The file it was taken back in; none where a whole request was closed.
    pub file: Option<String>,
    /// The request that was closed, by its address.
    pub request: Option<String>,
    /// Who closed it, where the forge says so.
    pub by: Option<String>,
    /// When it was noticed, in seconds since 1970-01-01 UTC.
    pub noticed_at: u64,
}

/// A request as it was last seen open.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RequestState {
    /// The group of changes it is for.
    pub group: String,
    /// Its branch.
    pub head: String,
    /// Its number.
    pub number: u64,
    /// Where people look at it.
    pub url: String,
    /// Digests of the changes it proposes.
    pub changes: Vec<String>,
    /// Whether labels, reviewers or the like could not all be given yet.
    #[serde(default)]
    pub unfurnished: bool,
}

/// What an automation last saw and did.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AutomationState {
    /// The revision it last looked at, e.g. `main@sha1:4a2f…`.
    pub observed_revision: String,
    /// The last commit it pushed.
    pub last_push_commit: Option<String>,
    /// When, in seconds since 1970-01-01 UTC.
    pub last_push_time: Option<u64>,
    /// Where to.
    pub last_push_destination: Option<String>,
}

/// Why the store could not be used.
#[derive(Debug, thiserror::Error)]
#[error("state store {path}: {message}")]
pub struct StoreError {
    /// The file.
    pub path: String,
    /// What failed.
    pub message: String,
}
