//! The port's implementation.

use std::{path::PathBuf, sync::Arc};

use git2::{Direction, Remote, RemoteHead};
use tagwarden_core::spec::GitReference;
use tagwarden_reconcile::ports::{Git, GitError, GitErrorKind, GitRemote, Snapshot};

use crate::{
    endpoint::Endpoint,
    failure::Failure,
    fetch::Link,
    mirror::Mirror,
    snapshot::MirrorSnapshot,
    transport::{self, Call, ssh::Home},
};

/// What may be set.
#[derive(Clone, Debug)]
pub struct Options {
    /// Files over this many bytes are reported, not read.
    pub file_limit: u64,
    /// What stands in for an SSH secret where a remote has none.
    pub home: Home,
}

impl Default for Options {
    fn default() -> Self {
        Self { file_limit: 64 << 20, home: Home::of_user() }
    }
}

/// Git over mirrors in a state folder.
#[derive(Clone, Debug)]
pub struct Mirrors {
    state: PathBuf,
    options: Options,
}

impl Mirrors {
    /// Keeps mirrors in the folder `state`, which is made when needed.
    #[must_use]
    pub fn new(state: impl Into<PathBuf>, options: Options) -> Self {
        transport::prepare();
        Self { state: state.into(), options }
    }

    /// Runs `read` over the references of the remote, without a mirror.
    fn list<T>(
        &self,
        remote: &GitRemote,
        read: impl FnOnce(&mut git2::RemoteConnection<'_, '_, '_>) -> Result<T, git2::Error>,
    ) -> Result<T, GitError> {
        let endpoint = Arc::new(Endpoint::parse(remote)?);
        Call::run(&endpoint, &self.options.home, || {
            let mut remote = Remote::create_detached(endpoint.libgit2_url())?;
            let mut connection = remote.connect_auth(Direction::Fetch, None, None)?;
            read(&mut connection)
        })
        .map_err(|error| endpoint.error(error.into()))
    }
}

impl Git for Mirrors {
    fn open(
        &self,
        remote: &GitRemote,
        reference: &GitReference,
    ) -> Result<Box<dyn Snapshot>, GitError> {
        let endpoint = Arc::new(Endpoint::parse(remote)?);
        let link = Link {
            mirror: Mirror::new(&self.state, &endpoint.url),
            home: self.options.home.clone(),
            endpoint: Arc::clone(&endpoint),
        };
        let open = || {
            let lock = link.mirror.lock(endpoint.timeout)?;
            let fetched = link.bring(&lock, reference)?;
            let reader = link.mirror.reader(&lock)?;
            Ok(MirrorSnapshot::new(link, fetched, reader, self.options.file_limit))
        };
        let snapshot = open().map_err(|failure: Failure| endpoint.error(failure))?;
        Ok(Box::new(snapshot))
    }

    fn tags(&self, remote: &GitRemote) -> Result<Vec<String>, GitError> {
        self.list(remote, |connection| {
            let tag = |head: &RemoteHead<'_>| {
                let name = head.name().strip_prefix("refs/tags/")?;
                // The commit an annotated tag stands for is listed beside it.
                (!name.ends_with("^{}")).then(|| name.to_owned())
            };
            Ok(connection.list()?.iter().filter_map(tag).collect())
        })
    }

    fn default_branch(&self, remote: &GitRemote) -> Result<String, GitError> {
        let name = self.list(remote, |connection| {
            if connection.list()?.is_empty() {
                return Ok(None);
            }
            let name = connection.default_branch()?;
            Ok(name.as_str().ok().map(str::to_owned))
        })?;
        name.as_deref()
            .and_then(|name| name.strip_prefix("refs/heads/"))
            .map(str::to_owned)
            .ok_or_else(|| GitError {
                url: crate::endpoint::shown(&remote.url),
                message: "the repository is empty: it has no default branch".to_owned(),
                kind: GitErrorKind::NotFound,
            })
    }
}
