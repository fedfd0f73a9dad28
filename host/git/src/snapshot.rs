//! One commit of a mirror: reading it, and putting another on top.

mod memory;
mod past;
mod walk;
mod write;

use std::cell::RefCell;

use git2::{Oid, Repository};
use tagwarden_core::spec::Author;
use tagwarden_reconcile::ports::{
    Commit, CommitRequest, GitError, GitErrorKind, Interest, Past, Pushed, Reply, Snapshot, Visit,
};

use self::{
    memory::Memory,
    walk::{Guest, Walk},
};
use crate::{
    failure::Failure,
    fetch::{Fetched, Link, is_of_mirror},
    mirror::Reader,
    push::Push,
};

/// A commit, read from the object store.
pub struct MirrorSnapshot {
    link: Link,
    repository: Repository,
    base: Oid,
    id: String,
    branch: Option<String>,
    file_limit: u64,
    /// What the last visit went by.
    memory: RefCell<Option<Memory>>,
    _reader: Reader,
}

impl MirrorSnapshot {
    pub fn new(link: Link, fetched: Fetched, reader: Reader, file_limit: u64) -> Self {
        Self {
            link,
            id: fetched.commit.to_string(),
            base: fetched.commit,
            branch: fetched.branch,
            repository: fetched.repository,
            file_limit,
            memory: RefCell::default(),
            _reader: reader,
        }
    }

    /// Remembers a commit that was pushed to the branch this one is of: the next
    /// pass will open it.
    fn learn(&self, commit: Oid) {
        let Some(memory) = &mut *self.memory.borrow_mut() else { return };
        let walk = Walk {
            repository: &self.repository,
            name: memory.name,
            file_limit: self.file_limit,
            index: &mut memory.index,
            guest: None,
        };
        // What is not learned now, the next pass finds out.
        let _ = walk.below(commit, &memory.path);
    }

    fn failed(&self, stop: Stop) -> GitError {
        let failure = match stop {
            Stop::Failure(failure) => failure,
            Stop::Libgit2(error) if is_of_mirror(&error) => {
                self.link.mirror.mark_damaged();
                Failure::new(
                    GitErrorKind::Damaged,
                    format!("the mirror is damaged and will be fetched anew: {}", error.message()),
                )
            }
            Stop::Libgit2(error) => error.into(),
        };
        self.link.endpoint.error(failure)
    }
}

/// Why work on the objects of a mirror stopped.
#[derive(Debug)]
pub enum Stop {
    Failure(Failure),
    Libgit2(git2::Error),
}

impl From<Failure> for Stop {
    fn from(failure: Failure) -> Self {
        Self::Failure(failure)
    }
}

impl From<git2::Error> for Stop {
    fn from(error: git2::Error) -> Self {
        Self::Libgit2(error)
    }
}

impl Snapshot for MirrorSnapshot {
    fn commit(&self) -> &str {
        &self.id
    }

    fn branch(&self) -> Option<&str> {
        self.branch.as_deref()
    }

    fn visit(
        &self,
        path: &str,
        interest: &Interest<'_>,
        visitor: &mut dyn FnMut(Visit<'_>) -> Reply,
    ) -> Result<usize, GitError> {
        let mut kept = self.memory.borrow_mut();
        let memory = Memory::take_up(
            &mut kept,
            || self.link.mirror.index(),
            interest,
            path,
            self.file_limit,
        );
        let walk = Walk {
            repository: &self.repository,
            name: interest.name,
            file_limit: self.file_limit,
            index: &mut memory.index,
            guest: Some(Guest { content: interest.content, visitor }),
        };
        walk.below(self.base, path).map_err(|stop| self.failed(stop))
    }

    fn past(&self, author: &Author, files: &[String], depth: u32) -> Result<Vec<Past>, GitError> {
        let search = past::Search { author, files, depth, file_limit: self.file_limit };
        search.run(&self.link, self.base, self.branch.as_deref()).map_err(|stop| self.failed(stop))
    }

    fn write(&self, request: &CommitRequest) -> Result<Commit, GitError> {
        let mut memory = self.memory.borrow_mut();
        let mut wrote = |id, note: &[u8]| {
            if let Some(memory) = &mut *memory {
                memory.note(id, note);
            }
        };
        write::commit(&self.repository, self.base, request, &mut wrote)
            .map(|id| Commit { id: id.to_string() })
            .map_err(|stop| self.failed(stop))
    }

    fn push(&self, commit: &Commit, request: &CommitRequest) -> Result<Pushed, GitError> {
        let push = Push {
            link: &self.link,
            repository: &self.repository,
            base: self.base,
            opened: self.branch.as_deref(),
        };
        let pushed = push.run(commit, request).map_err(|e| self.link.endpoint.error(e))?;
        if let (Pushed::Updated, Ok(id)) = (&pushed, Oid::from_str(&commit.id))
            && request.branch == self.branch
        {
            self.learn(id);
        }
        Ok(pushed)
    }
}
