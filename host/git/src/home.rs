//! What stands in where a remote has no secret.

use std::path::PathBuf;

use tagwarden_access::HostToken;
use url::Url;

/// Known hosts beyond this size are not read.
const KNOWN_HOSTS_LIMIT: u64 = 4 << 20;

/// What stands in for a secret where there is none.
#[derive(Clone, Debug, Default)]
pub struct Home {
    /// `known_hosts` files; those that are missing count as empty.
    pub known_hosts: Vec<PathBuf>,
    /// The SSH agent's socket.
    pub agent: Option<PathBuf>,
    /// The program `git`, whose credential helpers are asked.
    pub git: Option<PathBuf>,
    /// Tokens for one host each.
    pub tokens: Vec<HostToken>,
}

impl Home {
    /// The files, the agent and the helpers of whoever runs this process.
    #[must_use]
    pub fn of_user() -> Self {
        let mut known_hosts = vec![PathBuf::from("/etc/ssh/ssh_known_hosts")];
        known_hosts.extend(std::env::home_dir().map(|home| home.join(".ssh/known_hosts")));
        Self {
            known_hosts,
            agent: std::env::var_os("SSH_AUTH_SOCK").map(PathBuf::from),
            git: Some(PathBuf::from("git")),
            tokens: Vec::new(),
        }
    }

    /// The text of the `known_hosts` files.
    pub(crate) fn known_hosts(&self) -> String {
        let mut text = String::new();
        for path in &self.known_hosts {
            let small = std::fs::metadata(path).is_ok_and(|m| m.len() <= KNOWN_HOSTS_LIMIT);
            if small && let Ok(bytes) = std::fs::read(path) {
                text.push_str(&String::from_utf8_lossy(&bytes));
                text.push('\n');
            }
        }
        text
    }

    /// The `known_hosts` files, for a message.
    pub(crate) fn names(&self) -> String {
        if self.known_hosts.is_empty() {
            return "known_hosts (of which there is none)".to_owned();
        }
        let names: Vec<_> = self.known_hosts.iter().map(|p| p.display().to_string()).collect();
        names.join(" and ")
    }

    /// The token for the host of a URL.
    pub(crate) fn token(&self, url: &Url) -> Option<&HostToken> {
        self.tokens.iter().find(|token| token.is_for(url))
    }
}
