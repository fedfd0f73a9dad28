//! What an edit changed.

use serde::{Deserialize, Serialize};

/// One value written into one file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Change {
    /// The file, from the repository's root.
    pub file: String,
    /// `apiVersion` of the object.
    pub api_version: String,
    /// `kind` of the object.
    pub kind: String,
    /// Name of the object.
    pub name: String,
    /// Namespace of the object; empty where it states none.
    pub namespace: String,
    /// The value before.
    pub old: String,
    /// The value written.
    pub new: String,
    /// What the marker names: `NAMESPACE:POLICY`, perhaps with `:tag`, `:name` or `:digest`.
    pub setter: String,
}

/// Changes in order.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChangeSet(Vec<Change>);

impl ChangeSet {
    /// The changes in order.
    pub fn iter(&self) -> impl Iterator<Item = &Change> {
        self.0.iter()
    }
}

impl Extend<Change> for ChangeSet {
    fn extend<I: IntoIterator<Item = Change>>(&mut self, changes: I) {
        self.0.extend(changes);
    }
}

impl FromIterator<Change> for ChangeSet {
    fn from_iter<I: IntoIterator<Item = Change>>(changes: I) -> Self {
        Self(changes.into_iter().collect())
    }
}
