//! Compiled code, kept between runs.
//!
//! Compiled code is run as it stands, so whoever can write it owns the
//! process. Hence a folder that only this user can enter, a seal over every
//! entry under a key that never leaves that folder, and nothing taken in from
//! elsewhere.

mod folder;
mod seal;

use std::{
    fs, io,
    path::{Path, PathBuf},
    time::SystemTime,
};

use seal::{Key, SEAL_BYTES};

use crate::EngineError;

/// How many entries are kept; past that the oldest go.
const ENTRIES: usize = 256;

/// The target of logs that tell of files which somebody changed.
pub const TAMPERED: &str = "tampered";

/// The most bytes of one entry that are read.
const ENTRY_BYTES: u64 = 1 << 30;

/// A folder of sealed entries.
#[derive(Debug)]
pub(crate) struct Cache {
    folder: PathBuf,
    key: Key,
}

/// Bytes that this user sealed earlier, under this very name.
#[derive(Debug)]
pub(crate) struct Verified(Vec<u8>);

impl Verified {
    pub(crate) fn bytes(&self) -> &[u8] {
        &self.0[SEAL_BYTES..]
    }
}

impl Cache {
    /// Opens the folder, which is made if need be.
    ///
    /// One that others may write to or read is refused. Where there can be
    /// none, say on a read-only disk, there is no cache.
    pub(crate) fn open(folder: &Path) -> Result<Option<Self>, EngineError> {
        let opened = folder::prepare(folder).and_then(|()| {
            let key = Key::load_or_create(folder)?;
            Ok(Self { folder: folder.to_owned(), key })
        });
        match opened {
            Ok(cache) => Ok(Some(cache)),
            Err(folder::Refusal::NotPrivate(reason)) => {
                Err(EngineError::Cache { folder: folder.to_owned(), reason })
            }
            Err(folder::Refusal::Io(error)) => {
                tracing::warn!(folder = %folder.display(), %error, "no cache of compiled plugins");
                Ok(None)
            }
        }
    }

    /// The entry of that name, if its seal holds. One that was damaged or
    /// tampered with is dropped, and said to be.
    pub(crate) fn get(&self, name: &str) -> Option<Verified> {
        let path = self.path(name);
        let found = fs::symlink_metadata(&path).ok()?;
        let readable = found.is_file() && found.len() <= ENTRY_BYTES;
        let bytes = readable.then(|| fs::read(&path).ok()).flatten();
        if let Some(bytes) = bytes.filter(|bytes| self.key.seals(name, bytes)) {
            return Some(Verified(bytes));
        }
        // Said whatever the verbosity: somebody was at it, or the disk is failing.
        tracing::warn!(
            target: TAMPERED,
            file = %path.display(),
            "refused and removed: this compiled code does not bear our seal; \
             compiling the verified component again"
        );
        self.remove(name);
        None
    }

    /// Keeps `bytes` under `name`. A cache that cannot be written is slow, not
    /// wrong, so a failure is only logged.
    pub(crate) fn put(&self, name: &str, bytes: &[u8]) {
        let written = self.write(name, bytes).and_then(|()| self.prune());
        if let Err(error) = written {
            tracing::warn!(folder = %self.folder.display(), %error, "cannot keep compiled code");
        }
    }

    /// Drops the entry of that name.
    pub(crate) fn remove(&self, name: &str) {
        let _gone_already = fs::remove_file(self.path(name));
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// Writes beside and renames, so that no reader sees half an entry.
    fn write(&self, name: &str, bytes: &[u8]) -> io::Result<()> {
        use io::Write as _;
        let mut file = tempfile::NamedTempFile::new_in(&self.folder)?;
        file.write_all(&self.key.seal(name, bytes))?;
        file.write_all(bytes)?;
        file.persist(self.path(name))?;
        Ok(())
    }

    fn prune(&self) -> io::Result<()> {
        let mut entries: Vec<(SystemTime, PathBuf)> = fs::read_dir(&self.folder)?
            .filter_map(Result::ok)
            .filter(|entry| entry.file_name() != seal::KEY_FILE)
            .filter_map(|entry| Some((entry.metadata().ok()?.modified().ok()?, entry.path())))
            .collect();
        entries.sort();
        let surplus = entries.len().saturating_sub(ENTRIES);
        for (_, path) in &entries[..surplus] {
            fs::remove_file(path)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
