//! How much room the mirrors take, and making it less.

use std::{
    fs, io,
    path::Path,
    time::{Duration, SystemTime},
};

use crate::mirror::Mirror;

/// What a pruning did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Pruned {
    /// Mirrors that were removed.
    pub removed: usize,
    /// The bytes they took.
    pub freed: u64,
    /// Mirrors that stay.
    pub kept: usize,
    /// The bytes they take.
    pub size: u64,
}

/// One mirror on disk.
struct Kept {
    mirror: Mirror,
    size: u64,
    used: SystemTime,
}

/// Removes mirrors that were not used for `unused`, then those that were not
/// used for longest until all take `limit` bytes or less. Mirrors in use stay.
pub fn prune(state: &Path, limit: u64, unused: Duration) -> io::Result<Pruned> {
    let mut all = mirrors(state)?;
    all.sort_by_key(|kept| kept.used);
    let mut pruned = Pruned {
        kept: all.len(),
        size: all.iter().map(|kept| kept.size).sum(),
        ..Pruned::default()
    };
    for Kept { mirror, size, used } in all {
        let is_old = used.elapsed().is_ok_and(|age| age > unused);
        if (is_old || pruned.size > limit) && mirror.remove_if_idle() {
            pruned.removed += 1;
            pruned.kept -= 1;
            pruned.freed += size;
            pruned.size -= size;
        }
    }
    Ok(pruned)
}

fn mirrors(state: &Path) -> io::Result<Vec<Kept>> {
    let entries = match fs::read_dir(state) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries?,
    };
    let mut found = Vec::new();
    for path in entries.filter_map(|entry| Some(entry.ok()?.path())) {
        let Some(name) = mirror_name(&path) else { continue };
        let mirror = Mirror::named(state, &name);
        let used = mirror.used().unwrap_or(SystemTime::UNIX_EPOCH);
        found.push(Kept { size: size(&path), mirror, used });
    }
    Ok(found)
}

fn mirror_name(path: &Path) -> Option<String> {
    let is_mirror = path.extension().is_some_and(|extension| extension == "git");
    let name = path.file_stem().filter(|_| is_mirror)?;
    name.to_str().map(str::to_owned)
}

/// The bytes of all files below; what cannot be looked at counts nothing.
fn size(path: &Path) -> u64 {
    let Ok(about) = fs::symlink_metadata(path) else { return 0 };
    if !about.is_dir() {
        return about.len();
    }
    let entries = fs::read_dir(path).into_iter().flatten().filter_map(Result::ok);
    entries.map(|entry| size(&entry.path())).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Three mirrors of 1000 bytes, the first unused for longest.
    fn state() -> tempfile::TempDir {
        let state = tempfile::tempdir().unwrap();
        for (name, age) in [("a", 300), ("b", 200), ("c", 100)] {
            let folder = state.path().join(format!("{name}.git"));
            fs::create_dir(&folder).unwrap();
            fs::write(folder.join("pack"), [0; 1000]).unwrap();
            let lock = fs::File::create(state.path().join(format!("{name}.lock"))).unwrap();
            lock.set_modified(SystemTime::now() - Duration::from_secs(age)).unwrap();
        }
        state
    }

    fn left(state: &Path) -> Vec<String> {
        let mut names: Vec<_> = mirrors(state)
            .unwrap()
            .iter()
            .map(|kept| kept.mirror.folder().file_stem().unwrap().to_string_lossy().into_owned())
            .collect();
        names.sort();
        names
    }

    #[test]
    fn those_unused_for_longest_go_first() {
        let state = state();
        let pruned = prune(state.path(), 1500, Duration::MAX).unwrap();
        assert_eq!(pruned, Pruned { removed: 2, freed: 2000, kept: 1, size: 1000 });
        assert_eq!(left(state.path()), ["c"]);
    }

    #[test]
    fn those_unused_for_too_long_go_whatever_their_size() {
        let state = state();
        assert_eq!(prune(state.path(), u64::MAX, Duration::from_secs(150)).unwrap().removed, 2);
        assert_eq!(left(state.path()), ["c"]);
    }

    #[test]
    fn a_mirror_in_use_stays() {
        let state = state();
        let mirror = Mirror::named(state.path(), "a");
        let lock = mirror.lock(Duration::ZERO).unwrap();
        let reader = mirror.reader(&lock).unwrap();
        prune(state.path(), 0, Duration::MAX).unwrap();
        assert_eq!(left(state.path()), ["a"]);
        drop(lock);
        prune(state.path(), 0, Duration::MAX).unwrap();
        assert_eq!(left(state.path()), ["a"], "somebody still reads it");
        drop(reader);
        prune(state.path(), 0, Duration::MAX).unwrap();
        assert!(left(state.path()).is_empty());
    }

    #[test]
    fn no_state_folder_holds_no_mirrors() {
        assert_eq!(prune(Path::new("/nowhere"), 0, Duration::ZERO).unwrap(), Pruned::default());
    }
}
