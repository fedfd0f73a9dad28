//! What the branch itself tells of changes that people took back, for whoever
//! remembers nothing: a fresh state folder.

use tagwarden_core::{
    change::{Change, ChangeSet},
    edit,
    spec::ImageUpdateAutomation,
};

use super::{Stop, blocking_or, edits::Edits, taken_back::Ledger};
use crate::ports::{GitErrorKind, Past, Snapshot};

/// So many commits of the branch are looked through.
const DEPTH: u32 = 100;

/// Takes over from the branch's history what this automation had written already,
/// where nothing is remembered of it and there is something to write.
pub(super) async fn recall(
    automation: &ImageUpdateAutomation,
    snapshot: Box<dyn Snapshot>,
    edits: &Edits,
    ledger: &mut Ledger,
) -> Result<Box<dyn Snapshot>, Stop> {
    if edits.files.is_empty() || !ledger.wants_history() {
        return Ok(snapshot);
    }
    let author = automation.author.clone();
    let files: Vec<String> = edits.files.iter().map(|file| file.path.clone()).collect();
    let (snapshot, past) = blocking_or(move || {
        let past = snapshot.past(&author, &files, DEPTH);
        Ok::<_, Stop>((snapshot, past))
    })
    .await?;
    let past = match past {
        Ok(past) => past,
        Err(error) if matches!(error.kind, GitErrorKind::Unreachable | GitErrorKind::Damaged) => {
            return Err(error.into());
        }
        // A server that gives no history keeps nobody from writing.
        Err(error) => {
            tracing::warn!(resource.name = %automation.name, "no history to learn from: {error}");
            Vec::new()
        }
    };
    ledger.wrote(written(&past, &edits.changes), true);
    Ok(snapshot)
}

/// The changes that were the last which a commit made of their marker.
fn written<'c>(past: &[Past], changes: &'c ChangeSet) -> Vec<&'c Change> {
    let is_last = |change: &&Change| {
        let mut of_file = past.iter().rev().filter(|past| past.file == change.file);
        let last = of_file.find_map(|past| moved(past, &change.setter));
        last == Some((change.old.clone(), change.new.clone()))
    };
    changes.iter().filter(is_last).collect()
}

/// What a commit made of the value of this marker.
fn moved(past: &Past, setter: &str) -> Option<(String, String)> {
    let (before, after) = (edit::note(&past.before)?, edit::note(&past.after)?);
    let (_, old, new) = before.moves(&after).find(|(marker, ..)| marker.to_string() == setter)?;
    Some((old.to_owned(), new.to_owned()))
}
