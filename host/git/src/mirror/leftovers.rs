//! What a process that was killed leaves in a mirror.

use std::{
    fs::{self, DirEntry},
    path::Path,
};

/// Deeper than any folder of references we write.
const MAX_DEPTH: usize = 8;

/// Removes lock files and temporary files that nobody will come back for, and
/// halves of packs. The caller knows that nobody else is at work.
pub fn remove(repository: &Path) {
    in_folder(repository, &|entry| is_stale(&name(entry)));
    below(&repository.join("refs"), MAX_DEPTH, &|entry| is_stale(&name(entry)));
    let objects = repository.join("objects");
    in_folder(&objects, &|entry| is_stale(&name(entry)));
    in_folder(&objects.join("pack"), &|entry| is_stale(&name(entry)) || is_half(&entry.path()));
}

fn below(folder: &Path, depth: usize, stale: &dyn Fn(&DirEntry) -> bool) {
    in_folder(folder, stale);
    if depth == 0 {
        return;
    }
    for entry in entries(folder).filter(|entry| entry.path().is_dir()) {
        below(&entry.path(), depth - 1, stale);
    }
}

fn in_folder(folder: &Path, stale: &dyn Fn(&DirEntry) -> bool) {
    for entry in entries(folder).filter(|entry| entry.path().is_file()).filter(stale) {
        // What stays is met again by whoever needs its place.
        if fs::remove_file(entry.path()).is_ok() {
            tracing::debug!(path = %entry.path().display(), "removed what a killed process left");
        }
    }
}

fn entries(folder: &Path) -> impl Iterator<Item = DirEntry> {
    fs::read_dir(folder).into_iter().flatten().filter_map(Result::ok)
}

fn name(entry: &DirEntry) -> String {
    entry.file_name().to_string_lossy().into_owned()
}

/// Git's locks, and the names libgit2 gives to what it has not finished.
fn is_stale(name: &str) -> bool {
    name.ends_with(".lock") || name.contains("_git2_")
}

/// A pack without its index, or the other way round.
fn is_half(path: &Path) -> bool {
    let other = match path.extension().and_then(|extension| extension.to_str()) {
        Some("pack") => "idx",
        Some("idx") => "pack",
        _ => return false,
    };
    !path.with_extension(other).exists()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn leftovers_go_and_everything_else_stays() {
        let folder = tempfile::tempdir().unwrap();
        let stale = [
            "HEAD.lock",
            "shallow.lock",
            "refs/tagwarden/ab.lock",
            "objects/tmp_object_git2_x",
            "objects/pack/pack_git2_y",
            "objects/pack/pack-1.idx",
            "objects/pack/pack-2.pack",
        ];
        let whole =
            ["HEAD", "refs/tagwarden/ab", "objects/pack/pack-3.idx", "objects/pack/pack-3.pack"];
        for path in stale.iter().chain(&whole) {
            let path = folder.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "").unwrap();
        }
        remove(folder.path());
        let there = |path: &&&str| folder.path().join(path).exists();
        assert_eq!(stale.iter().filter(there).count(), 0);
        assert_eq!(whole.iter().filter(there).count(), whole.len());
    }
}
