//! The lock file on disk.

use std::{
    fs,
    io::{ErrorKind, Read, Write},
    path::{Path, PathBuf},
};

use tagwarden_api::{LOCK_FILE, MAX_LOCK, read_lock, write_lock};
use tagwarden_core::lock::Lock;

use crate::problem::Problem;

/// What to do about a lock file that is not as it was written.
const LAST_GOOD: &str =
    "take the last good version out of Git; no plugin runs by a lock file that is not whole";

/// A lock file, and where it is or would be.
pub struct LockFile {
    path: PathBuf,
    /// What it says; nothing where there is no file.
    pub lock: Lock,
}

impl LockFile {
    /// The lock file that belongs to these manifests: `tagwarden.lock` in a
    /// folder that was named, or beside a file that was. Nothing named, nothing locked.
    pub fn of(manifests: &[PathBuf]) -> Result<Self, Problem> {
        if manifests.is_empty() {
            return Ok(Self { path: LOCK_FILE.into(), lock: Lock::default() });
        }
        let mut folders: Vec<PathBuf> = manifests.iter().map(|path| folder_of(path)).collect();
        folders.dedup();
        let there: Vec<_> = folders.iter().filter(|f| f.join(LOCK_FILE).exists()).collect();
        let folder = match there.as_slice() {
            [] => folders.first().cloned().unwrap_or_default(),
            [one] => (*one).clone(),
            [one, other, ..] => {
                let (one, other) = (one.display(), other.display());
                return Err(Problem::usage(format!(
                    "there is a {LOCK_FILE} in {one} and in {other}"
                ))
                .hint("keep one lock file for everything that runs together"));
            }
        };
        Self::read(folder.join(LOCK_FILE))
    }

    fn read(path: PathBuf) -> Result<Self, Problem> {
        let unreadable = |error: &std::io::Error| Problem::io("read", &path, error).hint(LAST_GOOD);
        let mut text = String::new();
        match fs::File::open(&path) {
            Ok(file) => {
                file.take(MAX_LOCK).read_to_string(&mut text).map_err(|e| unreadable(&e))?;
            }
            Err(error) if error.kind() == ErrorKind::NotFound => {
                return Ok(Self { path, lock: Lock::default() });
            }
            Err(error) => return Err(unreadable(&error)),
        }
        match read_lock(&path.display().to_string(), &text) {
            Ok(lock) => Ok(Self { path, lock }),
            Err(errors) => {
                let told: Vec<_> = errors.iter().map(ToString::to_string).collect();
                Err(Problem::failed(told.join("\nerror: ")).hint(LAST_GOOD))
            }
        }
    }

    /// The folder it is in, which its paths start from.
    pub fn folder(&self) -> &Path {
        self.path.parent().unwrap_or(Path::new(""))
    }

    /// Writes it, in one step.
    pub fn write(&self) -> Result<(), Problem> {
        let write = || -> std::io::Result<()> {
            let folder = match self.folder() {
                bare if bare.as_os_str().is_empty() => Path::new("."),
                folder => folder,
            };
            let mut new = tempfile::NamedTempFile::new_in(folder)?;
            new.write_all(write_lock(&self.lock).as_bytes())?;
            new.as_file().sync_all()?;
            // A file to be reviewed and committed, unlike other temporary ones.
            let mode = std::os::unix::fs::PermissionsExt::from_mode(0o644);
            new.as_file().set_permissions(mode)?;
            new.persist(&self.path).map_err(|error| error.error)?;
            Ok(())
        };
        write().map_err(|error| Problem::io("write", &self.path, &error))
    }
}

fn folder_of(path: &Path) -> PathBuf {
    match path.is_dir() {
        true => path.to_owned(),
        false => path.parent().map(Path::to_owned).unwrap_or_default(),
    }
}
