//! What a snapshot remembers for those that come after it.

use std::{path::PathBuf, sync::Arc};

use git2::Oid;
use tagwarden_reconcile::ports::Interest;

use crate::index::{Blob, Index};

/// The index as the last visit asked for it. It is saved when it is let go of.
pub struct Memory {
    question: String,
    pub name: fn(&str) -> bool,
    pub path: String,
    pub index: Index,
}

impl Memory {
    /// Keeps the index where the question is the same, or reads the right one.
    pub fn take_up<'m>(
        kept: &'m mut Option<Self>,
        file: impl FnOnce() -> PathBuf,
        interest: &Interest<'_>,
        path: &str,
        file_limit: u64,
    ) -> &'m mut Self {
        // What is too large is another answer under another limit.
        let question = format!("{} below {file_limit}", interest.question);
        let same = kept.take().filter(|memory| memory.question == question);
        let memory = same.unwrap_or_else(|| Self {
            index: Index::read(file(), &question),
            question,
            name: interest.name,
            path: String::new(),
        });
        let memory = kept.insert(memory);
        path.clone_into(&mut memory.path);
        memory
    }

    /// Leaves a note on content that was written.
    pub fn note(&mut self, id: Oid, note: &[u8]) {
        self.index.put_blob(id, Blob::Noted(Arc::from(note)));
    }
}

impl Drop for Memory {
    fn drop(&mut self) {
        self.index.save();
    }
}
