//! Where a forge's interface is, and what the repository is called there.

use tagwarden_core::spec::ForgeKind;
use tagwarden_reconcile::ports::ForgeRepository;
use url::Url;

/// Hosts that serve only SSH, and the hosts they stand for.
const SSH_HOSTS: &[(&str, &str)] = &[
    ("ssh.github.com", "github.com"),
    ("altssh.gitlab.com", "gitlab.com"),
    ("altssh.bitbucket.org", "bitbucket.org"),
];

/// A repository's place on its forge.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Address {
    /// Where the interface begins, without a slash at the end.
    pub api: Url,
    /// The repository's path, segment by segment.
    pub path: Vec<String>,
}

impl Address {
    /// Finds it out; the error says what is missing.
    pub fn of(repository: &ForgeRepository) -> Result<Self, String> {
        let remote = remote(&repository.git_url);
        let base = match (&repository.base_url, &remote) {
            (Some(base), _) => Url::parse(base).map_err(|e| format!("baseURL: {e}"))?,
            (None, Some((base, _))) => base.clone(),
            (None, None) => {
                return Err("the Git URL names no host; set spec.git.pullRequest.baseURL".into());
            }
        };
        let api = api(repository.forge, &base)?;
        let path = match (&repository.path, &remote) {
            (Some(path), _) => path.as_str(),
            (None, Some((_, path))) => below(path, &base, repository.forge),
            (None, None) => {
                return Err("the Git URL names no repository of a forge; \
                            set spec.git.pullRequest.repository"
                    .into());
            }
        };
        Ok(Self { api, path: segments(path, repository.forge)? })
    }
}

/// The web address of the host a Git URL names, and the path there.
fn remote(git_url: &str) -> Option<(Url, String)> {
    let Ok(url) = Url::parse(git_url) else {
        let (host, path) = git_url.split_once(':')?;
        let host = host.rsplit('@').next()?;
        return Some((web("https", host, None)?, path.to_owned()));
    };
    let host = url.host_str()?;
    let base = match url.scheme() {
        scheme @ ("http" | "https") => web(scheme, host, url.port())?,
        "ssh" => web("https", host, None)?,
        _ => return None,
    };
    Some((base, url.path().to_owned()))
}

fn web(scheme: &str, host: &str, port: Option<u16>) -> Option<Url> {
    let known = SSH_HOSTS.iter().find(|(ssh, _)| ssh.eq_ignore_ascii_case(host));
    let host = known.map_or(host, |(_, host)| host);
    let port = port.map(|port| format!(":{port}")).unwrap_or_default();
    Url::parse(&format!("{scheme}://{host}{port}")).ok()
}

fn api(forge: ForgeKind, base: &Url) -> Result<Url, String> {
    let host = base.host_str().unwrap_or_default();
    let given = base.as_str().trim_end_matches('/');
    let below = |suffix: &str| match given.ends_with(suffix) {
        true => given.to_owned(),
        false => format!("{given}{suffix}"),
    };
    let api = match forge {
        ForgeKind::GitHub => match host {
            "github.com" | "www.github.com" | "api.github.com" => "https://api.github.com".into(),
            host if host.ends_with(".ghe.com") && !host.starts_with("api.") => {
                format!("https://api.{host}")
            }
            host if host.ends_with(".ghe.com") => given.to_owned(),
            _ => below("/api/v3"),
        },
        ForgeKind::GitLab => below("/api/v4"),
        ForgeKind::Gitea | ForgeKind::Forgejo => below("/api/v1"),
        ForgeKind::BitbucketCloud => match host {
            "bitbucket.org" => "https://api.bitbucket.org/2.0".into(),
            _ => below("/2.0"),
        },
        ForgeKind::BitbucketDataCenter => below("/rest"),
    };
    Url::parse(&api).map_err(|e| format!("{api}: {e}"))
}

/// A path without the folder that the forge itself is in.
fn below<'p>(path: &'p str, base: &Url, forge: ForgeKind) -> &'p str {
    let folder = base.path().trim_matches('/');
    let folder = ["/api/v3", "/api/v4", "/api/v1"].iter().fold(folder, |f, s| {
        f.strip_suffix(s.trim_start_matches('/')).map_or(f, |f| f.trim_end_matches('/'))
    });
    let mut path = path.trim_matches('/');
    if let Some(rest) = path.strip_prefix(folder).and_then(|rest| rest.strip_prefix('/')) {
        path = rest;
    }
    match forge {
        // Over HTTP, Data Center keeps its repositories in a folder of their own.
        ForgeKind::BitbucketDataCenter => path.strip_prefix("scm/").unwrap_or(path),
        _ => path,
    }
}

fn segments(path: &str, forge: ForgeKind) -> Result<Vec<String>, String> {
    let path = path.trim_matches('/');
    let path = path.strip_suffix(".git").unwrap_or(path);
    let segments: Vec<String> = path.split('/').map(str::to_owned).collect();
    let plain = |s: &String| {
        !matches!(s.as_str(), "" | "." | "..") && !s.chars().any(|c| c.is_control() || c == '%')
    };
    let fits = match forge {
        ForgeKind::GitLab => segments.len() >= 2,
        _ => segments.len() == 2,
    };
    if fits && segments.iter().all(plain) {
        return Ok(segments);
    }
    let shape = match forge {
        ForgeKind::GitLab => "GROUP/PROJECT",
        ForgeKind::BitbucketCloud => "WORKSPACE/REPOSITORY",
        ForgeKind::BitbucketDataCenter => "PROJECT/REPOSITORY",
        _ => "OWNER/REPOSITORY",
    };
    Err(format!("{path:?} is no {shape}; set spec.git.pullRequest.repository"))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn address(forge: ForgeKind, git_url: &str, base_url: Option<&str>) -> Result<Address, String> {
        Address::of(&ForgeRepository {
            forge,
            git_url: git_url.to_owned(),
            base_url: base_url.map(str::to_owned),
            path: None,
            secret: None,
            git_secret: None,
            proxy: None,
            timeout: Duration::from_secs(1),
        })
    }

    #[test]
    fn the_git_url_tells_interface_and_repository() {
        use ForgeKind::{BitbucketCloud, BitbucketDataCenter, Forgejo, GitHub, GitLab, Gitea};
        for (forge, git_url, base_url, api, path) in [
            (GitHub, "https://github.com/o/r.git", None, "https://api.github.com/", "o/r"),
            (GitHub, "ssh://git@ssh.github.com:443/o/r", None, "https://api.github.com/", "o/r"),
            (GitHub, "git@github.com:o/r.git", None, "https://api.github.com/", "o/r"),
            (GitHub, "https://ghe.example/o/r", None, "https://ghe.example/api/v3", "o/r"),
            (GitHub, "https://x.ghe.com/o/r", None, "https://api.x.ghe.com/", "o/r"),
            (GitHub, "ssh://git@h/o/r", Some("https://g.e/api/v3/"), "https://g.e/api/v3", "o/r"),
            (GitLab, "https://gitlab.com/a/b/c.git", None, "https://gitlab.com/api/v4", "a/b/c"),
            (
                GitLab,
                "https://e.x/git/a/b",
                Some("https://e.x/git"),
                "https://e.x/git/api/v4",
                "a/b",
            ),
            (Gitea, "http://127.0.0.1:3000/o/r", None, "http://127.0.0.1:3000/api/v1", "o/r"),
            (Forgejo, "ssh://git@codeberg.org/o/r", None, "https://codeberg.org/api/v1", "o/r"),
            (
                BitbucketCloud,
                "https://x@bitbucket.org/w/r",
                None,
                "https://api.bitbucket.org/2.0",
                "w/r",
            ),
            (BitbucketDataCenter, "https://b.x/scm/K/r.git", None, "https://b.x/rest", "K/r"),
            (BitbucketDataCenter, "ssh://git@b.x:7999/~me/r", None, "https://b.x/rest", "~me/r"),
            (
                BitbucketDataCenter,
                "https://b.x/bb/scm/K/r.git",
                Some("https://b.x/bb"),
                "https://b.x/bb/rest",
                "K/r",
            ),
        ] {
            let found = address(forge, git_url, base_url).unwrap();
            assert_eq!((found.api.as_str(), found.path.join("/").as_str()), (api, path));
        }
    }

    #[test]
    fn what_the_git_url_does_not_tell_is_asked_for() {
        for (git_url, want) in [
            ("file:///srv/r.git", "baseURL"),
            ("/srv/r.git", "baseURL"),
            ("https://github.com/r", "OWNER/REPOSITORY"),
            ("https://github.com/a/b/c", "OWNER/REPOSITORY"),
            ("https://github.com/a/..%2fb", "OWNER/REPOSITORY"),
        ] {
            let error = address(ForgeKind::GitHub, git_url, None).unwrap_err();
            assert!(error.contains(want), "{git_url}: {error}");
        }
    }
}
