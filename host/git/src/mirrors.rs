//! The port's implementation.

use std::{io, path::PathBuf, sync::Arc, time::Duration};

use tagwarden_reconcile::ports::{Git, GitError, GitRemote, Remote, Signing};

use crate::{
    cache::{self, Pruned},
    endpoint::Endpoint,
    fetch::Link,
    home::Home,
    keyring::Keyring,
    listing::Seen,
    mirror::Mirror,
    remote::MirroredRemote,
    signing::Signer,
    transport,
};

/// What may be set.
#[derive(Clone, Debug)]
pub struct Options {
    /// Files over this many bytes are reported, not read.
    pub file_limit: u64,
    /// All mirrors together take no more bytes than this: those that were not
    /// used for longest make room for what is fetched.
    pub size_limit: u64,
    /// What stands in for a secret where a remote has none.
    pub home: Home,
}

impl Default for Options {
    fn default() -> Self {
        Self { file_limit: 64 << 20, size_limit: 8 << 30, home: Home::of_user() }
    }
}

/// Git over mirrors in a state folder.
#[derive(Clone, Debug)]
pub struct Mirrors {
    state: PathBuf,
    options: Options,
    keyring: Arc<Keyring>,
}

impl Mirrors {
    /// Keeps mirrors in the folder `state`, which is made when needed.
    #[must_use]
    pub fn new(state: impl Into<PathBuf>, options: Options) -> Self {
        transport::prepare();
        let keyring = Arc::new(Keyring::new(options.home.clone()));
        Self { state: state.into(), options, keyring }
    }

    /// Removes mirrors that were not used for `unused`, and more of them, the
    /// least recently used first, until all take `limit` bytes or less.
    pub fn prune(&self, limit: u64, unused: Duration) -> io::Result<Pruned> {
        cache::prune(&self.state, limit, unused)
    }
}

impl Git for Mirrors {
    fn remote(&self, remote: &GitRemote) -> Result<Arc<dyn Remote>, GitError> {
        let endpoint = Arc::new(Endpoint::parse(remote)?);
        let link = Link {
            mirror: Mirror::new(&self.state, &endpoint.url),
            keyring: Arc::clone(&self.keyring),
            endpoint,
            seen: Seen::default(),
        };
        Ok(Arc::new(MirroredRemote {
            link,
            state: self.state.clone(),
            file_limit: self.options.file_limit,
            size_limit: self.options.size_limit,
        }))
    }

    fn signer(&self, signing: &Signing) -> Result<String, GitError> {
        let signer = Signer::new(signing).map_err(|failure| failure.at("commit signature"))?;
        Ok(signer.identity())
    }
}
