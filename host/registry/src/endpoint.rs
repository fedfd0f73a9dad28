//! Where an image's registry answers.

use std::net::IpAddr;

use tagwarden_core::image::{ImageName, Scheme};
use url::Url;

/// The name Docker Hub has in image references and credentials.
pub(crate) const DOCKER_HUB: &str = "index.docker.io";
/// The host that serves Docker Hub's registry API.
const DOCKER_HUB_API: &str = "registry-1.docker.io";

/// The registry of an image, and the image's repository there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Endpoint {
    /// The registry's name with its port, as credentials are filed under.
    pub registry: String,
    /// The repository, `library/` included.
    pub repository: String,
    /// The host and port that serve the API.
    pub authority: String,
    /// Whether plain HTTP will do when HTTPS does not work.
    pub plain_allowed: bool,
}

impl Endpoint {
    pub fn of(image: &ImageName, insecure: bool) -> Self {
        let registry = image.registry();
        let authority = match registry {
            DOCKER_HUB => DOCKER_HUB_API,
            other => other,
        };
        Self {
            registry: registry.to_owned(),
            repository: image.repository().to_owned(),
            authority: authority.to_owned(),
            plain_allowed: insecure || is_plain_by_custom(image, host_of(authority)),
        }
    }

    /// The API's root, `https://host/v2/`.
    pub fn root(&self, scheme: &str) -> Result<Url, url::ParseError> {
        Url::parse(&format!("{scheme}://{}/v2/", self.authority))
    }
}

/// Whether two addresses are one host, port and scheme.
pub(crate) fn same_origin(a: &Url, b: &Url) -> bool {
    a.scheme() == b.scheme()
        && a.host() == b.host()
        && a.port_or_known_default() == b.port_or_known_default()
}

/// Whether what is sent to the address stays on this machine or is encrypted.
pub(crate) fn is_private(url: &Url) -> bool {
    url.scheme() == "https" || url.host_str().is_some_and(is_loopback)
}

/// Whether the host is this machine.
pub(crate) fn is_loopback(host: &str) -> bool {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    bare.eq_ignore_ascii_case("localhost") || bare.parse().is_ok_and(|ip: IpAddr| ip.is_loopback())
}

/// The host of `host`, `host:port` or `[address]:port`.
pub(crate) fn host_of(authority: &str) -> &str {
    match authority.rsplit_once(':') {
        Some((host, port)) if port.bytes().all(|b| b.is_ascii_digit()) => host,
        _ => authority,
    }
}

/// Whether the host is one that is customarily served without TLS, as
/// go-containerregistry has it: this machine, a private address, or a name of
/// the local network. A public name that merely looks like one is not.
fn is_plain_by_custom(image: &ImageName, host: &str) -> bool {
    let bare = host.trim_end_matches('.').to_ascii_lowercase();
    let local_name = bare.ends_with(".local") || bare.ends_with(".localhost");
    let address = bare.parse::<IpAddr>().is_ok();
    is_loopback(host) || (image.scheme() == Scheme::Http && (address || local_name))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn endpoint(image: &str) -> Endpoint {
        Endpoint::of(&image.parse().unwrap(), false)
    }

    #[test]
    fn docker_hub_answers_at_a_host_of_another_name() {
        let hub = endpoint("alpine");
        assert_eq!(
            (hub.registry.as_str(), hub.repository.as_str()),
            ("index.docker.io", "library/alpine")
        );
        assert_eq!(hub.root("https").unwrap().as_str(), "https://registry-1.docker.io/v2/");
    }

    #[test]
    fn plain_http_is_for_local_hosts_and_for_insecure_registries() {
        for local in
            ["localhost:5000/app", "127.0.0.1:5000/app", "192.168.1.2:5000/app", "nas.local/app"]
        {
            assert!(endpoint(local).plain_allowed, "{local}");
        }
        assert!(!endpoint("r.example:5000/app").plain_allowed);
        assert!(Endpoint::of(&"r.example:5000/app".parse().unwrap(), true).plain_allowed);
        assert!(!endpoint("127.0.0.1.example.com/app").plain_allowed);
        assert!(!endpoint("ghcr.io/a/b").plain_allowed);
    }

    #[test]
    fn an_origin_is_scheme_host_and_port() {
        let url = |text| Url::parse(text).unwrap();
        assert!(same_origin(&url("https://a.example/x"), &url("https://A.example:443/y")));
        for other in ["http://a.example/x", "https://a.example:444/", "https://b.example/"] {
            assert!(!same_origin(&url("https://a.example/x"), &url(other)), "{other}");
        }
    }
}
