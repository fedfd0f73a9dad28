//! Edits: a policy's decision written into the values that are marked for it.
//!
//! Invariant: no byte outside a marked scalar changes, and every marker has an
//! outcome.

mod editor;
mod note;
mod occurrences;
mod outcome;
mod rewrite;
mod walk;
mod yaml;

use crate::{change::Change, object::ObjectName};
use editor::Editor;
pub use note::Note;
pub use outcome::{FileEdit, MarkerOutcome, PolicyState, Verdict};

/// Whether the file of this path is one that may hold markers: `*.yaml`,
/// `*.yml` and `Kustomization`.
#[must_use]
pub fn is_manifest_path(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    name.ends_with(".yaml") || name.ends_with(".yml") || name == "Kustomization"
}

/// Whether a file of this content may hold markers; [`apply`] does nothing to one
/// that does not.
#[must_use]
pub fn may_hold_markers(bytes: &[u8]) -> bool {
    // Without a quoted one there is no marker, and the reference would not
    // even read the file.
    occurrences::find(bytes).iter().any(|occurrence| occurrence.quoted)
}

/// Names the question that [`may_hold_markers`] answers; it changes when an answer does.
/// So it does when a [`Note`] comes to mean something else.
pub const MARKER_QUESTION: &str = "markers 2";

/// What is to be noted of a file; `None` where some marker belongs to no value.
#[must_use]
pub fn note(bytes: &[u8]) -> Option<Note> {
    apply("", bytes, &|_| PolicyState::Unknown).note
}

/// Writes what the policies want into the marked values of a file.
///
/// A file that cannot be read as YAML is left as it is.
#[must_use]
pub fn apply(file: &str, bytes: &[u8], policies: &dyn Fn(&ObjectName) -> PolicyState) -> FileEdit {
    apply_if(file, bytes, policies, &|_| Ok(()))
}

/// The same, but only those changes are made that `admit` lets through; of the
/// others it says why not.
#[must_use]
pub fn apply_if(
    file: &str,
    bytes: &[u8],
    policies: &dyn Fn(&ObjectName) -> PolicyState,
    admit: &dyn Fn(&Change) -> Result<(), String>,
) -> FileEdit {
    let occurrences = occurrences::find(bytes);
    // Without a quoted one there is no marker, and the reference would not
    // even read the file.
    if !occurrences.iter().any(|occurrence| occurrence.quoted) {
        return FileEdit::default();
    }
    let places: Vec<usize> = occurrences.iter().map(|occurrence| occurrence.place).collect();
    let read = occurrences::text(bytes).and_then(|text| Ok((text, walk::walk(text, &places)?)));
    match read {
        Ok((text, found)) => Editor::new(file, text, policies, admit).run(&found, &occurrences),
        Err(error) => FileEdit {
            markers: vec![MarkerOutcome {
                line: error.line,
                marker: None,
                verdict: Verdict::Unparsable { reason: error.problem },
            }],
            ..FileEdit::default()
        },
    }
}

#[cfg(test)]
mod tests;
