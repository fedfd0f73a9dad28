//! HTTP clients, one for each set of certificates and proxy.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use reqwest::{Certificate, Client, Identity, Proxy, redirect};
use sha2::{Digest, Sha256};
use tagwarden_access::{ClientCertificate, ProxyAddress, authorities};
use tagwarden_reconcile::ports::ForgeRepository;

/// The longest a connection may take to come about.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(15);
/// How many clients are kept.
const MAX_CLIENTS: usize = 64;

/// The clients made so far.
#[derive(Default)]
pub(crate) struct Connections(Mutex<HashMap<[u8; 32], Client>>);

/// Whom TLS trusts, what it shows of us, and the way there. Each with the secret
/// it comes from.
#[derive(Default)]
struct Terms {
    authorities: Option<(String, Vec<u8>)>,
    own: Option<(String, ClientCertificate)>,
    proxy: Option<ProxyAddress>,
}

impl Connections {
    /// The client for a repository; the error names the secret at fault.
    pub fn client(&self, repository: &ForgeRepository) -> Result<Client, String> {
        let terms = Terms::of(repository)?;
        let key = terms.fingerprint();
        let mut made = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(client) = made.get(&key) {
            return Ok(client.clone());
        }
        let client = terms.client()?;
        if made.len() >= MAX_CLIENTS {
            made.clear();
        }
        made.insert(key, client.clone());
        Ok(client)
    }
}

impl Terms {
    /// The certificates of the forge's secret, or of the Git remote's, which is on
    /// the same host more often than not.
    fn of(repository: &ForgeRepository) -> Result<Self, String> {
        let mut terms = Self::default();
        for secret in [&repository.secret, &repository.git_secret].into_iter().flatten() {
            let name = || secret.name.to_string();
            if terms.authorities.is_none() {
                terms.authorities = authorities(secret).map(|pem| (name(), pem));
            }
            if terms.own.is_none() {
                let own = ClientCertificate::of(secret).map_err(|refusal| refusal.message)?;
                terms.own = own.map(|own| (name(), own));
            }
        }
        let proxy = repository.proxy.as_ref().map(ProxyAddress::of).transpose();
        terms.proxy = proxy.map_err(|refusal| refusal.message)?;
        Ok(terms)
    }

    fn fingerprint(&self) -> [u8; 32] {
        let mut hash = Sha256::new();
        let mut add = |part: &[u8]| {
            hash.update((part.len() as u64).to_le_bytes());
            hash.update(part);
        };
        add(self.authorities.as_ref().map_or(&[], |(_, pem)| pem));
        add(self.own.as_ref().map_or(&[], |(_, own)| &own.chain));
        add(self.own.as_ref().map_or(&[], |(_, own)| &own.key));
        if let Some(ProxyAddress { url, login }) = &self.proxy {
            let (user, password) = login.clone().unwrap_or_default();
            [url.as_str(), &user, &password].iter().for_each(|part| add(part.as_bytes()));
        }
        hash.finalize().into()
    }

    fn client(&self) -> Result<Client, String> {
        let mut builder = Client::builder()
            .user_agent(concat!("tagwarden/", env!("CARGO_PKG_VERSION")))
            // A token stays with its host, and a POST must not become a GET.
            .redirect(redirect::Policy::none())
            .retry(reqwest::retry::never())
            .referer(false)
            .connect_timeout(CONNECT_TIMEOUT);
        if let Some((secret, pem)) = &self.authorities {
            let found = Certificate::from_pem_bundle(pem).ok().filter(|found| !found.is_empty());
            let missing = || format!("secret {secret} has no certificate in its `ca.crt`");
            builder = builder.tls_certs_merge(found.ok_or_else(missing)?);
        }
        if let Some((secret, own)) = &self.own {
            let unusable = || {
                format!(
                    "secret {secret} has a `tls.crt` and `tls.key` that are not a certificate \
                     and its private key in PEM"
                )
            };
            let key = own.pkcs8().ok_or_else(unusable)?;
            let identity = Identity::from_pkcs8_pem(&own.chain, &key).map_err(|_| unusable())?;
            builder = builder.identity(identity);
        }
        if let Some(ProxyAddress { url, login }) = &self.proxy {
            let proxy = Proxy::all(url.as_str()).map_err(|_| "the proxy's address is unusable")?;
            let proxy = match login {
                Some((user, password)) => proxy.basic_auth(user, password),
                None => proxy,
            };
            builder = builder.proxy(proxy);
        }
        builder.build().map_err(|_| "the TLS library refused to start".to_owned())
    }
}
