//! Which blobs a question was answered for, and how: a blob never changes, so
//! none needs to be read twice to learn that it is of no interest.

use std::{
    cell::Cell,
    collections::HashMap,
    fs, io,
    path::{Path, PathBuf},
};

use git2::Oid;
use sha2::{Digest, Sha256};

/// Beyond so many the index is begun anew: 21 MB of file.
const MAX_ENTRIES: usize = 1_000_000;
const HEADER: &str = "tagwarden blobs 1";
const ID: usize = 20;
const RECORD: usize = ID + 1;
const CHECKSUM: usize = 32;

/// The answers to one question, kept in a file from run to run.
#[derive(Debug)]
pub struct Blobs {
    path: PathBuf,
    header: Vec<u8>,
    known: HashMap<Oid, bool>,
    is_new: Cell<bool>,
}

impl Blobs {
    /// The answers in the file. A damaged file, or one of another question,
    /// has none: they are found again.
    pub fn read(path: PathBuf, question: &str) -> Self {
        let header = format!("{HEADER} {question}\n").into_bytes();
        let known = fs::read(&path).ok().and_then(|bytes| decode(&bytes, &header));
        Self { path, header, known: known.unwrap_or_default(), is_new: Cell::new(false) }
    }

    /// The answer for a blob, if it was ever asked.
    pub fn get(&self, id: Oid) -> Option<bool> {
        self.known.get(&id).copied()
    }

    pub fn put(&mut self, id: Oid, answer: bool) {
        if self.known.len() >= MAX_ENTRIES {
            self.known.clear();
        }
        self.known.insert(id, answer);
        self.is_new.set(true);
    }

    /// Writes the file if there is anything new. Another process may do the
    /// same: either's answers are right, and lost ones are found again.
    pub fn save(&self) {
        if !self.is_new.replace(false) {
            return;
        }
        if let Err(error) = replace(&self.path, &self.encoded()) {
            tracing::warn!(path = %self.path.display(), %error, "index of blobs not kept");
        }
    }

    fn encoded(&self) -> Vec<u8> {
        let mut bytes = self.header.clone();
        bytes.reserve(self.known.len() * RECORD + CHECKSUM);
        for (id, answer) in &self.known {
            bytes.extend_from_slice(id.as_bytes());
            bytes.push(u8::from(*answer));
        }
        let sum = Sha256::digest(&bytes);
        bytes.extend_from_slice(&sum);
        bytes
    }
}

fn decode(bytes: &[u8], header: &[u8]) -> Option<HashMap<Oid, bool>> {
    let (content, sum) = bytes.split_at_checked(bytes.len().checked_sub(CHECKSUM)?)?;
    let records = content.strip_prefix(header)?;
    if Sha256::digest(content).as_slice() != sum || records.len() % RECORD != 0 {
        return None;
    }
    let record = |record: &[u8]| {
        let (id, answer) = record.split_at(ID);
        Some((Oid::from_bytes(id).ok()?, answer == [1]))
    };
    records.chunks_exact(RECORD).map(record).collect()
}

/// Replaces a file as a whole, so that no crash leaves half of one.
fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let folder = path.parent().unwrap_or(path);
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    io::Write::write_all(&mut file, bytes)?;
    file.persist(path)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(byte: u8) -> Oid {
        Oid::from_bytes(&[byte; ID]).unwrap()
    }

    #[test]
    fn answers_are_kept_for_their_question_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.blobs");
        let mut blobs = Blobs::read(path.clone(), "a");
        blobs.put(id(1), true);
        blobs.put(id(2), false);
        blobs.save();
        let again = Blobs::read(path.clone(), "a");
        assert_eq!([1, 2, 3].map(|n| again.get(id(n))), [Some(true), Some(false), None]);
        assert_eq!(Blobs::read(path, "b").get(id(1)), None);
    }

    #[test]
    fn a_damaged_file_answers_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.blobs");
        let mut blobs = Blobs::read(path.clone(), "a");
        blobs.put(id(1), true);
        blobs.save();
        let whole = fs::read(&path).unwrap();
        for at in 0..whole.len() {
            let mut bytes = whole.clone();
            bytes[at] ^= 1;
            fs::write(&path, bytes).unwrap();
            assert_eq!(Blobs::read(path.clone(), "a").get(id(1)), None, "byte {at}");
            fs::write(&path, &whole[..at]).unwrap();
            assert_eq!(Blobs::read(path.clone(), "a").get(id(1)), None, "{at} bytes");
        }
    }
}
