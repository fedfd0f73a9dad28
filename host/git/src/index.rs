//! What earlier walks found out about blobs and trees. Neither ever changes, so what
//! was found holds for good, and nothing needs to be read twice to learn that it is
//! of no interest.

mod file;

use std::{collections::HashMap, fs, io, path::PathBuf, sync::Arc};

use git2::Oid;

/// So many entries that nobody came by are no burden.
const SPARE: usize = 20_000;

/// The answers to one question, kept in a file from run to run.
#[derive(Debug)]
pub struct Index {
    path: PathBuf,
    header: Vec<u8>,
    blobs: HashMap<Oid, Entry<Blob>>,
    folders: HashMap<Oid, Entry<Arc<Folder>>>,
    is_new: bool,
}

/// Something that is known, and whether anybody asked for it this time.
#[derive(Debug, PartialEq, Eq)]
struct Entry<T> {
    what: T,
    was_met: bool,
}

/// What is known of a blob.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Blob {
    /// It is of no interest.
    Dull,
    /// It is to be shown.
    Shown,
    /// It is to be shown, unless this is enough.
    Noted(Arc<[u8]>),
}

/// What is known of a tree in which nothing is left aside.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Folder {
    pub sum: Sum,
    /// What is to be shown, in order; folders without such are left out.
    pub entries: Vec<(Kind, String, Oid)>,
}

/// Of which kind an entry of a [`Folder`] is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    File,
    Folder,
}

/// What a tree comes to, with all that is below it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sum {
    /// Files whose name is of interest.
    pub met: u32,
    pub entries: u32,
    /// Folders within folders.
    pub depth: u32,
}

impl Index {
    /// The answers in the file. A damaged file, or one of another question,
    /// has none: they are found again.
    pub fn read(path: PathBuf, question: &str) -> Self {
        let header = file::header(question);
        let (blobs, folders) = file::read(&path, &header).unwrap_or_default();
        Self { path, header, blobs, folders, is_new: false }
    }

    /// What is known of a blob.
    pub fn blob(&mut self, id: Oid) -> Option<Blob> {
        self.blobs.get_mut(&id).map(Entry::meet)
    }

    /// What is known of a tree.
    pub fn folder(&mut self, id: Oid) -> Option<Arc<Folder>> {
        self.folders.get_mut(&id).map(Entry::meet)
    }

    pub fn put_blob(&mut self, id: Oid, what: Blob) {
        self.blobs.insert(id, Entry { what, was_met: true });
        self.is_new = true;
    }

    pub fn put_folder(&mut self, id: Oid, folder: Folder) {
        self.folders.insert(id, Entry { what: Arc::new(folder), was_met: true });
        self.is_new = true;
    }

    /// Writes the file if there is anything new. Another process may do the
    /// same: either's answers are right, and lost ones are found again.
    pub fn save(&mut self) {
        if !std::mem::take(&mut self.is_new) {
            return;
        }
        self.thin_out();
        if let Err(error) = self.replace() {
            tracing::warn!(path = %self.path.display(), %error, "index of blobs not kept");
        }
    }

    /// Forgets what nobody asked for, once it is the most of all there is.
    fn thin_out(&mut self) {
        let met = self.blobs.values().filter(|entry| entry.was_met).count()
            + self.folders.values().filter(|entry| entry.was_met).count();
        if self.blobs.len() + self.folders.len() > 4 * met + SPARE {
            self.blobs.retain(|_, entry| entry.was_met);
            self.folders.retain(|_, entry| entry.was_met);
        }
    }

    /// Replaces the file as a whole, so that no crash leaves half of one.
    fn replace(&self) -> io::Result<()> {
        let bytes = file::encoded(&self.header, &self.blobs, &self.folders);
        if bytes.len() as u64 > file::LIMIT {
            return fs::remove_file(&self.path);
        }
        let folder = self.path.parent().unwrap_or(&self.path);
        let mut file = tempfile::NamedTempFile::new_in(folder)?;
        io::Write::write_all(&mut file, &bytes)?;
        file.persist(&self.path)?;
        Ok(())
    }
}

impl<T: Clone> Entry<T> {
    fn kept(what: T) -> Self {
        Self { what, was_met: false }
    }

    fn meet(&mut self) -> T {
        self.was_met = true;
        self.what.clone()
    }
}

impl Sum {
    /// Counts a folder that is one of its entries.
    pub fn add(&mut self, folder: Self) {
        self.met = self.met.saturating_add(folder.met);
        self.entries = self.entries.saturating_add(folder.entries);
        self.depth = self.depth.max(folder.depth + 1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(number: usize) -> Oid {
        let mut bytes = [0; 20];
        bytes[..8].copy_from_slice(&number.to_le_bytes());
        Oid::from_bytes(&bytes).unwrap()
    }

    fn folder() -> Folder {
        let entries =
            vec![(Kind::File, "a.yaml".to_owned(), id(3)), (Kind::Folder, "b".to_owned(), id(5))];
        Folder { sum: Sum { met: 7, entries: 300, depth: 2 }, entries }
    }

    fn saved(path: &std::path::Path) -> Index {
        let mut index = Index::read(path.to_owned(), "a");
        index.put_blob(id(1), Blob::Dull);
        index.put_blob(id(2), Blob::Shown);
        index.put_blob(id(3), Blob::Noted(Arc::from(*b"note")));
        index.put_folder(id(4), folder());
        index.put_folder(id(5), Folder::default());
        index.save();
        Index::read(path.to_owned(), "a")
    }

    #[test]
    fn answers_are_kept_for_their_question_alone() {
        let state = tempfile::tempdir().unwrap();
        let path = state.path().join("x.index");
        let mut again = saved(&path);
        let blobs = [1, 2, 3, 9].map(|number| again.blob(id(number)));
        let note = Blob::Noted(Arc::from(*b"note"));
        assert_eq!(blobs, [Some(Blob::Dull), Some(Blob::Shown), Some(note), None]);
        assert_eq!(again.folder(id(4)).as_deref(), Some(&folder()));
        assert_eq!(again.folder(id(5)).as_deref(), Some(&Folder::default()));
        assert_eq!(again.folder(id(1)), None);
        assert_eq!(Index::read(path, "b").blob(id(1)), None);
    }

    #[test]
    fn a_damaged_file_answers_nothing() {
        let state = tempfile::tempdir().unwrap();
        let path = state.path().join("x.index");
        saved(&path);
        let whole = fs::read(&path).unwrap();
        for at in 0..whole.len() {
            let mut bytes = whole.clone();
            bytes[at] ^= 1;
            fs::write(&path, bytes).unwrap();
            assert_eq!(Index::read(path.clone(), "a").blob(id(1)), None, "byte {at}");
            fs::write(&path, &whole[..at]).unwrap();
            assert_eq!(Index::read(path.clone(), "a").blob(id(1)), None, "{at} bytes");
        }
    }

    #[test]
    fn what_nobody_asks_for_goes_when_it_is_the_most() {
        let state = tempfile::tempdir().unwrap();
        let path = state.path().join("x.index");
        let mut index = saved(&path);
        let many = SPARE + 1_000;
        for number in 10..many {
            index.put_blob(id(number), Blob::Dull);
        }
        index.save();
        let mut index = Index::read(path.clone(), "a");
        assert!(index.blob(id(2)).is_some(), "all were met");
        for number in many..many + 100 {
            index.put_blob(id(number), Blob::Dull);
        }
        index.save();
        let mut index = Index::read(path, "a");
        let known = [2, many, 10].map(|number| index.blob(id(number)).is_some());
        assert_eq!(known, [true, true, false]);
    }
}
