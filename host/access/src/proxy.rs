//! Flux's proxy secret.

use percent_encoding::percent_decode_str;
use tagwarden_core::spec::Secret;
use url::Url;

use crate::{Refusal, entry, wrong};

/// A proxy, and how to log in to it.
#[derive(Clone, PartialEq, Eq)]
pub struct ProxyAddress {
    /// Where it is, without user information.
    pub url: Url,
    /// User name and password, if it wants some.
    pub login: Option<(String, String)>,
}

impl ProxyAddress {
    /// The one that a secret names: `address`, with `username` and `password`
    /// if there are any.
    ///
    /// # Errors
    /// When the secret names none, or not in full.
    pub fn of(secret: &Secret) -> Result<Self, Refusal> {
        let text = entry(secret, "address")?
            .ok_or_else(|| wrong(secret, "has no `address`, e.g. http://proxy.example.com:3128"))?;
        let unusable =
            || wrong(secret, "has an `address` that is not http://HOST:PORT or https://HOST:PORT");
        let mut url = Url::parse(text.trim())
            .ok()
            .filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host())
            .ok_or_else(unusable)?;
        let login = match (entry(secret, "username")?, entry(secret, "password")?) {
            (Some(user), password) => Some((user.to_owned(), password.unwrap_or("").to_owned())),
            (None, Some(_)) => return Err(wrong(secret, "has `password` but no `username`")),
            (None, None) => of_url(&url),
        };
        // Neither fails for a URL with a host.
        let _ = url.set_username("");
        let _ = url.set_password(None);
        Ok(Self { url, login: login.filter(|(user, _)| !user.is_empty()) })
    }
}

fn of_url(url: &Url) -> Option<(String, String)> {
    let plain = |text: &str| percent_decode_str(text).decode_utf8_lossy().into_owned();
    Some((plain(url.username()), plain(url.password().unwrap_or_default())))
}

impl std::fmt::Debug for ProxyAddress {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ProxyAddress").field("url", &self.url.as_str()).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::secret::fixture::secret;

    #[test]
    fn an_address_is_read_and_a_wrong_one_named() {
        let proxy = ProxyAddress::of(&secret(&[("address", "http://proxy:3128\n")])).unwrap();
        assert_eq!((proxy.url.as_str(), proxy.login), ("http://proxy:3128/", None));
        for entries in [
            &[][..],
            &[("address", "proxy:3128")],
            &[("address", "socks5://proxy:1080")],
            &[("address", "http://proxy:3128"), ("password", "hunter2")],
        ] {
            let refusal = ProxyAddress::of(&secret(entries)).unwrap_err();
            assert!(refusal.message.starts_with("secret apps/git has"), "{refusal}");
            assert!(!refusal.message.contains("hunter2"), "{refusal}");
        }
    }

    #[test]
    fn a_login_stands_beside_the_address_or_in_it() {
        let login = Some(("me".to_owned(), "p@ss+1".to_owned()));
        for entries in [
            &[("address", "http://me:p%40ss+1@proxy:3128")][..],
            &[("address", "http://x:y@proxy:3128"), ("username", "me"), ("password", "p@ss+1")],
        ] {
            let proxy = ProxyAddress::of(&secret(entries)).unwrap();
            assert_eq!(proxy.login, login);
            assert_eq!(proxy.url.as_str(), "http://proxy:3128/");
            assert!(!format!("{proxy:?}").contains("ss+1"));
        }
    }
}
