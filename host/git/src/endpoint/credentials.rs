//! Flux's Git secrets, checked before anything is contacted.

mod http;
mod proxy;
mod ssh;

use tagwarden_reconcile::ports::GitRemote;

pub use self::{
    http::{Header, HttpCredentials, Login, basic},
    ssh::SshCredentials,
};
use super::Address;
use crate::failure::Failure;

/// What a remote is shown, and what it must show.
#[derive(Debug)]
pub enum Credentials {
    Http(Box<HttpCredentials>),
    Ssh(SshCredentials),
    None,
}

impl Credentials {
    pub fn new(address: &Address, remote: &GitRemote) -> Result<Self, Failure> {
        match (address, &remote.secret) {
            (Address::Local(_), _) => Ok(Self::None),
            (Address::Http(url), _) => {
                HttpCredentials::new(url, remote).map(Box::new).map(Self::Http)
            }
            (Address::Ssh(_), Some(secret)) => SshCredentials::new(secret).map(Self::Ssh),
            (Address::Ssh(_), None) => Ok(Self::Ssh(SshCredentials::Home)),
        }
    }
}

#[cfg(test)]
mod fixture {
    use tagwarden_core::{
        object::ObjectName,
        spec::{Secret, SecretValue},
    };

    pub fn secret(entries: &[(&str, &str)]) -> Secret {
        Secret {
            name: ObjectName::new("apps", "git"),
            kind: String::new(),
            data: entries.iter().map(|(k, v)| ((*k).to_owned(), SecretValue::new(*v))).collect(),
        }
    }
}
