//! The edits that bring a snapshot to what the policies selected.

use std::collections::{BTreeMap, BTreeSet};

use tagwarden_core::{
    change::{Change, ChangeSet},
    edit::{self, FileEdit, MarkerOutcome, Note, PolicyState},
    object::ObjectName,
    spec::{ImageUpdateAutomation, Inventory},
};

use super::{Stop, taken_back};
use crate::{
    Decision, Failed, PolicyOutcome, Reason, Retry,
    outcome::{EditedFile, FileMarkers, SkippedFile},
    ports::{FileWrite, Interest, Refusal, Reply, Snapshot, Visit},
};

/// What each policy in an automation's scope wants written.
#[derive(Debug, Default)]
pub(super) struct Wanted {
    policies: BTreeMap<ObjectName, PolicyState>,
    images: BTreeMap<ObjectName, String>,
    refused: Vec<Refusal>,
}

impl Wanted {
    /// The policies of the automation's own namespace that its selector picks.
    pub fn of(
        automation: &ImageUpdateAutomation,
        inventory: &Inventory,
        outcomes: &[PolicyOutcome],
    ) -> Self {
        let mut wanted = Self::default();
        let in_scope: BTreeSet<_> = inventory
            .policies
            .iter()
            .filter(|policy| policy.name.namespace == automation.name.namespace)
            .filter(|policy| policy.is_selected_by(automation.policy_selector.as_ref()))
            .map(|policy| &policy.name)
            .collect();
        for outcome in outcomes {
            let name = &outcome.name;
            if in_scope.contains(name) {
                if let Some(selection) = outcome.decision.selection() {
                    wanted.images.insert(name.clone(), selection.reference());
                }
                wanted.policies.insert(name.clone(), state(&outcome.decision));
            }
        }
        wanted
    }

    /// The same, but for what people took back.
    pub fn but(self, refused: Vec<Refusal>) -> Self {
        Self { refused, ..self }
    }

    /// What becomes of a file by this, as far as `admit` lets it.
    fn applied(
        &self,
        path: &str,
        bytes: &[u8],
        admit: &dyn Fn(&Change) -> Result<(), String>,
    ) -> FileEdit {
        edit::apply_if(path, bytes, &|name| self.state(name), &|change| {
            taken_back::admit(&self.refused, change)?;
            admit(change)
        })
    }

    fn state(&self, name: &ObjectName) -> PolicyState {
        self.policies.get(name).cloned().unwrap_or(PolicyState::Unknown)
    }

    /// The whole reference each policy selected.
    pub fn images(&self) -> BTreeMap<ObjectName, String> {
        self.images.clone()
    }
}

fn state(decision: &Decision) -> PolicyState {
    match (decision.selection(), decision.failure()) {
        (Some(selection), _) => PolicyState::Ready {
            image: selection.image.clone(),
            tag: selection.tag.clone(),
            digest: selection.digest.clone(),
        },
        (None, Some(failed)) => PolicyState::NotReady(failed.message.clone()),
        (None, None) => PolicyState::Unknown,
    }
}

/// Everything found and edited under an automation's folder.
#[derive(Debug, Default)]
pub(super) struct Edits {
    pub files: Vec<EditedFile>,
    pub changes: ChangeSet,
    pub markers: Vec<FileMarkers>,
    pub skipped: Vec<SkippedFile>,
}

impl Edits {
    /// Edits every manifest under `path` in memory, on top of the files that
    /// were edited `before`.
    pub fn compute(
        snapshot: &dyn Snapshot,
        path: &str,
        wanted: &Wanted,
        before: &BTreeMap<String, Vec<u8>>,
    ) -> Result<Self, Stop> {
        let interest = Interest {
            name: edit::is_manifest_path,
            content: &edit::may_hold_markers,
            question: edit::MARKER_QUESTION,
        };
        let mut edits = Self::default();
        let met = snapshot.visit(path, &interest, &mut |visit| match visit {
            Visit::Skipped { path, reason } => {
                let skipped = SkippedFile { file: path.to_owned(), reason: reason.to_owned() };
                edits.skipped.push(skipped);
                Reply::Enough
            }
            // What was edited before is not what the note is of.
            Visit::Noted { path, .. } if before.contains_key(path) => Reply::Show,
            Visit::Noted { path, note } => edits.recall(path, note, wanted),
            Visit::File { path, bytes } => match before.get(path) {
                None => edits
                    .take(path, bytes, wanted)
                    .map_or(Reply::Enough, |note| Reply::Note(note.to_bytes())),
                Some(bytes) => {
                    edits.take(path, bytes, wanted);
                    Reply::Enough
                }
            },
        })?;
        if met == 0 && edits.skipped.is_empty() && !path.is_empty() {
            let message = format!("no manifest under spec.update.path {path:?}");
            return Err(Failed::new(Reason::InvalidSpecification, Retry::OnChange, message)
                .hint("check the path: it starts at the repository's root")
                .into());
        }
        Ok(edits)
    }

    /// Takes a file as its note tells it, where nothing is to change in it.
    fn recall(&mut self, path: &str, note: &[u8], wanted: &Wanted) -> Reply {
        let unchanged = |note: Note| note.unchanged(&|name| wanted.state(name));
        let Some(markers) = Note::from_bytes(note).and_then(unchanged) else {
            return Reply::Show;
        };
        self.mark(path, markers);
        Reply::Enough
    }

    /// Edits a file, and gives what is to be noted of it as it was.
    fn take(&mut self, path: &str, bytes: &[u8], wanted: &Wanted) -> Option<Note> {
        let edit = wanted.applied(path, bytes, &|_| Ok(()));
        self.mark(path, edit.markers);
        self.changes.extend(edit.changes);
        if let Some(after) = edit.bytes {
            self.files.push(EditedFile { path: path.to_owned(), before: bytes.to_vec(), after });
        }
        edit.note
    }

    fn mark(&mut self, path: &str, markers: Vec<MarkerOutcome>) {
        if !markers.is_empty() {
            self.markers.push(FileMarkers { file: path.to_owned(), markers });
        }
    }

    /// Only those of the changes that `keep` picks.
    pub fn only(&self, wanted: &Wanted, keep: impl Fn(&Change) -> bool) -> Self {
        let admit = |change: &Change| keep(change).then_some(()).ok_or_else(String::new);
        self.again(wanted, &admit)
    }

    /// All but the changes that people took back; their markers say so.
    pub fn without(self, wanted: &Wanted, refused: &[Refusal]) -> Self {
        let mut edits = self.again(wanted, &|change| taken_back::admit(refused, change));
        let edited = std::mem::take(&mut edits.markers);
        let told = |file: FileMarkers| {
            let again = edited.iter().find(|again| again.file == file.file);
            again.cloned().unwrap_or(file)
        };
        Self {
            markers: self.markers.into_iter().map(told).collect(),
            skipped: self.skipped,
            ..edits
        }
    }

    /// The edited files edited again.
    fn again(&self, wanted: &Wanted, admit: &dyn Fn(&Change) -> Result<(), String>) -> Self {
        let mut edits = Self::default();
        for file in &self.files {
            let edit = wanted.applied(&file.path, &file.before, admit);
            edits.markers.push(FileMarkers { file: file.path.clone(), markers: edit.markers });
            edits.changes.extend(edit.changes);
            if let Some(after) = edit.bytes {
                edits.files.push(EditedFile { after, ..file.clone() });
            }
        }
        edits
    }
}

/// A file's new content, with what the next pass would note of it.
pub(super) fn write(path: String, bytes: Vec<u8>) -> FileWrite {
    let note = edit::note(&bytes).map(|note| note.to_bytes());
    FileWrite { path, bytes, note }
}
