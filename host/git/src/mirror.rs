//! The bare repository that stands for a remote on this machine.

mod leftovers;

use std::{
    ffi::OsStr,
    fs::{self, DirBuilder, File, TryLockError},
    io, iter,
    os::unix::fs::DirBuilderExt,
    path::{Path, PathBuf},
    thread,
    time::{Duration, Instant, SystemTime},
};

use git2::{Repository, RepositoryInitOptions, RepositoryOpenFlags};
use sha2::{Digest, Sha256};
use tagwarden_reconcile::ports::GitErrorKind;

use crate::failure::Failure;

/// How often a held lock is looked at again.
const LOCK_POLL: Duration = Duration::from_millis(20);
/// More packs than this and a new clone costs less than looking through them.
const MAX_PACKS: usize = 64;
/// As many loose objects in one of 256 folders as make Git itself repack.
const MAX_LOOSE: usize = 27;

/// The paths of one mirror. Its name is a hash: nothing of the URL becomes a path.
#[derive(Clone, Debug)]
pub struct Mirror {
    repository: PathBuf,
    lock: PathBuf,
    readers: PathBuf,
    index: PathBuf,
}

/// Held while the mirror is fetched into or replaced; across processes too.
#[derive(Debug)]
pub struct Lock(File);

/// Held while a snapshot reads from the mirror.
#[derive(Debug)]
pub struct Reader(#[expect(dead_code, reason = "dropping the file lets go of the lock")] File);

impl Mirror {
    pub fn new(state: &Path, url: &str) -> Self {
        let digest = Sha256::digest(url.as_bytes());
        let name: String = digest.iter().map(|b| format!("{b:02x}")).collect();
        Self::named(state, &name)
    }

    /// The mirror of that name, which must be a hash.
    pub fn named(state: &Path, name: &str) -> Self {
        Self {
            repository: state.join(format!("{name}.git")),
            lock: state.join(format!("{name}.lock")),
            readers: state.join(format!("{name}.readers")),
            index: state.join(format!("{name}.index")),
        }
    }

    /// Where is kept what walks found out about its objects.
    pub fn index(&self) -> PathBuf {
        self.index.clone()
    }

    /// Where the repository is.
    #[cfg(test)]
    pub fn folder(&self) -> &Path {
        &self.repository
    }

    /// When somebody last took the lock.
    pub fn used(&self) -> io::Result<SystemTime> {
        fs::metadata(&self.lock)?.modified()
    }

    /// Removes everything but the locks, unless somebody is at work.
    pub fn remove_if_idle(&self) -> bool {
        let Ok(lock) = self.take(Duration::ZERO) else { return false };
        if !self.is_idle() || self.discard(&lock).is_err() {
            return false;
        }
        // Without its mirror an index costs nothing but its bytes.
        let _ = fs::remove_file(&self.index);
        true
    }

    /// Waits for the lock as long as an operation may take.
    pub fn lock(&self, timeout: Duration) -> Result<Lock, Failure> {
        let lock = self.take(timeout)?;
        // By this, pruning tells what is used from what is not.
        let _ = lock.0.set_modified(SystemTime::now());
        Ok(lock)
    }

    fn take(&self, timeout: Duration) -> Result<Lock, Failure> {
        let file = self.open_lock(&self.lock)?;
        let deadline = Instant::now() + timeout;
        loop {
            match file.try_lock() {
                Ok(()) => return Ok(Lock(file)),
                Err(TryLockError::WouldBlock) if Instant::now() < deadline => {
                    thread::sleep(LOCK_POLL);
                }
                Err(TryLockError::WouldBlock) => {
                    return Err(Failure::new(
                        GitErrorKind::Unreachable,
                        format!("the mirror was in use by others all of {timeout:?}"),
                    ));
                }
                Err(TryLockError::Error(error)) => return Err(unwritable(&self.lock, &error)),
            }
        }
    }

    /// Keeps the mirror from being replaced. The caller holds the lock.
    pub fn reader(&self, _: &Lock) -> Result<Reader, Failure> {
        let file = self.open_lock(&self.readers)?;
        file.lock_shared().map_err(|error| unwritable(&self.readers, &error))?;
        Ok(Reader(file))
    }

    fn open_lock(&self, path: &Path) -> Result<File, Failure> {
        // What is fetched may be private.
        let folder = path.parent().unwrap_or(path);
        DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(folder)
            .and_then(|()| File::options().create(true).append(true).open(path))
            .map_err(|error| unwritable(path, &error))
    }

    /// Opens the mirror, made when it is missing.
    pub fn open(&self, lock: &Lock) -> Result<Repository, git2::Error> {
        let is_idle = self.is_idle();
        if self.is_marked() || self.is_worn() && is_idle {
            self.discard(lock).map_err(|e| git2::Error::from_str(&e.message))?;
        }
        if is_idle {
            leftovers::remove(&self.repository);
        }
        if self.repository.exists() {
            // `open_bare` would not read where the history is cut off.
            let flags = RepositoryOpenFlags::BARE
                | RepositoryOpenFlags::NO_SEARCH
                | RepositoryOpenFlags::NO_DOTGIT;
            Repository::open_ext(&self.repository, flags, iter::empty::<&OsStr>())
        } else {
            let mut options = RepositoryInitOptions::new();
            options.bare(true).external_template(false);
            Repository::init_opts(&self.repository, &options)
        }
    }

    /// Removes the mirror. It is moved aside first, so that no crash leaves
    /// half of one.
    pub fn discard(&self, _: &Lock) -> Result<(), Failure> {
        let aside = self.repository.with_extension("removed");
        let removed = match fs::rename(&self.repository, &aside) {
            Ok(()) => fs::remove_dir_all(&aside),
            // Left by a crash in the middle of a removal.
            Err(_) if aside.exists() => fs::remove_dir_all(&aside)
                .and_then(|()| fs::rename(&self.repository, &aside))
                .and_then(|()| fs::remove_dir_all(&aside)),
            Err(error) => Err(error),
        };
        match removed {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                Err(unwritable(&self.repository, &error))
            }
            _ => Ok(()),
        }
    }

    /// Marks the mirror as damaged, for the next opening to replace it.
    pub fn mark_damaged(&self) {
        // Failing to mark costs another failed pass, nothing else.
        let _ = File::create(self.mark());
    }

    fn mark(&self) -> PathBuf {
        self.repository.join("tagwarden-damaged")
    }

    fn is_marked(&self) -> bool {
        self.mark().exists()
    }

    /// Whether single fetches and commits have piled up.
    fn is_worn(&self) -> bool {
        let count = |folder: &str| {
            fs::read_dir(self.repository.join("objects").join(folder)).map_or(0, Iterator::count)
        };
        // A pack has an index beside it.
        count("pack") > 2 * MAX_PACKS || count("17") > MAX_LOOSE
    }

    fn is_idle(&self) -> bool {
        self.open_lock(&self.readers).is_ok_and(|file| file.try_lock().is_ok())
    }
}

fn unwritable(path: &Path, error: &io::Error) -> Failure {
    Failure::new(
        GitErrorKind::Other,
        format!("the state folder cannot be used: {}: {error}", path.display()),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mirror() -> (tempfile::TempDir, Mirror) {
        let state = tempfile::tempdir().unwrap();
        let mirror = Mirror::new(state.path(), "https://example.com/../../x");
        (state, mirror)
    }

    #[test]
    fn a_url_becomes_no_path() {
        let (state, mirror) = mirror();
        assert_eq!(mirror.repository.parent(), Some(state.path()));
    }

    #[test]
    fn a_second_lock_waits_no_longer_than_told() {
        let (_state, mirror) = mirror();
        let first = mirror.lock(Duration::ZERO).unwrap();
        let failure = mirror.lock(Duration::from_millis(1)).unwrap_err();
        assert!(failure.message.contains("in use by others"));
        drop(first);
        assert!(mirror.lock(Duration::ZERO).is_ok());
    }

    #[test]
    fn a_marked_mirror_is_made_anew() {
        let (_state, mirror) = mirror();
        let lock = mirror.lock(Duration::ZERO).unwrap();
        drop(mirror.open(&lock).unwrap());
        fs::write(mirror.repository.join("old"), "").unwrap();
        mirror.mark_damaged();
        drop(mirror.open(&lock).unwrap());
        assert!(!mirror.repository.join("old").exists());
    }

    #[test]
    fn a_worn_mirror_is_made_anew_once_nobody_reads_it() {
        let (_state, mirror) = mirror();
        let lock = mirror.lock(Duration::ZERO).unwrap();
        drop(mirror.open(&lock).unwrap());
        for n in 0..=2 * MAX_PACKS {
            fs::write(mirror.repository.join(format!("objects/pack/{n}")), "").unwrap();
        }
        let reader = mirror.reader(&lock).unwrap();
        drop(mirror.open(&lock).unwrap());
        assert!(mirror.is_worn());
        drop(reader);
        drop(mirror.open(&lock).unwrap());
        assert!(!mirror.is_worn());
    }

    #[test]
    fn half_a_removal_does_not_block_the_next() {
        let (_state, mirror) = mirror();
        let lock = mirror.lock(Duration::ZERO).unwrap();
        drop(mirror.open(&lock).unwrap());
        let aside = mirror.repository.with_extension("removed");
        fs::create_dir(&aside).unwrap();
        fs::write(aside.join("rest"), "").unwrap();
        mirror.discard(&lock).unwrap();
        assert!(!mirror.repository.exists() && !aside.exists());
    }
}
