//! The forms of a Git URL.

use percent_encoding::percent_decode_str;
use tagwarden_reconcile::ports::GitErrorKind;
use url::Url;

use crate::failure::Failure;

/// Where a repository is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Address {
    Http(Url),
    Ssh(SshAddress),
    Local(String),
}

/// A repository behind SSH.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SshAddress {
    pub user: Option<String>,
    /// Without brackets.
    pub host: String,
    pub port: u16,
    /// As the remote command gets it: absolute, or relative to the home folder.
    pub path: String,
}

impl Address {
    /// Parses a URL; also gives the form to show.
    pub fn parse(url: &str) -> Result<(Self, String), Failure> {
        if url.chars().any(char::is_control) {
            return Err(unusable("the URL has a control character"));
        }
        let address = if url.starts_with('/') {
            Self::Local(url.to_owned())
        } else if url.contains("://") {
            Self::from_url(url)?
        } else {
            Self::Ssh(SshAddress::from_scp(url)?)
        };
        Ok((address, without_user(url)))
    }

    fn from_url(text: &str) -> Result<Self, Failure> {
        let url = Url::parse(text).map_err(|e| unusable(format!("the URL is malformed: {e}")))?;
        match url.scheme() {
            "http" | "https" => Ok(Self::Http(url)),
            "ssh" => SshAddress::from_url(&url).map(Self::Ssh),
            "file" => local(&url),
            other => {
                Err(unusable(format!("the scheme `{other}` is not one of http, https, ssh, file")))
            }
        }
    }
}

impl SshAddress {
    fn from_url(url: &Url) -> Result<Self, Failure> {
        let path = decode(url.path());
        // `ssh://host/~user/x` names a home folder, as Git reads it.
        let path = match path.strip_prefix("/~") {
            Some(home) => format!("~{home}"),
            None => path,
        };
        let user = (!url.username().is_empty()).then(|| decode(url.username()));
        Self::new(user, url.host_str().unwrap_or(""), url.port().unwrap_or(22), path)
    }

    /// `user@host:path`, where a path without `/` is under the home folder.
    fn from_scp(text: &str) -> Result<Self, Failure> {
        let (user, rest) = match text.split_once('@') {
            Some((user, rest)) => (Some(user.to_owned()), rest),
            None => (None, text),
        };
        let split = match rest.strip_prefix('[') {
            Some(rest) => rest.split_once("]:"),
            None => rest.split_once(':'),
        };
        let (host, path) = split
            .filter(|(host, _)| !host.contains('/'))
            .ok_or_else(|| unusable("neither a URL, nor `user@host:path`, nor an absolute path"))?;
        Self::new(user, host, 22, path.to_owned())
    }

    fn new(user: Option<String>, host: &str, port: u16, path: String) -> Result<Self, Failure> {
        let host = host.trim_start_matches('[').trim_end_matches(']');
        if host.is_empty() {
            return Err(unusable("the URL names no host"));
        }
        if path.trim_matches('/').is_empty() {
            return Err(unusable("the URL names no repository"));
        }
        // The path is an argument of a command on the other side.
        if path.starts_with('-') || path.chars().any(char::is_control) {
            return Err(unusable("the repository's path would be read as an option"));
        }
        Ok(Self { user, host: host.to_ascii_lowercase(), port, path })
    }

    /// The name under which `known_hosts` knows it.
    pub fn known_as(&self) -> String {
        match self.port {
            22 => self.host.clone(),
            port => format!("[{}]:{port}", self.host),
        }
    }
}

/// The URL with its user information cut out, whatever its form.
pub fn without_user(url: &str) -> String {
    let (scheme, rest) = url.split_once("://").map_or(("", url), |(s, r)| (s, r));
    let end = rest.find('/').unwrap_or(rest.len());
    let rest = match rest[..end].rfind('@') {
        Some(at) => &rest[at + 1..],
        None => rest,
    };
    let shown = match scheme {
        "" => rest.to_owned(),
        scheme => format!("{scheme}://{rest}"),
    };
    shown.chars().filter(|c| !c.is_control()).collect()
}

fn local(url: &Url) -> Result<Address, Failure> {
    match url.host_str() {
        None | Some("" | "localhost") => Ok(Address::Local(decode(url.path()))),
        Some(host) => Err(unusable(format!(
            "a file URL has three slashes and an absolute path; `{host}` reads as a host"
        ))),
    }
}

/// Undoes percent-encoding.
pub fn decode(text: &str) -> String {
    percent_decode_str(text).decode_utf8_lossy().into_owned()
}

fn unusable(message: impl Into<String>) -> Failure {
    Failure::new(GitErrorKind::Configuration, message)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ssh(url: &str) -> SshAddress {
        match Address::parse(url) {
            Ok((Address::Ssh(address), _)) => address,
            other => panic!("{url}: {other:?}"),
        }
    }

    #[test]
    fn an_ssh_url_and_its_short_form_are_read() {
        let long = ssh("ssh://git@Example.com:2222/team/app%20one.git");
        assert_eq!(long.user.as_deref(), Some("git"));
        assert_eq!(long.known_as(), "[example.com]:2222");
        assert_eq!(long.path, "/team/app one.git");

        let short = ssh("git@example.com:team/app.git");
        assert_eq!(short.known_as(), "example.com");
        assert_eq!(short.path, "team/app.git");
        assert_eq!(ssh("example.com:/srv/app").user, None);
        assert_eq!(ssh("git@[::1]:app").host, "::1");
        assert_eq!(ssh("ssh://[::1]:2222/app").known_as(), "[::1]:2222");
        assert_eq!(ssh("ssh://h/~bot/app").path, "~bot/app");
    }

    #[test]
    fn a_local_path_and_a_file_url_are_the_same() {
        for url in ["/srv/app.git", "file:///srv/app.git", "file://localhost/srv/app.git"] {
            let (address, _) = Address::parse(url).unwrap();
            assert_eq!(address, Address::Local("/srv/app.git".into()));
        }
    }

    #[test]
    fn a_shown_url_has_no_user_information() {
        for (url, shown) in [
            ("https://bot:hunter2@example.com/a@b", "https://example.com/a@b"),
            ("https://bot:p@ss@example.com/a", "https://example.com/a"),
            ("git@example.com:a/b", "example.com:a/b"),
            ("file:///srv/a@b", "file:///srv/a@b"),
        ] {
            assert_eq!(without_user(url), shown);
        }
    }

    #[test]
    fn an_unusable_url_says_why() {
        for url in [
            "",
            "relative/path",
            "git://example.com/a",
            "file://srv/app",
            "ssh://host",
            "ssh://git@host/",
            "git@host:-oProxyCommand=x",
            "https://exa mple.com/a",
            "ssh://host/a\nb",
        ] {
            let failure = Address::parse(url).unwrap_err();
            assert_eq!(failure.kind, GitErrorKind::Configuration, "{url}");
            assert!(!failure.message.is_empty());
        }
    }
}
