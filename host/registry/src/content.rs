//! Bytes kept by their digest.
//!
//! The folder has the layout of an OCI image's blobs, `blobs/sha256/<hex>`, and
//! beside them the signatures of manifests, below the digest of what they say.
//! Nothing in it is trusted: all of it is hashed each time it is read, so that
//! what was changed is told from what is not there, and a signature is checked by
//! the keys again.

use std::{
    fs::{DirBuilder, File},
    io::{self, Read, Write},
    os::unix::fs::DirBuilderExt,
    path::{Path, PathBuf},
};

use sha2::{Digest, Sha256};

use crate::cosign::Material;

/// The most bytes of one manifest's signatures.
const MAX_SIGNATURES: u64 = 64 << 20;

/// The length of the line above them, `sha256:<hex>`.
const HEAD: usize = 7 + 64 + 1;

/// A folder of content.
#[derive(Clone, Debug)]
pub struct Content {
    folder: PathBuf,
}

/// Why content cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum ContentError {
    /// The file cannot be read or written.
    #[error("cannot use {path}: {error}")]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system says.
        #[source]
        error: io::Error,
    },
    /// The bytes are others than they were.
    #[error("{path} was changed: its bytes are {found} now")]
    Changed {
        /// The file.
        path: PathBuf,
        /// The digest they have.
        found: String,
    },
    /// There are more bytes than allowed.
    #[error("{path} has more than the {limit} bytes allowed")]
    TooLarge {
        /// The file.
        path: PathBuf,
        /// The cap.
        limit: u64,
    },
}

impl Content {
    /// The content in `folder`, which is made, for this user alone, when
    /// something is put.
    #[must_use]
    pub fn in_folder(folder: impl Into<PathBuf>) -> Self {
        Self { folder: folder.into() }
    }

    /// Where it is.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The bytes with that digest; none when they are not here.
    ///
    /// # Errors
    ///
    /// When they are there and are others, or too many.
    pub fn get(&self, digest: &str, limit: u64) -> Result<Option<Vec<u8>>, ContentError> {
        let path = self.path("blobs", digest);
        let Some(bytes) = read(&path, limit)? else { return Ok(None) };
        match self::digest(&bytes) {
            same if same == digest => Ok(Some(bytes)),
            found => Err(ContentError::Changed { path, found }),
        }
    }

    /// Keeps bytes under their digest.
    ///
    /// # Errors
    ///
    /// When they cannot be written.
    pub fn put(&self, bytes: &[u8]) -> Result<(), ContentError> {
        self.write(&self.path("blobs", &digest(bytes)), bytes)
    }

    /// The signatures of the manifest with that digest, as they were kept.
    ///
    /// # Errors
    ///
    /// When they cannot be read, or are not what was kept.
    pub fn signatures(&self, manifest: &str) -> Result<Vec<Material>, ContentError> {
        let path = self.path("signatures", manifest);
        let Some(bytes) = read(&path, MAX_SIGNATURES)? else { return Ok(vec![]) };
        let (head, json) = bytes.split_at(bytes.len().min(HEAD));
        let found = digest(json);
        if head != format!("{found}\n").as_bytes() {
            return Err(ContentError::Changed { path, found });
        }
        let error = |error: serde_json::Error| ContentError::Io { path, error: error.into() };
        serde_json::from_slice(json).map_err(error)
    }

    /// Keeps the signatures of a manifest.
    ///
    /// # Errors
    ///
    /// When they cannot be written.
    pub fn put_signatures(&self, manifest: &str, found: &[Material]) -> Result<(), ContentError> {
        let path = self.path("signatures", manifest);
        let json = serde_json::to_vec_pretty(found)
            .map_err(|error| ContentError::Io { path: path.clone(), error: error.into() })?;
        self.write(&path, &[format!("{}\n", digest(&json)).as_bytes(), &json].concat())
    }

    /// Digests become names of files only as what they are, hexadecimal digits.
    fn path(&self, what: &str, digest: &str) -> PathBuf {
        let hex: String = digest
            .strip_prefix("sha256:")
            .unwrap_or_default()
            .chars()
            .filter(char::is_ascii_hexdigit)
            .collect();
        self.folder.join(what).join("sha256").join(hex)
    }

    /// Writes beside and renames, so that no reader sees half of it.
    fn write(&self, path: &Path, bytes: &[u8]) -> Result<(), ContentError> {
        let write = || -> io::Result<()> {
            let folder = path.parent().unwrap_or(&self.folder);
            DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
            let mut file = tempfile::NamedTempFile::new_in(folder)?;
            file.write_all(bytes)?;
            file.as_file().sync_all()?;
            file.persist(path)?;
            Ok(())
        };
        write().map_err(|error| ContentError::Io { path: path.to_owned(), error })
    }
}

fn digest(bytes: &[u8]) -> String {
    format!("sha256:{:x}", Sha256::digest(bytes))
}

/// A file's bytes; none when there is no such file.
fn read(path: &Path, limit: u64) -> Result<Option<Vec<u8>>, ContentError> {
    let io = |error| ContentError::Io { path: path.to_owned(), error };
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(io(error)),
    };
    let mut bytes = vec![];
    file.take(limit.saturating_add(1)).read_to_end(&mut bytes).map_err(io)?;
    match bytes.len() as u64 > limit {
        true => Err(ContentError::TooLarge { path: path.to_owned(), limit }),
        false => Ok(Some(bytes)),
    }
}

#[cfg(test)]
mod tests {
    use std::{fs, os::unix::fs::PermissionsExt};

    use super::*;

    #[test]
    fn gives_back_what_was_put_to_this_user_alone() {
        let home = tempfile::tempdir().unwrap();
        let content = Content::in_folder(home.path().join("a/b"));
        assert!(content.get(&digest(b"x"), 9).unwrap().is_none());
        content.put(b"x").unwrap();
        assert_eq!(content.get(&digest(b"x"), 9).unwrap().unwrap(), b"x");
        let mode = fs::metadata(content.folder()).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode, 0o700);
    }

    #[test]
    fn a_changed_byte_is_noticed_whenever_it_is_read() {
        let home = tempfile::tempdir().unwrap();
        let content = Content::in_folder(home.path());
        content.put(b"bytes").unwrap();
        fs::write(content.path("blobs", &digest(b"bytes")), b"bytez").unwrap();
        let error = content.get(&digest(b"bytes"), 9).unwrap_err();
        assert!(matches!(error, ContentError::Changed { .. }), "{error}");
    }

    #[test]
    fn no_more_is_read_than_allowed() {
        let home = tempfile::tempdir().unwrap();
        let content = Content::in_folder(home.path());
        content.put(b"bytes").unwrap();
        let error = content.get(&digest(b"bytes"), 4).unwrap_err();
        assert!(matches!(error, ContentError::TooLarge { limit: 4, .. }), "{error}");
    }

    #[test]
    fn a_name_cannot_lead_out_of_the_folder() {
        let content = Content::in_folder("/store");
        assert_eq!(content.path("blobs", "sha256:../../etc"), Path::new("/store/blobs/sha256/ec"));
    }

    #[test]
    fn signatures_come_back_as_they_were() {
        let home = tempfile::tempdir().unwrap();
        let content = Content::in_folder(home.path());
        let found = vec![Material::Bundle("{}".into())];
        content.put_signatures(&digest(b"m"), &found).unwrap();
        assert_eq!(content.signatures(&digest(b"m")).unwrap(), found);
        assert!(content.signatures(&digest(b"n")).unwrap().is_empty());
    }

    #[test]
    fn a_changed_byte_of_signatures_is_not_taken_for_none() {
        let home = tempfile::tempdir().unwrap();
        let content = Content::in_folder(home.path());
        let manifest = digest(b"m");
        content.put_signatures(&manifest, &[Material::Bundle("{}".into())]).unwrap();
        let path = content.path("signatures", &manifest);
        let kept = fs::read(&path).unwrap();
        for at in 0..kept.len() {
            let mut changed = kept.clone();
            changed[at] ^= 1;
            fs::write(&path, changed).unwrap();
            let error = content.signatures(&manifest).unwrap_err();
            assert!(matches!(error, ContentError::Changed { .. }), "byte {at}: {error}");
        }
        for cut in 0..kept.len() {
            fs::write(&path, &kept[..cut]).unwrap();
            assert!(content.signatures(&manifest).is_err(), "{cut} bytes");
        }
    }
}
