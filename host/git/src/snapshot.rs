//! One commit of a mirror: reading it, and putting another on top.

mod walk;
mod write;

use git2::{Oid, Repository};
use tagwarden_reconcile::ports::{
    Commit, CommitRequest, GitError, GitErrorKind, Interest, Pushed, Snapshot, Visit,
};

use self::walk::Walk;
use crate::{
    blobs::Blobs,
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
            _reader: reader,
        }
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
        visitor: &mut dyn FnMut(Visit<'_>),
    ) -> Result<usize, GitError> {
        let mut blobs = Blobs::read(self.link.mirror.blobs(), interest.question);
        let visited = Walk::new(&self.repository, &mut blobs, self.file_limit, interest, visitor)
            .and_then(|walk| walk.below(self.base, path))
            .map_err(|stop| self.failed(stop));
        blobs.save();
        visited
    }

    fn write(&self, request: &CommitRequest) -> Result<Commit, GitError> {
        write::commit(&self.repository, self.base, request)
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
        push.run(commit, request).map_err(|failure| self.link.endpoint.error(failure))
    }
}
