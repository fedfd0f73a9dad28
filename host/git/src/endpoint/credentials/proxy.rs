//! Flux's proxy secret.

use tagwarden_access::{ProxyAddress, wrong};
use tagwarden_core::spec::Secret;
use ureq::{Proxy, ProxyProtocol};

use crate::failure::Failure;

/// The proxy it names.
pub fn read(secret: &Secret) -> Result<Proxy, Failure> {
    let ProxyAddress { url, login } = ProxyAddress::of(secret)?;
    let unusable = || wrong(secret, "has an `address` that is not http://HOST:PORT");
    let protocol = match url.scheme() {
        "https" => ProxyProtocol::Https,
        _ => ProxyProtocol::Http,
    };
    let host = url.host_str().ok_or_else(unusable)?;
    let port = url.port_or_known_default().ok_or_else(unusable)?;
    let mut proxy = Proxy::builder(protocol).host(host).port(port);
    if let Some((user, password)) = &login {
        proxy = proxy.username(user).password(password);
    }
    Ok(proxy.build().map_err(|_| unusable())?)
}

#[cfg(test)]
mod tests {
    use super::{super::fixture::secret, *};

    #[test]
    fn an_address_becomes_a_proxy() {
        let proxy = read(&secret(&[("address", "http://me:pw@proxy:3128\n")])).unwrap();
        assert_eq!((proxy.host(), proxy.port()), ("proxy", 3128));
        assert_eq!((proxy.username(), proxy.password()), (Some("me"), Some("pw")));
    }
}
