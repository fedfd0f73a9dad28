//! What stands in where a remote has no secret.

use std::path::PathBuf;

use tagwarden_core::spec::SecretValue;
use url::{Origin, Url};

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

/// A token that goes to one host and no other.
#[derive(Clone, Debug)]
pub struct HostToken {
    /// The host, as a URL without a path.
    pub host: Url,
    /// The user name it goes with.
    pub user: String,
    /// The token.
    pub token: SecretValue,
    /// Where it comes from, for messages.
    pub variable: String,
}

impl Home {
    /// The files, the agent, the tokens and the helpers of whoever runs this process.
    #[must_use]
    pub fn of_user() -> Self {
        let mut known_hosts = vec![PathBuf::from("/etc/ssh/ssh_known_hosts")];
        known_hosts.extend(std::env::home_dir().map(|home| home.join(".ssh/known_hosts")));
        let variable = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
        Self {
            known_hosts,
            agent: std::env::var_os("SSH_AUTH_SOCK").map(PathBuf::from),
            git: Some(PathBuf::from("git")),
            tokens: tokens(&variable),
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
        let is_for = |token: &&HostToken| match (token.host.origin(), url.origin()) {
            (Origin::Opaque(_), _) => false,
            (ours, theirs) => ours == theirs,
        };
        self.tokens.iter().find(is_for)
    }
}

/// The variables that GitHub's and GitLab's own tools read, each for its own
/// host: the public one, unless a runner says which.
fn tokens(variable: &dyn Fn(&str) -> Option<String>) -> Vec<HostToken> {
    let known = [
        ("GITHUB_TOKEN", "GITHUB_SERVER_URL", "https://github.com", "x-access-token"),
        ("GITLAB_TOKEN", "CI_SERVER_URL", "https://gitlab.com", "oauth2"),
    ];
    let token = |(name, server, public, user): (&str, &str, &str, &str)| {
        let host = variable(server).unwrap_or_else(|| public.to_owned());
        Some(HostToken {
            host: Url::parse(&host).ok()?,
            user: user.to_owned(),
            token: SecretValue::new(variable(name)?.trim()),
            variable: name.to_owned(),
        })
    };
    known.into_iter().filter_map(token).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn home(variables: &[(&str, &str)]) -> Home {
        let find = |name: &str| {
            variables.iter().find(|(n, _)| *n == name).map(|(_, value)| (*value).to_owned())
        };
        Home { tokens: tokens(&find), ..Home::default() }
    }

    fn variable<'a>(home: &'a Home, url: &str) -> Option<&'a str> {
        home.token(&url.parse().unwrap()).map(|token| token.variable.as_str())
    }

    #[test]
    fn a_token_goes_to_its_own_host_and_no_other() {
        let home = home(&[("GITHUB_TOKEN", "a"), ("GITLAB_TOKEN", "b")]);
        assert_eq!(variable(&home, "https://github.com/a/b"), Some("GITHUB_TOKEN"));
        assert_eq!(variable(&home, "https://gitlab.com/a/b.git"), Some("GITLAB_TOKEN"));
        for url in [
            "http://github.com/a/b",
            "https://github.com:8443/a/b",
            "https://github.com.evil.example/a",
            "https://example.com/github.com",
        ] {
            assert_eq!(variable(&home, url), None, "{url}");
        }
        assert!(!format!("{home:?}").contains("\"a\""));
    }

    #[test]
    fn a_runner_says_which_host_its_token_is_for() {
        let home = home(&[("GITHUB_TOKEN", "a"), ("GITHUB_SERVER_URL", "https://git.example.com")]);
        assert_eq!(variable(&home, "https://git.example.com/a/b"), Some("GITHUB_TOKEN"));
        assert_eq!(variable(&home, "https://github.com/a/b"), None);
    }
}
