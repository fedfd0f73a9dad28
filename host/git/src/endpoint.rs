//! A remote, its parts parsed once at the boundary.

mod address;
mod credentials;

use std::{path::Path, time::Duration};

use tagwarden_reconcile::ports::{GitError, GitErrorKind, GitRemote};

pub use address::{Address, SshAddress};
pub use credentials::{Credentials, Header, HttpCredentials, Login, SshCredentials, basic};

use crate::failure::Failure;

/// Where a remote is and what it takes to get in.
#[derive(Debug)]
pub struct Endpoint {
    /// The URL without user information: the only form that is ever shown.
    pub shown: String,
    /// The URL as it was given, which names the mirror.
    pub url: String,
    pub address: Address,
    pub credentials: Credentials,
    pub timeout: Duration,
}

impl Endpoint {
    pub fn parse(remote: &GitRemote) -> Result<Self, GitError> {
        let (address, shown) = Address::parse(&remote.url)
            .map_err(|failure| failure.at(&address::without_user(&remote.url)))?;
        let credentials =
            Credentials::new(&address, remote).map_err(|failure| failure.at(&shown))?;
        if remote.proxy.is_some() && matches!(address, Address::Ssh(_)) {
            tracing::warn!(git.url = %shown, "the proxy serves HTTP and HTTPS alone, as in Flux");
        }
        Ok(Self { shown, url: remote.url.clone(), address, credentials, timeout: remote.timeout })
    }

    pub fn error(&self, failure: Failure) -> GitError {
        failure.at(&self.shown)
    }

    /// What libgit2 connects to: a local path, or our own transport, which
    /// knows the real address, so libgit2 never sees one.
    pub fn libgit2_url(&self) -> &str {
        match &self.address {
            Address::Local(path) => path,
            Address::Http(_) | Address::Ssh(_) => crate::transport::URL,
        }
    }

    /// Whether a local path leads anywhere; libgit2 would call it a URL it
    /// does not know.
    pub fn reach(&self) -> Result<(), Failure> {
        match &self.address {
            Address::Local(path) if !Path::new(path).is_dir() => {
                Err(Failure::new(GitErrorKind::NotFound, "there is no such folder on this machine"))
            }
            _ => Ok(()),
        }
    }

    /// libgit2 cannot fetch a part of a history from a path.
    pub fn can_be_shallow(&self) -> bool {
        !matches!(self.address, Address::Local(_))
    }
}
