//! The edits that bring a snapshot to what the policies selected.

use std::collections::{BTreeMap, BTreeSet};

use tagwarden_core::{
    change::ChangeSet,
    edit::{self, PolicyState},
    object::ObjectName,
    spec::{ImageUpdateAutomation, Inventory},
};

use crate::{
    Decision, Failed, PolicyOutcome, Reason, Retry,
    outcome::{EditedFile, FileMarkers, SkippedFile},
    ports::{Snapshot, Visit},
};

/// What each policy in an automation's scope wants written.
#[derive(Debug, Default)]
pub(super) struct Wanted {
    policies: BTreeMap<ObjectName, PolicyState>,
    images: BTreeMap<ObjectName, String>,
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
    /// Edits every manifest under `path` in memory.
    pub fn compute(snapshot: &dyn Snapshot, path: &str, wanted: &Wanted) -> Result<Self, Failed> {
        let mut edits = Self::default();
        let mut seen = 0_usize;
        snapshot.visit(path, &edit::is_manifest_path, &mut |visit| {
            seen += 1;
            edits.take(visit, wanted);
        })?;
        if seen == 0 && !path.is_empty() {
            let message = format!("no manifest under spec.update.path {path:?}");
            return Err(Failed::new(Reason::InvalidSpecification, Retry::OnChange, message)
                .hint("check the path: it starts at the repository's root"));
        }
        Ok(edits)
    }

    fn take(&mut self, visit: Visit<'_>, wanted: &Wanted) {
        match visit {
            Visit::Skipped { path, reason } => {
                self.skipped.push(SkippedFile { file: path.to_owned(), reason: reason.to_owned() });
            }
            Visit::File { path, bytes } => {
                let lookup = |name: &ObjectName| {
                    wanted.policies.get(name).cloned().unwrap_or(PolicyState::Unknown)
                };
                let edit = edit::apply(path, bytes, &lookup);
                if !edit.markers.is_empty() {
                    self.markers.push(FileMarkers { file: path.to_owned(), markers: edit.markers });
                }
                self.changes.extend(edit.changes);
                if let Some(after) = edit.bytes {
                    self.files.push(EditedFile {
                        path: path.to_owned(),
                        before: bytes.to_vec(),
                        after,
                    });
                }
            }
        }
    }
}
