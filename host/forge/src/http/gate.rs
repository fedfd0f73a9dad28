//! Which forges want to be left alone by whom.

use std::{
    collections::BTreeMap,
    fs, io,
    path::PathBuf,
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use sha2::{Digest, Sha256};
use url::Url;

/// How many are remembered.
const MAX_REMEMBERED: usize = 1_000;
/// The most bytes of a file that are read.
const MAX_FILE: u64 = 1 << 20;

/// Keeps whoever was asked for patience from the forge that asked, in this
/// process and, with a file, in those after it.
#[derive(Default)]
pub(crate) struct Gate {
    file: Option<PathBuf>,
    /// Until when, in seconds since 1970-01-01 UTC.
    closed: Mutex<BTreeMap<String, u64>>,
}

/// A forge and whom it asked, as a hash.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Party(String);

impl Party {
    /// Whoever shows this on the forge with the interface at `root`.
    pub fn new(root: &Url, who: &[u8]) -> Self {
        let mut hash = Sha256::new();
        hash.update(root.origin().ascii_serialization());
        hash.update([0]);
        hash.update(who);
        Self(hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect())
    }
}

impl Gate {
    /// A gate that knows what this file tells of earlier processes.
    pub fn open(file: PathBuf) -> Self {
        let small = fs::metadata(&file).is_ok_and(|about| about.len() <= MAX_FILE);
        let known = small.then(|| fs::read(&file).ok()).flatten();
        // A file that tells nothing costs a question too many, and no more.
        let closed = known.and_then(|bytes| serde_json::from_slice(&bytes).ok());
        Self { file: Some(file), closed: Mutex::new(closed.unwrap_or_default()) }
    }

    /// Keeps the party away for a while.
    pub fn close(&self, party: &Party, wait: Duration) {
        let now = now();
        let mut closed = self.closed();
        closed.retain(|_, until| *until > now.as_secs());
        if closed.len() < MAX_REMEMBERED {
            // A part of a second more is waited, never less.
            closed.insert(party.0.clone(), (now + wait).as_secs() + 1);
        }
        if let Err(error) = self.write(&closed) {
            tracing::warn!("a forge's plea for patience is not remembered: {error}");
        }
    }

    /// How long the forge still wants to be left alone.
    pub fn closed_for(&self, party: &Party) -> Option<Duration> {
        let until = Duration::from_secs(*self.closed().get(&party.0)?);
        until.checked_sub(now()).filter(|left| !left.is_zero())
    }

    fn write(&self, closed: &BTreeMap<String, u64>) -> io::Result<()> {
        let Some(file) = &self.file else {
            return Ok(());
        };
        let beside = file.with_extension("new");
        fs::write(&beside, serde_json::to_vec(closed)?)?;
        fs::rename(beside, file)
    }

    fn closed(&self) -> MutexGuard<'_, BTreeMap<String, u64>> {
        self.closed.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn now() -> Duration {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plea_for_patience_outlives_the_process_and_meets_no_other_token() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("forges.json");
        let root = Url::parse("https://api.github.com").unwrap();
        let (ours, theirs) = (Party::new(&root, b"t0ken"), Party::new(&root, b"other"));
        Gate::open(file.clone()).close(&ours, Duration::from_secs(600));
        let next = Gate::open(file.clone());
        let left = next.closed_for(&ours).unwrap();
        assert!(left > Duration::from_secs(590) && left <= Duration::from_secs(601), "{left:?}");
        assert_eq!(next.closed_for(&theirs), None);
        next.close(&theirs, Duration::ZERO);
        assert!(Gate::open(file.clone()).closed_for(&ours).is_some());
        fs::write(&file, "nonsense").unwrap();
        assert_eq!(Gate::open(file).closed_for(&ours), None);
    }
}
