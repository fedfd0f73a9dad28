//! The registry part of a reference.

use std::{
    fmt,
    net::{Ipv4Addr, Ipv6Addr},
};

use super::ImageProblem;

/// The registry that is meant when a reference names none.
const DEFAULT_REGISTRY: &str = "index.docker.io";
/// Its other name.
const DEFAULT_REGISTRY_ALIAS: &str = "docker.io";

/// How a registry is spoken to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Scheme {
    /// Plain text, for hosts that are plainly local.
    Http,
    /// With TLS, for all others.
    Https,
}

impl fmt::Display for Scheme {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Http => "http",
            Self::Https => "https",
        })
    }
}

/// A registry host with an optional port.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct Registry(String);

impl Registry {
    /// Reads a host; an empty one is the default registry.
    pub fn parse(host: &str) -> Result<Self, ImageProblem> {
        if !is_authority(host) {
            return Err(ImageProblem::Registry(host.to_owned()));
        }
        Ok(Self(match host {
            "" | DEFAULT_REGISTRY_ALIAS => DEFAULT_REGISTRY.to_owned(),
            _ => host.to_owned(),
        }))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether repositories of one part belong to `library/`.
    pub fn is_default(&self) -> bool {
        self.0 == DEFAULT_REGISTRY
    }

    /// The reference implementation's guess, loose ends included: it looks
    /// for the loopback addresses anywhere in the name.
    pub fn scheme(&self) -> Scheme {
        let name = self.as_str();
        let local = is_private(name)
            || name.starts_with("localhost:")
            || has_local_domain(name)
            || name.contains("127.0.0.1")
            || name.contains("::1");
        if local { Scheme::Http } else { Scheme::Https }
    }
}

/// Whether the host is an IPv4 address of a private network.
fn is_private(name: &str) -> bool {
    let host = name.split(':').next().unwrap_or_default();
    host.parse::<Ipv4Addr>().is_ok_and(|address| address.is_private())
}

/// Whether the host ends in `.local` or `.localhost`, with a port or without.
fn has_local_domain(name: &str) -> bool {
    let host = match name.rsplit_once(':') {
        Some((host, port)) if (1..=5).contains(&port.len()) && is_digits(port) => host,
        _ => name,
    };
    host.ends_with(".local") || host.ends_with(".localhost")
}

fn is_digits(text: &str) -> bool {
    text.bytes().all(|b| b.is_ascii_digit())
}

/// Whether Go's `net/url` would give `host` back as the authority of `//host`.
fn is_authority(host: &str) -> bool {
    if !host.bytes().all(is_host_byte) {
        return false;
    }
    let port = match host.rfind('[') {
        Some(0) => match host.rsplit_once(']') {
            Some((address, port)) if address[1..].parse::<Ipv6Addr>().is_ok() => port,
            _ => return false,
        },
        Some(_) => return false,
        None => host.rfind(':').map_or("", |colon| &host[colon..]),
    };
    port.is_empty() || port.strip_prefix(':').is_some_and(is_digits)
}

/// The bytes RFC 3986 and Go let stand in a host as they are.
fn is_host_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte >= 0x80 || b"-._~!$&'()*+,;=:[]<>\"".contains(&byte)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scheme(host: &str) -> Scheme {
        Registry::parse(host).unwrap().scheme()
    }

    #[test]
    fn local_registries_are_spoken_to_in_plain_text() {
        for host in [
            "localhost:5000",
            "10.1.2.3",
            "172.16.0.1:5000",
            "192.168.1.1",
            "127.0.0.1:5000",
            "reg.local",
            "reg.localhost:5000",
            "[::1]:5000",
        ] {
            assert_eq!(scheme(host), Scheme::Http, "{host}");
        }
    }

    #[test]
    fn other_registries_are_spoken_to_with_tls() {
        for host in ["ghcr.io", "172.32.0.1", "010.0.0.1", "reg.local:123456", "local.example.com"]
        {
            assert_eq!(scheme(host), Scheme::Https, "{host}");
        }
    }

    #[test]
    fn a_host_is_one_that_a_url_can_hold() {
        for good in ["", "a.b", "a.b:80", "http:", "a:b:80", "[::1]", "[fe80::1]:5000", "ü.example"]
        {
            assert!(is_authority(good), "{good}");
        }
        for bad in [
            "a b",
            "a@b",
            "a.b:8x",
            "a[::1]",
            "[::1",
            "[1.2.3.4]",
            "[::1]x",
            "a%20b",
            "a?b",
            "a\u{7f}",
        ] {
            assert!(!is_authority(bad), "{bad}");
        }
    }
}
