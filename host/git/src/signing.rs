//! Signatures on commits, from the secrets that Flux uses.

mod openpgp;
mod ssh;

use tagwarden_core::spec::{Secret, SigningFormat};
use tagwarden_reconcile::ports::{GitErrorKind, Signing};

use self::{openpgp::OpenPgpKey, ssh::SshKey};
use crate::failure::Failure;

/// A key that is ready to sign.
pub enum Signer {
    OpenPgp(Box<OpenPgpKey>),
    Ssh(Box<SshKey>),
}

impl Signer {
    /// Reads the key and proves the passphrase, so that a wrong one is told
    /// before there is anything to sign.
    pub fn new(signing: &Signing) -> Result<Self, Failure> {
        match signing.format {
            SigningFormat::OpenPgp => {
                OpenPgpKey::new(&signing.secret).map(Box::new).map(Self::OpenPgp)
            }
            SigningFormat::Ssh => SshKey::new(&signing.secret).map(Box::new).map(Self::Ssh),
        }
    }

    /// The armoured signature of a commit's bytes.
    pub fn sign(&self, commit: &[u8]) -> Result<String, Failure> {
        match self {
            Self::OpenPgp(key) => key.sign(commit),
            Self::Ssh(key) => key.sign(commit),
        }
    }

    /// Whose key it is, for people.
    pub fn identity(&self) -> String {
        match self {
            Self::OpenPgp(key) => key.identity(),
            Self::Ssh(key) => key.identity(),
        }
    }
}

impl std::fmt::Debug for Signer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.identity())
    }
}

/// An entry that must be there, as text.
fn need<'a>(secret: &'a Secret, key: &str, what: &str) -> Result<&'a str, Failure> {
    let Some(value) = secret.data.get(key) else {
        return Err(wrong(secret, &format!("has no `{key}` ({what}), which signing needs")));
    };
    value.expose_text().ok_or_else(|| wrong(secret, &format!("has a `{key}` that is not text")))
}

/// The first of the entries that is there, as text.
fn passphrase<'a>(secret: &'a Secret, keys: &[&str]) -> Option<&'a str> {
    keys.iter().find_map(|key| secret.text(key)).filter(|text| !text.is_empty())
}

fn wrong(secret: &Secret, what: &str) -> Failure {
    Failure::new(GitErrorKind::Configuration, format!("signing secret {} {what}", secret.name))
}
