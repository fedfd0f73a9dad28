//! One operation on one repository: its address, login, deadline and words.

mod authorise;
mod exchange;
mod login;
mod refusal;

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError, atomic::AtomicBool},
    time::Duration,
};

use reqwest::Client;
use tagwarden_core::quote::plain;
use tagwarden_reconcile::ports::{RegistryError, RegistryErrorKind, Target};
use tokio::time::Instant;
use url::Url;

use crate::{
    auth::{
        ambient::Ambient,
        challenge::Challenge,
        credential::{Credential, Fingerprint},
        docker_config,
        token::Tokens,
    },
    cloud::{LoginKey, Logins},
    endpoint::{Endpoint, host_of, is_loopback},
    http::{
        failure::{Cause, Failure},
        gate::Gate,
        tls::Clients,
        wire::{Ask, exchange},
    },
    options::Options,
    problem::Subject,
    scan::Lists,
};

/// How many registries' ways are remembered.
const MAX_REMEMBERED: usize = 10_000;

/// What all operations share.
pub(crate) struct Shared {
    pub options: Options,
    pub clients: Clients,
    pub gate: Gate,
    pub tokens: Tokens,
    /// What the user's own files hold.
    ambient: Arc<Ambient>,
    /// Lists that registries can say to be unchanged.
    pub lists: Lists,
    /// The logins at clouds.
    logins: Logins,
    /// What each repository asked for, by authority and repository.
    challenges: Memory<(String, String), Challenge>,
    /// Which of HTTPS and HTTP a registry speaks that may speak either.
    schemes: Memory<String, &'static str>,
}

impl Shared {
    pub fn new(options: Options) -> Self {
        Self {
            gate: Gate::new(options.concurrency),
            ambient: Arc::new(Ambient::new(
                options.environment.clone(),
                options.docker_config.clone(),
            )),
            lists: Lists::default(),
            logins: Logins::default(),
            options,
            clients: Clients::default(),
            tokens: Tokens::default(),
            challenges: Memory::default(),
            schemes: Memory::default(),
        }
    }
}

/// A bounded map that several tasks share.
struct Memory<K, V>(Mutex<HashMap<K, V>>);

impl<K, V> Default for Memory<K, V> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<K: std::hash::Hash + Eq, V: Clone> Memory<K, V> {
    fn get(&self, key: &K) -> Option<V> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(key).cloned()
    }

    fn put(&self, key: K, value: V) {
        let mut map = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if map.len() >= MAX_REMEMBERED {
            map.clear();
        }
        map.insert(key, value);
    }

    fn forget(&self, key: &K) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(key);
    }
}

/// One operation under way.
pub(crate) struct Session<'a> {
    pub shared: &'a Shared,
    pub subject: Subject,
    /// The API's root.
    pub root: Url,
    target: &'a Target,
    endpoint: Endpoint,
    client: Client,
    credential: Mutex<Arc<Credential>>,
    /// The cloud's login that the credential is of.
    login: Option<LoginKey>,
    /// Whether that login was replaced by another one on the way.
    renewed: AtomicBool,
    /// Whose requests these are.
    pub who: Fingerprint,
    deadline: Instant,
    /// Tokens obtained on the way, to keep them out of quotes.
    tokens_seen: Mutex<Vec<String>>,
}

impl<'a> Session<'a> {
    /// Resolves credentials and address; asks the registry only when it is
    /// not clear whether it speaks HTTPS.
    pub async fn open(shared: &'a Shared, target: &'a Target) -> Result<Self, RegistryError> {
        let endpoint = Endpoint::of(&target.image, target.insecure);
        let subject = Subject {
            registry: endpoint.registry.clone(),
            repository: endpoint.repository.clone(),
        };
        let secrets = &target.login.pull_secrets;
        let credential = docker_config::resolve(secrets, &endpoint.registry, &endpoint.repository)
            .map_err(|e| subject.configuration(e))?;
        let local = is_loopback(host_of(&endpoint.authority));
        let client =
            shared.clients.get(&target.login, local).map_err(|e| subject.configuration(e))?;
        let root = endpoint
            .root("https")
            .ok()
            .filter(|root| root.username().is_empty() && root.password().is_none())
            .ok_or_else(|| subject.configuration("the image names no registry host"))?;
        let mut session = Self {
            shared,
            subject,
            root,
            target,
            endpoint,
            client,
            who: credential.who(),
            credential: Mutex::new(Arc::new(credential)),
            login: None,
            renewed: AtomicBool::new(false),
            deadline: Instant::now() + target.timeout,
            tokens_seen: Mutex::default(),
        };
        if session.endpoint.plain_allowed {
            session.find_scheme().await?;
        }
        session.log_in().await?;
        Ok(session)
    }

    /// HTTPS if the registry answers so, else HTTP. Nothing secret is sent
    /// here, and a certificate that is not trusted is not taken for HTTP.
    async fn find_scheme(&mut self) -> Result<(), RegistryError> {
        let authority = self.endpoint.authority.clone();
        if let Some(scheme) = self.shared.schemes.get(&authority) {
            return self.use_scheme(scheme);
        }
        let half = Instant::now() + self.remaining() / 2;
        let secure = Ask::get(self.root.clone(), "*/*", 1 << 20);
        match exchange(&self.client, &secure, half).await {
            Ok(_any_answer) => {}
            // Whatever ends after the handshake, or for want of trust, is HTTPS.
            Err(failure) if !matches!(failure.cause, Cause::Unconnected | Cause::Late) => {
                return Err(self.failed(&secure, &failure));
            }
            Err(_not_https) => {
                self.use_scheme("http")?;
                let plain = Ask::get(self.root.clone(), "*/*", 1 << 20);
                exchange(&self.client, &plain, self.deadline)
                    .await
                    .map_err(|f| self.failed(&plain, &f))?;
            }
        }
        self.shared
            .schemes
            .put(authority, if self.root.scheme() == "http" { "http" } else { "https" });
        Ok(())
    }

    fn use_scheme(&mut self, scheme: &'static str) -> Result<(), RegistryError> {
        self.root =
            self.endpoint.root(scheme).map_err(|e| self.subject.configuration(e.to_string()))?;
        Ok(())
    }

    /// An address below the repository, `/v2/<name>/a/b`.
    pub fn address(&self, below: &[&str]) -> Url {
        let mut url = self.root.clone();
        if let Ok(mut path) = url.path_segments_mut() {
            path.pop_if_empty().extend(self.endpoint.repository.split('/')).extend(below);
        }
        url
    }

    /// What is presented to the registry.
    fn credential(&self) -> Arc<Credential> {
        self.credential.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The time left.
    fn remaining(&self) -> Duration {
        self.deadline.saturating_duration_since(Instant::now())
    }

    /// Foreign words, free of every secret known here.
    pub fn clean(&self, text: &str) -> String {
        let mut text = plain(&self.credential().hide_in(text));
        for token in self.tokens_seen.lock().unwrap_or_else(PoisonError::into_inner).iter() {
            text = text.replace(token.as_str(), "[redacted]");
        }
        let proxy_password = self.target.login.proxy.as_ref().and_then(|s| s.text("password"));
        match proxy_password.filter(|p| !p.is_empty()) {
            Some(password) => text.replace(password, "[redacted]"),
            None => text,
        }
    }

    /// An exchange that brought no answer, as an error.
    fn failed(&self, ask: &Ask, failure: &Failure) -> RegistryError {
        let bare =
            self.target.login.certificates.as_ref().is_none_or(|s| !s.data.contains_key("tls.crt"));
        let what = match failure.cause {
            Cause::Broken if bare && ask.url.scheme() == "https" => format!(
                "{}; a server that wants a client certificate may end a connection so",
                self.clean(&failure.message)
            ),
            Cause::Late => format!("no whole answer within {:?}", self.target.timeout),
            _ => self.clean(&failure.message),
        };
        let kind = match failure.cause {
            Cause::Nonsense => RegistryErrorKind::Protocol,
            Cause::Proxy => RegistryErrorKind::Configuration,
            _ => RegistryErrorKind::Unreachable,
        };
        if failure.cause == Cause::Unconnected {
            // The server may have changed from HTTP to HTTPS or back.
            self.shared.schemes.forget(&self.endpoint.authority);
        }
        self.subject.error(kind, format!("{}: {what}", named(ask)))
    }
}

/// A request as errors name it: without its query, which may be confidential.
fn named(ask: &Ask) -> String {
    format!("{} {}", ask.method, place(&ask.url))
}

fn place(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    let port = url.port().map(|p| format!(":{p}")).unwrap_or_default();
    plain(&format!("{}://{host}{port}{}", url.scheme(), url.path()))
}
