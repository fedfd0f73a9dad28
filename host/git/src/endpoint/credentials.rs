//! Flux's Git secrets, checked before anything is contacted.

mod github_app;
mod http;
mod proxy;
mod ssh;

use tagwarden_core::spec::Secret;
use tagwarden_reconcile::ports::{GitErrorKind, GitRemote};

pub use self::{
    github_app::{GitHubApp, Installation},
    http::{ClientCertificate, Header, HttpCredentials, Login, basic},
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

fn first(secret: &Secret, keys: &[&str]) -> Option<Vec<u8>> {
    keys.iter().find_map(|key| secret.data.get(*key)).map(|value| value.expose().to_vec())
}

/// An entry as text; present but not text is an error that names it.
fn entry<'a>(secret: &'a Secret, key: &str) -> Result<Option<&'a str>, Failure> {
    match secret.data.get(key) {
        None => Ok(None),
        Some(value) => value
            .expose_text()
            .map(Some)
            .ok_or_else(|| wrong(secret, format!("has a `{key}` that is not UTF-8 text"))),
    }
}

fn wrong(secret: &Secret, what: impl AsRef<str>) -> Failure {
    Failure::new(GitErrorKind::Configuration, format!("secret {} {}", secret.name, what.as_ref()))
}

#[cfg(test)]
mod fixture {
    use tagwarden_core::{object::ObjectName, spec::SecretValue};

    use super::*;

    pub fn secret(entries: &[(&str, &str)]) -> Secret {
        Secret {
            name: ObjectName::new("apps", "git"),
            kind: String::new(),
            data: entries.iter().map(|(k, v)| ((*k).to_owned(), SecretValue::new(*v))).collect(),
        }
    }
}
