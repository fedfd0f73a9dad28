//! Which entry of a docker config is for which image.

use url::Url;

use crate::endpoint::DOCKER_HUB;

/// A key of `auths`, taken apart.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Scope {
    /// The host with its port; labels may hold `*` and `?`.
    host: String,
    /// The path without slashes at its ends; empty for the whole host.
    path: String,
}

impl Scope {
    /// Reads `host`, `host:port/path`, or either with a scheme. Docker's `/v1/`
    /// and `/v2/` mean the host.
    pub fn parse(key: &str) -> Option<Self> {
        let address = match key.strip_prefix("https://").or_else(|| key.strip_prefix("http://")) {
            Some(rest) => rest,
            None => key,
        };
        let (host, path) = address.split_once('/').unwrap_or((address, ""));
        let path = path.trim_matches('/');
        let path = match path.split_once('/') {
            Some(("v1" | "v2", rest)) => rest,
            None if matches!(path, "v1" | "v2") => "",
            _ => path,
        };
        let host = host.to_ascii_lowercase();
        // A host that is no host is a mistake worth telling.
        Url::parse(&format!("https://{}/", host.replace(['*', '?'], "x"))).ok()?;
        let host = match host.as_str() {
            "docker.io" | "registry-1.docker.io" => DOCKER_HUB.to_owned(),
            _ => host,
        };
        (!host.is_empty()).then(|| Self { host, path: path.to_owned() })
    }

    /// Whether the entry is for this repository.
    pub fn covers(&self, registry: &str, repository: &str) -> bool {
        self.covers_host(&registry.to_ascii_lowercase()) && self.covers_path(repository)
    }

    fn covers_path(&self, repository: &str) -> bool {
        match repository.strip_prefix(self.path.as_str()) {
            // A path ends where a segment ends: `team` is not for `teammate/app`.
            Some(rest) => self.path.is_empty() || rest.is_empty() || rest.starts_with('/'),
            None => false,
        }
    }

    fn covers_host(&self, registry: &str) -> bool {
        let ours: Vec<&str> = self.host.split('.').collect();
        let theirs: Vec<&str> = registry.split('.').collect();
        ours.len() == theirs.len()
            && ours.iter().zip(theirs).all(|(p, t)| wildcard(p.as_bytes(), t.as_bytes()))
    }

    /// The most telling entry first: a longer path, then a host without wildcards.
    pub fn rank(&self) -> (usize, bool) {
        (self.path.len(), !self.host.contains(['*', '?']))
    }
}

/// `*` is any run of bytes, `?` any one; linear, by going back to the last star only.
fn wildcard(pattern: &[u8], text: &[u8]) -> bool {
    let (mut p, mut t) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    while t < text.len() {
        match pattern.get(p) {
            Some(b'*') => {
                star = Some((p + 1, t));
                p += 1;
            }
            Some(&c) if c == b'?' || c == text[t] => {
                p += 1;
                t += 1;
            }
            _ => {
                let Some((after, from)) = star else { return false };
                star = Some((after, from + 1));
                (p, t) = (after, from + 1);
            }
        }
    }
    pattern[p..].iter().all(|c| *c == b'*')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn covers(key: &str, registry: &str, repository: &str) -> bool {
        Scope::parse(key).unwrap().covers(registry, repository)
    }

    #[test]
    fn a_host_is_itself_with_or_without_scheme_and_api_version() {
        for key in [
            "r.example",
            "https://r.example",
            "http://r.example/",
            "r.example/v1/",
            "https://R.example/v2/",
            "r.example/v2",
        ] {
            assert!(covers(key, "r.example", "team/app"), "{key}");
            assert!(!covers(key, "other.example", "team/app"), "{key}");
        }
        assert!(!covers("r.example:5000", "r.example", "a"));
        assert!(covers("r.example:5000", "r.example:5000", "a"));
    }

    #[test]
    fn docker_hub_has_many_names() {
        for key in
            ["https://index.docker.io/v1/", "docker.io", "registry-1.docker.io", "index.docker.io"]
        {
            assert!(covers(key, "index.docker.io", "library/alpine"), "{key}");
        }
    }

    #[test]
    fn a_path_covers_whole_segments() {
        assert!(covers("r.example/team", "r.example", "team/app"));
        assert!(covers("r.example/team/app", "r.example", "team/app"));
        assert!(!covers("r.example/team", "r.example", "teammate/app"));
        assert!(!covers("r.example/team/app", "r.example", "team"));
    }

    #[test]
    fn a_star_stays_within_its_label() {
        assert!(covers("*.example.com", "eu.example.com", "a"));
        assert!(!covers("*.example.com", "a.b.example.com", "a"));
        assert!(!covers("*.example.com", "example.com", "a"));
        assert!(covers("r?-*x.example.com", "r1-abcxx.example.com", "a"));
    }

    #[test]
    fn nonsense_is_no_scope() {
        for key in ["", "https://", "https:///path", "a b/c"] {
            assert_eq!(Scope::parse(key), None, "{key:?}");
        }
    }
}
