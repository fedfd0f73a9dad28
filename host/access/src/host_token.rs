//! Tokens that CI systems give their jobs.

use tagwarden_core::spec::{ForgeKind, SecretValue};
use url::{Origin, Url};

/// A token that goes to one host and no other.
#[derive(Clone, Debug)]
pub struct HostToken {
    /// The host, as a URL without a path.
    pub host: Url,
    /// What kind of forge that is.
    pub forge: ForgeKind,
    /// The user name it goes with, where Git asks for one.
    pub user: String,
    /// The token.
    pub token: SecretValue,
    /// Where it comes from, for messages.
    pub variable: String,
}

impl HostToken {
    /// Whether the token may go to this URL.
    #[must_use]
    pub fn is_for(&self, url: &Url) -> bool {
        match (self.host.origin(), url.origin()) {
            (Origin::Opaque(_), _) => false,
            (ours, theirs) => ours == theirs,
        }
    }
}

/// The variables that GitHub's and GitLab's own tools read, each for its own
/// host: the public one, unless a runner says which.
#[must_use]
pub fn host_tokens(variable: &dyn Fn(&str) -> Option<String>) -> Vec<HostToken> {
    use ForgeKind::{GitHub, GitLab};
    let known = [
        (GitHub, "GITHUB_TOKEN", "GITHUB_SERVER_URL", "https://github.com", "x-access-token"),
        (GitLab, "GITLAB_TOKEN", "CI_SERVER_URL", "https://gitlab.com", "oauth2"),
    ];
    let variable = |name: &str| variable(name).filter(|value| !value.trim().is_empty());
    let token = |(forge, name, server, public, user): (ForgeKind, &str, &str, &str, &str)| {
        let host = variable(server).unwrap_or_else(|| public.to_owned());
        Some(HostToken {
            host: Url::parse(host.trim()).ok()?,
            forge,
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

    fn tokens(variables: &[(&str, &str)]) -> Vec<HostToken> {
        host_tokens(&|name| {
            variables.iter().find(|(n, _)| *n == name).map(|(_, value)| (*value).to_owned())
        })
    }

    fn variable<'a>(tokens: &'a [HostToken], url: &str) -> Option<&'a str> {
        let url = url.parse().unwrap();
        tokens.iter().find(|token| token.is_for(&url)).map(|token| token.variable.as_str())
    }

    #[test]
    fn a_token_goes_to_its_own_host_and_no_other() {
        let tokens = tokens(&[("GITHUB_TOKEN", "a"), ("GITLAB_TOKEN", "b")]);
        assert_eq!(variable(&tokens, "https://github.com/a/b"), Some("GITHUB_TOKEN"));
        assert_eq!(variable(&tokens, "https://gitlab.com/a/b.git"), Some("GITLAB_TOKEN"));
        for url in [
            "http://github.com/a/b",
            "https://github.com:8443/a/b",
            "https://github.com.evil.example/a",
            "https://example.com/github.com",
        ] {
            assert_eq!(variable(&tokens, url), None, "{url}");
        }
        assert!(!format!("{tokens:?}").contains("\"a\""));
    }

    #[test]
    fn a_runner_says_which_host_its_token_is_for() {
        let tokens = tokens(&[
            ("GITHUB_TOKEN", "a"),
            ("GITHUB_SERVER_URL", "https://git.example.com:8443/"),
        ]);
        assert_eq!(variable(&tokens, "https://git.example.com:8443/a/b"), Some("GITHUB_TOKEN"));
        assert_eq!(variable(&tokens, "https://git.example.com/a/b"), None);
        assert_eq!(variable(&tokens, "https://github.com/a/b"), None);
    }

    #[test]
    fn an_empty_variable_is_no_token() {
        assert!(tokens(&[("GITHUB_TOKEN", " "), ("GITLAB_TOKEN", "")]).is_empty());
    }
}
