use serde::{Deserialize, Serialize};
use tagwarden_core::{object::ObjectName, selection::Selection, tags::TagSet};

/// Remembers tags and selections from run to run. Blocking, and quick.
///
/// There is one entry per object: two ImageRepository objects never share
/// tags, for they may have been seen with two credentials.
pub trait Store: Send + Sync {
    /// The tags last scanned for the repository, if a whole, undamaged list is there.
    fn tags(&self, repository: &ObjectName) -> Result<Option<TagSet>, StoreError>;

    /// How the last scan of the repository went.
    fn scan(&self, repository: &ObjectName) -> Result<Option<ScanState>, StoreError>;

    /// Replaces tags and scan state together.
    fn put_tags(
        &self,
        repository: &ObjectName,
        tags: &TagSet,
        state: &ScanState,
    ) -> Result<(), StoreError>;

    /// What the policy last selected.
    fn policy(&self, policy: &ObjectName) -> Result<Option<PolicyState>, StoreError>;

    /// Replaces what the policy last selected.
    fn put_policy(&self, policy: &ObjectName, state: &PolicyState) -> Result<(), StoreError>;
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
