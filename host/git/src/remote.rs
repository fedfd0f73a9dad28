//! A remote as one pass sees it.

use std::{path::PathBuf, time::Duration};

use tagwarden_core::spec::GitReference;
use tagwarden_reconcile::ports::{GitError, GitErrorKind, Remote, Snapshot};

use crate::{cache, failure::Failure, fetch::Link, snapshot::MirrorSnapshot};

/// A remote with its mirror.
#[derive(Debug)]
pub struct MirroredRemote {
    pub link: Link,
    pub state: PathBuf,
    pub file_limit: u64,
    pub size_limit: u64,
}

impl MirroredRemote {
    fn snapshot(&self, reference: &GitReference) -> Result<MirrorSnapshot, Failure> {
        let lock = self.link.mirror.lock(self.link.endpoint.timeout)?;
        let fetched = self.link.bring(&lock, reference)?;
        let reader = self.link.mirror.reader(&lock)?;
        if fetched.has_grown
            && let Err(error) = cache::prune(&self.state, self.size_limit, Duration::MAX)
        {
            tracing::warn!(%error, "the size of the mirrors is not known");
        }
        Ok(MirrorSnapshot::new(self.link.clone(), fetched, reader, self.file_limit))
    }

    fn branch(&self) -> Result<String, Failure> {
        let listing = self.link.listing()?;
        let branch = listing.head().and_then(|name| name.strip_prefix("refs/heads/"));
        branch.map(str::to_owned).ok_or_else(|| {
            let message = "the repository is empty: it has no default branch";
            Failure::new(GitErrorKind::NotFound, message)
        })
    }
}

impl Remote for MirroredRemote {
    fn open(&self, reference: &GitReference) -> Result<Box<dyn Snapshot>, GitError> {
        let snapshot = self.snapshot(reference).map_err(|e| self.link.endpoint.error(e))?;
        Ok(Box::new(snapshot))
    }

    fn tags(&self) -> Result<Vec<String>, GitError> {
        let listing = self.link.listing().map_err(|e| self.link.endpoint.error(e))?;
        Ok(listing.below("refs/tags/").map(str::to_owned).collect())
    }

    fn default_branch(&self) -> Result<String, GitError> {
        self.branch().map_err(|e| self.link.endpoint.error(e))
    }

    fn forget(&self) {
        self.link.seen.forget();
    }
}
