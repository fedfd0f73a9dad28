//! What an edit changed, for reports and commit messages.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// One scalar that got a new value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Change {
    /// The file, by its path below the folder that was looked through.
    pub file: String,
    /// The object's `apiVersion`; empty when it has none.
    pub api_version: String,
    /// The object's `kind`; empty when it has none.
    pub kind: String,
    /// The object's `metadata.name`; empty when it has none.
    pub name: String,
    /// The object's `metadata.namespace`; empty when it has none.
    pub namespace: String,
    /// The value before.
    pub old: String,
    /// The value after.
    pub new: String,
    /// What the marker asks for: `NAMESPACE:NAME[:tag|:name|:digest]`.
    pub setter: String,
}

impl Change {
    /// The object that holds the scalar.
    #[must_use]
    pub fn object(&self) -> ObjectIdentifier {
        ObjectIdentifier {
            api_version: self.api_version.clone(),
            kind: self.kind.clone(),
            name: self.name.clone(),
            namespace: self.namespace.clone(),
        }
    }
}

/// What tells one object of a file from the others.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ObjectIdentifier {
    /// `apiVersion`, or empty.
    pub api_version: String,
    /// `kind`, or empty.
    pub kind: String,
    /// `metadata.name`, or empty.
    pub name: String,
    /// `metadata.namespace`, or empty.
    pub namespace: String,
}

/// All changes, in the order of files and lines.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ChangeSet {
    changes: Vec<Change>,
}

impl ChangeSet {
    /// How many changes there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.changes.len()
    }

    /// Whether nothing changed.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.changes.is_empty()
    }

    /// The changes in order.
    pub fn iter(&self) -> std::slice::Iter<'_, Change> {
        self.changes.iter()
    }

    /// The changes of each file.
    #[must_use]
    pub fn by_file(&self) -> BTreeMap<&str, Vec<&Change>> {
        let mut files: BTreeMap<&str, Vec<&Change>> = BTreeMap::new();
        for change in &self.changes {
            files.entry(&change.file).or_default().push(change);
        }
        files
    }

    /// The changes of each object, objects of one name in two files taken together.
    #[must_use]
    pub fn by_object(&self) -> BTreeMap<ObjectIdentifier, Vec<&Change>> {
        let mut objects: BTreeMap<ObjectIdentifier, Vec<&Change>> = BTreeMap::new();
        for change in &self.changes {
            objects.entry(change.object()).or_default().push(change);
        }
        objects
    }
}

impl Extend<Change> for ChangeSet {
    fn extend<I: IntoIterator<Item = Change>>(&mut self, changes: I) {
        self.changes.extend(changes);
    }
}

impl FromIterator<Change> for ChangeSet {
    fn from_iter<I: IntoIterator<Item = Change>>(changes: I) -> Self {
        Self { changes: changes.into_iter().collect() }
    }
}

impl IntoIterator for ChangeSet {
    type Item = Change;
    type IntoIter = std::vec::IntoIter<Change>;

    fn into_iter(self) -> Self::IntoIter {
        self.changes.into_iter()
    }
}

impl<'a> IntoIterator for &'a ChangeSet {
    type Item = &'a Change;
    type IntoIter = std::slice::Iter<'a, Change>;

    fn into_iter(self) -> Self::IntoIter {
        self.changes.iter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn change(file: &str, name: &str) -> Change {
        Change {
            file: file.into(),
            api_version: "apps/v1".into(),
            kind: "Deployment".into(),
            name: name.into(),
            namespace: "shop".into(),
            old: "a:1".into(),
            new: "a:2".into(),
            setter: "flux-system:a".into(),
        }
    }

    #[test]
    fn groups_by_file_and_by_object_in_order() {
        let set: ChangeSet =
            [change("b", "x"), change("a", "x"), change("b", "y")].into_iter().collect();
        let by_file = set.by_file();
        assert_eq!(by_file.keys().copied().collect::<Vec<_>>(), ["a", "b"]);
        assert_eq!(by_file["b"].iter().map(|c| c.name.as_str()).collect::<Vec<_>>(), ["x", "y"]);
        let by_object = set.by_object();
        assert_eq!(by_object.len(), 2);
        assert_eq!(by_object[&change("a", "x").object()].len(), 2);
    }
}
