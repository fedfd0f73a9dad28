//! HTTP clients, one for each set of certificates and proxy.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use openssl::pkey::PKey;
use reqwest::{Certificate, Client, Identity, Proxy, redirect};
use sha2::{Digest, Sha256};
use tagwarden_core::spec::Secret;
use tagwarden_reconcile::ports::Login;
use url::Url;

/// How many clients are kept; each has its own connections.
const MAX_CLIENTS: usize = 256;
/// The longest a connection may take to come about.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(15);
/// Connections that nothing went over are closed after this long.
const IDLE_TIMEOUT: Duration = Duration::from_secs(60);

/// The clients made so far.
#[derive(Default)]
pub(crate) struct Clients {
    made: Mutex<HashMap<[u8; 32], Client>>,
}

impl Clients {
    /// The client for these certificates and proxy. `local` registries are
    /// never reached through a proxy of the environment.
    ///
    /// The error names the secret and never quotes its content.
    pub fn get(&self, login: &Login, local: bool) -> Result<Client, String> {
        let key = fingerprint(login, local);
        let made = || self.made.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(client) = made().get(&key) {
            return Ok(client.clone());
        }
        let client = build(login, local)?;
        let mut made = made();
        if made.len() >= MAX_CLIENTS {
            made.clear();
        }
        made.insert(key, client.clone());
        Ok(client)
    }
}

/// Tells apart the sets of certificates and proxy.
pub(crate) fn fingerprint(login: &Login, local: bool) -> [u8; 32] {
    let mut hash = Sha256::new();
    hash.update([u8::from(local)]);
    for secret in [&login.certificates, &login.proxy] {
        hash.update([u8::from(secret.is_some())]);
        let entries = secret.iter().flat_map(|s| &s.data);
        for bytes in entries.flat_map(|(key, value)| [key.as_bytes(), value.expose()]) {
            hash.update((bytes.len() as u64).to_le_bytes());
            hash.update(bytes);
        }
    }
    hash.finalize().into()
}

fn build(login: &Login, local: bool) -> Result<Client, String> {
    let mut builder = Client::builder()
        .user_agent(concat!("tagwarden/", env!("CARGO_PKG_VERSION")))
        // Redirects are followed by hand: credentials stay with their host.
        .redirect(redirect::Policy::none())
        .retry(reqwest::retry::never())
        .referer(false)
        .connect_timeout(CONNECT_TIMEOUT)
        .pool_idle_timeout(IDLE_TIMEOUT);
    if let Some(secret) = &login.certificates {
        builder = builder.tls_certs_merge(authorities(secret)?);
        if let Some(identity) = identity(secret)? {
            builder = builder.identity(identity);
        }
    }
    builder = match &login.proxy {
        Some(secret) => builder.proxy(proxy(secret)?),
        None if local => builder.no_proxy(),
        None => builder,
    };
    builder
        .build()
        .map_err(|e| format!("the TLS library refused to start: {}", super::failure::causes(e)))
}

fn authorities(secret: &Secret) -> Result<Vec<Certificate>, String> {
    let Some((key, pem)) = entry(secret, &["ca.crt", "caFile"]) else {
        return Ok(vec![]);
    };
    let name = &secret.name;
    let found = Certificate::from_pem_bundle(pem)
        .map_err(|_| format!("secret {name}: {key} holds no PEM certificate"))?;
    if found.is_empty() {
        return Err(format!("secret {name}: {key} holds no PEM certificate"));
    }
    Ok(found)
}

fn identity(secret: &Secret) -> Result<Option<Identity>, String> {
    let name = &secret.name;
    let certificate = entry(secret, &["tls.crt", "certFile"]);
    let key = entry(secret, &["tls.key", "keyFile"]);
    match (certificate, key) {
        (None, None) => Ok(None),
        (Some((certificate, pem)), Some((key, key_pem))) => {
            // The TLS library takes PKCS#8 only; openssl writes all older forms too.
            let pkcs8 = PKey::private_key_from_pem_callback(key_pem, |_| Ok(0))
                .and_then(|key| key.private_key_to_pem_pkcs8())
                .map_err(|_| {
                    format!("secret {name}: {key} holds no unencrypted PEM private key")
                })?;
            Identity::from_pkcs8_pem(pem, &pkcs8)
                .map(Some)
                .map_err(|_| format!("secret {name}: {certificate} and {key} are no matching pair"))
        }
        (Some((there, _)), None) => Err(format!("secret {name}: {there} needs tls.key beside it")),
        (None, Some((there, _))) => Err(format!("secret {name}: {there} needs tls.crt beside it")),
    }
}

fn proxy(secret: &Secret) -> Result<Proxy, String> {
    let name = &secret.name;
    let address = secret
        .text("address")
        .map(str::trim)
        .ok_or_else(|| format!("secret {name}: entry `address` is missing: a proxy's URL"))?;
    let wrong = || format!("secret {name}: `address` is no http:// or https:// URL");
    let url = Url::parse(address).map_err(|_| wrong())?;
    if !matches!(url.scheme(), "http" | "https") || !url.has_host() {
        return Err(wrong());
    }
    let proxy = Proxy::all(url).map_err(|_| wrong())?;
    Ok(match secret.text("username") {
        None | Some("") => proxy,
        Some(user) => proxy.basic_auth(user, secret.text("password").unwrap_or_default()),
    })
}

fn entry<'a>(secret: &'a Secret, keys: &[&'static str]) -> Option<(&'static str, &'a [u8])> {
    keys.iter()
        .filter_map(|key| secret.data.get(*key).map(|value| (*key, value.expose())))
        .find(|(_, bytes)| !bytes.is_empty())
}

#[cfg(test)]
mod tests {
    use tagwarden_core::{object::ObjectName, spec::SecretValue};

    use super::*;

    fn secret(entries: &[(&str, &str)]) -> Secret {
        Secret {
            name: ObjectName::new("ns", "tls"),
            kind: String::new(),
            data: entries.iter().map(|(k, v)| ((*k).to_owned(), SecretValue::new(*v))).collect(),
        }
    }

    fn certificates(entries: &[(&str, &str)]) -> Result<Client, String> {
        let login = Login { certificates: Some(secret(entries)), ..Login::default() };
        Clients::default().get(&login, false)
    }

    #[test]
    fn names_the_entry_that_is_no_certificate() {
        for (entries, word) in [
            (&[("ca.crt", "hunter2")][..], "ca.crt"),
            (&[("caFile", "hunter2")][..], "caFile"),
            (&[("tls.crt", "hunter2")][..], "needs tls.key"),
            (&[("tls.key", "hunter2")][..], "needs tls.crt"),
            (&[("tls.crt", "x"), ("tls.key", "hunter2")][..], "tls.key holds no"),
        ] {
            let error = certificates(entries).unwrap_err();
            assert!(error.contains("ns/tls") && error.contains(word), "{error}");
            assert!(!error.contains("hunter2"), "{error}");
        }
    }

    #[test]
    fn a_proxy_needs_an_address() {
        for entries in [&[][..], &[("address", "nonsense")], &[("address", "ftp://p.example")]] {
            let error = proxy(&secret(entries)).unwrap_err();
            assert!(error.contains("ns/tls") && error.contains("address"), "{error}");
        }
        assert!(proxy(&secret(&[("address", "http://p.example:3128"), ("username", "u")])).is_ok());
    }

    #[test]
    fn two_sets_of_certificates_never_share_a_client() {
        let login =
            |value: &str| Login { proxy: Some(secret(&[("address", value)])), ..Login::default() };
        assert_ne!(fingerprint(&login("a"), false), fingerprint(&login("b"), false));
        assert_ne!(fingerprint(&Login::default(), false), fingerprint(&Login::default(), true));
    }
}
