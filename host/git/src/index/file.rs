//! The index as bytes: a header, blobs, folders, and a checksum over all of it.

use std::{collections::HashMap, fs, path::Path, sync::Arc};

use git2::Oid;
use sha2::{Digest, Sha256};

use super::{Blob, Entry, Folder, Kind, Sum};

/// A larger file is not kept, and none is read: some 500,000 manifests.
pub const LIMIT: u64 = 64 << 20;
const HEADER: &str = "tagwarden index 1";
const ID: usize = 20;
const CHECKSUM: usize = 32;

type Blobs = HashMap<Oid, Entry<Blob>>;
type Folders = HashMap<Oid, Entry<Arc<Folder>>>;

/// What a file of answers to this question begins with.
pub fn header(question: &str) -> Vec<u8> {
    format!("{HEADER} {question}\n").into_bytes()
}

/// What stands in the file, if it is whole and begins with the header.
pub fn read(path: &Path, header: &[u8]) -> Option<(Blobs, Folders)> {
    if fs::metadata(path).ok()?.len() > LIMIT {
        return None;
    }
    let bytes = fs::read(path).ok()?;
    let (content, sum) = bytes.split_at_checked(bytes.len().checked_sub(CHECKSUM)?)?;
    let mut records = Records(content.strip_prefix(header)?);
    if Sha256::digest(content).as_slice() != sum {
        return None;
    }
    let blobs = (0..records.number()?).map(|_| records.blob()).collect::<Option<_>>()?;
    let folders = (0..records.number()?).map(|_| records.folder()).collect::<Option<_>>()?;
    Some((blobs, folders))
}

/// The file's bytes.
pub fn encoded(header: &[u8], blobs: &Blobs, folders: &Folders) -> Vec<u8> {
    let mut bytes = header.to_vec();
    put_number(&mut bytes, blobs.len());
    for (id, entry) in blobs {
        bytes.extend_from_slice(id.as_bytes());
        put_blob(&mut bytes, &entry.what);
    }
    put_number(&mut bytes, folders.len());
    for (id, entry) in folders {
        bytes.extend_from_slice(id.as_bytes());
        put_folder(&mut bytes, &entry.what);
    }
    let sum = Sha256::digest(&bytes);
    bytes.extend_from_slice(&sum);
    bytes
}

fn put_blob(bytes: &mut Vec<u8>, blob: &Blob) {
    match blob {
        Blob::Dull => bytes.push(0),
        Blob::Shown => bytes.push(1),
        Blob::Noted(note) => {
            bytes.push(2);
            put_text(bytes, note);
        }
    }
}

fn put_folder(bytes: &mut Vec<u8>, Folder { sum, entries }: &Folder) {
    for number in [sum.met, sum.entries, sum.depth] {
        bytes.extend_from_slice(&number.to_le_bytes());
    }
    put_number(bytes, entries.len());
    for (kind, name, id) in entries {
        bytes.push(u8::from(*kind == Kind::Folder));
        bytes.extend_from_slice(id.as_bytes());
        put_text(bytes, name.as_bytes());
    }
}

fn put_text(bytes: &mut Vec<u8>, text: &[u8]) {
    put_number(bytes, text.len());
    bytes.extend_from_slice(text);
}

/// Counts and lengths: beyond four bytes the file would not be kept anyway.
fn put_number(bytes: &mut Vec<u8>, number: usize) {
    bytes.extend_from_slice(&u32::try_from(number).unwrap_or(u32::MAX).to_le_bytes());
}

/// What is left to read.
struct Records<'a>(&'a [u8]);

impl<'a> Records<'a> {
    fn take(&mut self, length: usize) -> Option<&'a [u8]> {
        let (taken, left) = self.0.split_at_checked(length)?;
        self.0 = left;
        Some(taken)
    }

    fn number(&mut self) -> Option<u32> {
        Some(u32::from_le_bytes(self.take(4)?.try_into().ok()?))
    }

    fn text(&mut self) -> Option<&'a [u8]> {
        let length = self.number()? as usize;
        self.take(length)
    }

    fn id(&mut self) -> Option<Oid> {
        Oid::from_bytes(self.take(ID)?).ok()
    }

    fn blob(&mut self) -> Option<(Oid, Entry<Blob>)> {
        let id = self.id()?;
        let blob = match self.take(1)? {
            [0] => Blob::Dull,
            [1] => Blob::Shown,
            _ => Blob::Noted(Arc::from(self.text()?)),
        };
        Some((id, Entry::kept(blob)))
    }

    fn folder(&mut self) -> Option<(Oid, Entry<Arc<Folder>>)> {
        let id = self.id()?;
        let sum = Sum { met: self.number()?, entries: self.number()?, depth: self.number()? };
        let entries = (0..self.number()?).map(|_| self.entry()).collect::<Option<_>>()?;
        Some((id, Entry::kept(Arc::new(Folder { sum, entries }))))
    }

    fn entry(&mut self) -> Option<(Kind, String, Oid)> {
        let kind = if self.take(1)? == [0] { Kind::File } else { Kind::Folder };
        let id = self.id()?;
        let name = std::str::from_utf8(self.text()?).ok()?.to_owned();
        Some((kind, name, id))
    }
}
