//! What SSH needs.

use tagwarden_access::{entry, wrong};
use tagwarden_core::spec::Secret;

use crate::failure::Failure;

/// For SSH.
pub enum SshCredentials {
    /// From a secret: a private key, its passphrase and the keys of the host.
    Key {
        origin: String,
        user: Option<String>,
        identity: String,
        passphrase: Option<String>,
        known_hosts: String,
    },
    /// None given: the agent and the known hosts of whoever runs this.
    Home,
}

impl SshCredentials {
    pub fn new(secret: &Secret) -> Result<Self, Failure> {
        let need = |key: &str, what: &str| {
            entry(secret, key)?
                .filter(|value| !value.trim().is_empty())
                .ok_or_else(|| wrong(secret, format!("has no `{key}` ({what}), which SSH needs")))
                .map_err(Failure::from)
        };
        Ok(Self::Key {
            origin: format!("secret {}", secret.name),
            user: entry(secret, "username")?.filter(|user| !user.is_empty()).map(str::to_owned),
            // A key pasted without its last newline is a key all the same.
            identity: format!("{}\n", need("identity", "a private key")?.trim()),
            passphrase: entry(secret, "password")?.map(str::to_owned),
            known_hosts: need("known_hosts", "the host's keys, as ssh-keyscan prints them")?
                .to_owned(),
        })
    }
}

impl std::fmt::Debug for SshCredentials {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Key { origin, user, .. } => f
                .debug_struct("Key")
                .field("origin", origin)
                .field("user", user)
                .finish_non_exhaustive(),
            Self::Home => f.write_str("Home"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{super::fixture::secret, *};

    #[test]
    fn ssh_without_known_hosts_is_not_tried() {
        let failure = SshCredentials::new(&secret(&[("identity", "k")])).unwrap_err();
        assert!(failure.message.contains("has no `known_hosts`"));
    }
}
