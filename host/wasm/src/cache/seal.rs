//! The seal that shows an entry was written by this user.

use std::{
    fmt,
    fs::{self, File},
    io::{self, Read, Write},
    os::unix::fs::MetadataExt,
    path::Path,
};

use hmac::{Hmac, Mac};
use sha2::Sha256;

use super::folder::Refusal;

/// The length of a seal.
pub(super) const SEAL_BYTES: usize = 32;

/// The file that holds the key.
pub(super) const KEY_FILE: &str = "key";

const KEY_BYTES: usize = 32;

/// The folder's own random key.
pub(super) struct Key([u8; KEY_BYTES]);

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Key(…)")
    }
}

impl Key {
    /// Reads the key, or makes one. Of two processes that make one at the same
    /// time, the first to link it into place wins and both use its key.
    pub(super) fn load_or_create(folder: &Path) -> Result<Self, Refusal> {
        let path = folder.join(KEY_FILE);
        if fs::symlink_metadata(&path).is_err() {
            create(folder, &path)?;
        }
        load(&path)
    }

    /// The seal over an entry's name and bytes: an entry moved to another name
    /// loses it.
    pub(super) fn seal(&self, name: &str, bytes: &[u8]) -> [u8; SEAL_BYTES] {
        self.mac(name, bytes).finalize().into_bytes().into()
    }

    /// Whether `sealed` starts with the seal over its remainder.
    pub(super) fn seals(&self, name: &str, sealed: &[u8]) -> bool {
        let split = sealed.split_at_checked(SEAL_BYTES);
        split.is_some_and(|(seal, bytes)| self.mac(name, bytes).verify_slice(seal).is_ok())
    }

    fn mac(&self, name: &str, bytes: &[u8]) -> Hmac<Sha256> {
        let mut mac =
            <Hmac<Sha256> as Mac>::new_from_slice(&self.0).expect("HMAC takes keys of any length");
        mac.update(&(name.len() as u64).to_le_bytes());
        mac.update(name.as_bytes());
        mac.update(bytes);
        mac
    }
}

fn create(folder: &Path, path: &Path) -> io::Result<()> {
    let mut key = [0; KEY_BYTES];
    File::open("/dev/urandom")?.read_exact(&mut key)?;
    // Temporary files are made with mode 0600.
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    file.write_all(&key)?;
    match file.persist_noclobber(path) {
        Ok(_) => Ok(()),
        Err(lost) if lost.error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        Err(failed) => Err(failed.error),
    }
}

fn load(path: &Path) -> Result<Key, Refusal> {
    let found = fs::symlink_metadata(path)?;
    let private = found.is_file()
        && found.mode() & 0o077 == 0
        && found.uid() == rustix::process::geteuid().as_raw();
    if !private {
        return Err(Refusal::NotPrivate("its key is not this user's alone".into()));
    }
    let mut key = Vec::with_capacity(KEY_BYTES);
    File::open(path)?.take(KEY_BYTES as u64 + 1).read_to_end(&mut key)?;
    match <[u8; KEY_BYTES]>::try_from(key) {
        Ok(key) => Ok(Key(key)),
        Err(_) => Err(Refusal::NotPrivate("its key is damaged".into())),
    }
}
