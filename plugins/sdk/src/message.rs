//! What a message plugin is given and what it answers.

use crate::{Error, Plugin};

/// The automation on whose behalf the changes were made.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Automation {
    /// Namespace of its object.
    pub namespace: String,
    /// Name of its object.
    pub name: String,
}

/// One value written into one file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Change {
    /// The file, as a path from the root of the repository with `/` separators.
    pub file: String,
    /// `apiVersion` of the object that was edited.
    pub api_version: String,
    /// `kind` of the object that was edited.
    pub kind: String,
    /// Name of the object that was edited.
    pub name: String,
    /// Namespace of the object that was edited; empty where it states none.
    pub namespace: String,
    /// The value before.
    pub old: String,
    /// The value written.
    pub new: String,
    /// What the marker names, e.g. `flux-system:checkout:tag`.
    pub setter: String,
    /// The whole reference the policy selected, also where only a part of it was
    /// written. None when the caller does not know it.
    pub image: Option<String>,
}

/// What there is to write about.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Input {
    /// The automation that made the changes.
    pub automation: Automation,
    /// Values the automation's manifest hands to the message.
    pub values: Vec<(String, String)>,
    /// The changes: files in order of their paths, then as they stand in the file.
    pub changes: Vec<Change>,
}

/// A plugin that writes the message of a commit or the text of a pull request.
///
/// The same settings and input give the same text.
pub trait Message: Plugin {
    /// Writes the message.
    fn render(&self, input: &Input) -> Result<String, Error>;
}
