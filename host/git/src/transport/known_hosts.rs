//! OpenSSH's `known_hosts`: which keys a host may show.

use base64::{Engine, engine::general_purpose::STANDARD};
use hmac::{Hmac, Mac};
use sha1::Sha1;

/// The lines of one or more `known_hosts` files.
#[derive(Debug, Default)]
pub struct KnownHosts {
    lines: Vec<Line>,
}

#[derive(Debug)]
struct Line {
    revoked: bool,
    hosts: Hosts,
    kind: String,
    key: Vec<u8>,
}

#[derive(Debug)]
enum Hosts {
    /// Patterns with `*` and `?`, a leading `!` excluding.
    Patterns(Vec<String>),
    /// HMAC-SHA1 of the name.
    Hashed { salt: Vec<u8>, hash: Vec<u8> },
}

/// What the lines say of a key that a host showed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It is one of the host's keys.
    Trusted,
    /// The host has no line.
    Unknown,
    /// The host has lines, with other keys.
    Different,
    /// The key is marked `@revoked`.
    Revoked,
}

impl KnownHosts {
    /// Reads the lines that are well formed; others, comments and
    /// certificate authorities (which we cannot check) count for nothing.
    pub fn parse(text: &str) -> Self {
        Self { lines: text.lines().filter_map(Line::parse).collect() }
    }

    /// Whether no line was of use.
    pub fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }

    /// Judges a key of the host, named as `host` or `[host]:port`.
    pub fn judge(&self, host: &str, key: &[u8]) -> Verdict {
        let mut verdict = Verdict::Unknown;
        for line in self.lines.iter().filter(|line| line.hosts.cover(host)) {
            match (line.revoked, line.key == key) {
                (true, true) => return Verdict::Revoked,
                (false, true) => verdict = Verdict::Trusted,
                (false, false) if verdict == Verdict::Unknown => verdict = Verdict::Different,
                _ => {}
            }
        }
        verdict
    }

    /// The algorithms to ask the host for, so that it shows a key we know
    /// rather than another of its own.
    pub fn algorithms(&self, host: &str) -> Vec<&str> {
        let mut algorithms = Vec::new();
        for line in &self.lines {
            if line.revoked || !line.hosts.cover(host) {
                continue;
            }
            let names: &[&str] = match line.kind.as_str() {
                // One kind of key, three ways to sign with it.
                "ssh-rsa" => &["rsa-sha2-512", "rsa-sha2-256", "ssh-rsa"],
                kind => &[kind],
            };
            for name in names {
                if !algorithms.contains(name) {
                    algorithms.push(name);
                }
            }
        }
        algorithms
    }
}

impl Line {
    fn parse(line: &str) -> Option<Self> {
        let mut words = line.split_ascii_whitespace().peekable();
        let revoked = words.next_if_eq(&"@revoked").is_some();
        let hosts = words.next().filter(|word| !word.starts_with(['#', '@']))?;
        let kind = words.next()?.to_owned();
        let key = STANDARD.decode(words.next()?).ok()?;
        // A key begins with the name of its kind.
        let length = u32::from_be_bytes(key.get(..4)?.try_into().ok()?) as usize;
        if key.get(4..4 + length)? != kind.as_bytes() {
            return None;
        }
        Some(Self { revoked, hosts: Hosts::parse(hosts)?, kind, key })
    }
}

impl Hosts {
    fn parse(word: &str) -> Option<Self> {
        let Some(hashed) = word.strip_prefix("|1|") else {
            let patterns = word.split(',').map(str::to_ascii_lowercase).collect();
            return Some(Self::Patterns(patterns));
        };
        let (salt, hash) = hashed.split_once('|')?;
        Some(Self::Hashed { salt: STANDARD.decode(salt).ok()?, hash: STANDARD.decode(hash).ok()? })
    }

    fn cover(&self, host: &str) -> bool {
        match self {
            Self::Hashed { salt, hash } => Hmac::<Sha1>::new_from_slice(salt)
                .is_ok_and(|mac| mac.chain_update(host).verify_slice(hash).is_ok()),
            Self::Patterns(patterns) => {
                let mut covered = false;
                for pattern in patterns {
                    match pattern.strip_prefix('!') {
                        Some(excluded) if matches(excluded, host) => return false,
                        Some(_) => {}
                        None => covered |= matches(pattern, host),
                    }
                }
                covered
            }
        }
    }
}

/// Whether `*` (any run) and `?` (any one) make the pattern the name.
/// Linear in practice: on a mismatch only the last `*` is tried again.
fn matches(pattern: &str, name: &str) -> bool {
    let (pattern, name) = (pattern.as_bytes(), name.as_bytes());
    let (mut p, mut n) = (0, 0);
    let mut retry = None;
    while n < name.len() {
        match pattern.get(p) {
            Some(b'*') => {
                retry = Some((p, n));
                p += 1;
            }
            Some(&c) if c == b'?' || c == name[n] => {
                p += 1;
                n += 1;
            }
            _ => match retry {
                Some((star, from)) => {
                    retry = Some((star, from + 1));
                    p = star + 1;
                    n = from + 1;
                }
                None => return false,
            },
        }
    }
    pattern[p..].iter().all(|&c| c == b'*')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(kind: &str, body: &str) -> Vec<u8> {
        let mut key = (kind.len() as u32).to_be_bytes().to_vec();
        key.extend_from_slice(kind.as_bytes());
        key.extend_from_slice(body.as_bytes());
        key
    }

    fn line(hosts: &str, kind: &str, body: &str) -> String {
        format!("{hosts} {kind} {} a comment\n", STANDARD.encode(key(kind, body)))
    }

    fn hashed(host: &str) -> String {
        let salt = b"twenty bytes of salt";
        let mac = Hmac::<Sha1>::new_from_slice(salt).unwrap().chain_update(host);
        format!("|1|{}|{}", STANDARD.encode(salt), STANDARD.encode(mac.finalize().into_bytes()))
    }

    #[test]
    fn plain_ported_hashed_and_wildcard_lines_trust_a_host() {
        let shown = key("ssh-ed25519", "a");
        for (hosts, host) in [
            ("example.com", "example.com"),
            ("Example.com,192.0.2.1", "192.0.2.1"),
            ("[example.com]:2222", "[example.com]:2222"),
            ("*.example.com", "git.example.com"),
            ("git?.example.com", "git1.example.com"),
            (&hashed("example.com"), "example.com"),
            (&hashed("[::1]:2222"), "[::1]:2222"),
        ] {
            let known = KnownHosts::parse(&line(hosts, "ssh-ed25519", "a"));
            assert_eq!(known.judge(host, &shown), Verdict::Trusted, "{hosts}");
            assert_eq!(known.judge("other.org", &shown), Verdict::Unknown, "{hosts}");
        }
    }

    #[test]
    fn a_port_is_part_of_the_name() {
        let known = KnownHosts::parse(&line("example.com", "ssh-ed25519", "a"));
        let shown = key("ssh-ed25519", "a");
        assert_eq!(known.judge("[example.com]:2222", &shown), Verdict::Unknown);
    }

    #[test]
    fn another_key_than_the_known_ones_is_different() {
        let known = KnownHosts::parse(&line("h", "ssh-ed25519", "a"));
        assert_eq!(known.judge("h", &key("ssh-ed25519", "b")), Verdict::Different);
    }

    #[test]
    fn a_revoked_key_is_refused_wherever_the_line_stands() {
        let good = line("h", "ssh-ed25519", "a");
        let bad = format!("@revoked {}", line("*", "ssh-ed25519", "a"));
        for text in [format!("{good}{bad}"), format!("{bad}{good}")] {
            let known = KnownHosts::parse(&text);
            assert_eq!(known.judge("h", &key("ssh-ed25519", "a")), Verdict::Revoked);
        }
    }

    #[test]
    fn an_excluded_host_is_not_covered() {
        let known = KnownHosts::parse(&line("*.example.com,!bad.example.com", "ssh-ed25519", "a"));
        let shown = key("ssh-ed25519", "a");
        assert_eq!(known.judge("bad.example.com", &shown), Verdict::Unknown);
        assert_eq!(known.judge("ok.example.com", &shown), Verdict::Trusted);
    }

    #[test]
    fn the_host_is_asked_for_the_kinds_of_key_we_know() {
        let text = line("h", "ssh-rsa", "a")
            + &line("h", "ssh-ed25519", "b")
            + &line("x", "ecdsa-sha2-nistp256", "c");
        let known = KnownHosts::parse(&text);
        assert_eq!(
            known.algorithms("h"),
            ["rsa-sha2-512", "rsa-sha2-256", "ssh-rsa", "ssh-ed25519"]
        );
    }

    #[test]
    fn lines_of_no_use_are_passed_over() {
        let text = format!(
            "# note\n\n@cert-authority {}h ssh-ed25519 !!!\nh ssh-ed25519\nh ssh-rsa {}\n|1|x|y ssh-ed25519 AAAA\n",
            line("h", "ssh-ed25519", "a"),
            STANDARD.encode(key("ssh-ed25519", "a")),
        );
        assert!(KnownHosts::parse(&text).is_empty());
    }
}
