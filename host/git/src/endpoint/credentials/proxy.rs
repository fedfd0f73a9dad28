//! Flux's proxy secret.

use tagwarden_core::spec::Secret;
use ureq::{Proxy, ProxyProtocol};
use url::Url;

use super::{entry, wrong};
use crate::{endpoint::address, failure::Failure};

/// The proxy it names: `address`, with `username` and `password` if there are any.
pub fn read(secret: &Secret) -> Result<Proxy, Failure> {
    let text = entry(secret, "address")?
        .ok_or_else(|| wrong(secret, "has no `address`, e.g. http://proxy.example.com:3128"))?;
    let unusable =
        || wrong(secret, "has an `address` that is not http://HOST:PORT or https://HOST:PORT");
    let url = Url::parse(text.trim()).map_err(|_| unusable())?;
    let protocol = match url.scheme() {
        "http" => ProxyProtocol::Http,
        "https" => ProxyProtocol::Https,
        _ => return Err(unusable()),
    };
    let host = url.host_str().ok_or_else(unusable)?;
    let port = url.port_or_known_default().ok_or_else(unusable)?;
    let mut proxy = Proxy::builder(protocol).host(host).port(port);
    let (user, password) = match (entry(secret, "username")?, entry(secret, "password")?) {
        (Some(user), password) => (user.to_owned(), password.unwrap_or_default().to_owned()),
        (None, Some(_)) => return Err(wrong(secret, "has `password` but no `username`")),
        (None, None) => {
            (address::decode(url.username()), address::decode(url.password().unwrap_or_default()))
        }
    };
    if !user.is_empty() {
        proxy = proxy.username(&user).password(&password);
    }
    proxy.build().map_err(|_| unusable())
}

#[cfg(test)]
mod tests {
    use super::{super::fixture::secret, *};

    #[test]
    fn an_address_is_read_and_a_wrong_one_named() {
        let proxy = read(&secret(&[("address", "http://proxy:3128\n")])).unwrap();
        assert_eq!((proxy.host(), proxy.port()), ("proxy", 3128));
        for entries in [
            &[][..],
            &[("address", "proxy:3128")],
            &[("address", "socks5://proxy:1080")],
            &[("address", "http://proxy:3128"), ("password", "hunter2")],
        ] {
            let failure = read(&secret(entries)).map(|_| ()).unwrap_err();
            assert!(failure.message.starts_with("secret apps/git has"), "{failure:?}");
            assert!(!failure.message.contains("hunter2"), "{failure:?}");
        }
    }
}
