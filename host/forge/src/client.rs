use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use async_trait::async_trait;
use reqwest::{Certificate, Client, header::HeaderValue, redirect};
use sha2::{Digest, Sha256};
use tagwarden_core::spec::{ForgeKind, Secret};
use tagwarden_reconcile::ports::{
    ClosedRequest, Forge, ForgeError, ForgeErrorKind as Kind, ForgeRepository, OpenRequest, Remark,
    RequestText,
};

use crate::{
    address::Address,
    bitbucket_cloud::BitbucketCloud,
    bitbucket_data_center::BitbucketDataCenter,
    dialect::Dialect,
    gitea::Gitea,
    github::GitHub,
    gitlab::GitLab,
    http::{Api, Gate},
    token::{self, HostToken},
};

/// The longest a connection may take to come about.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(15);
/// How many clients are kept, one for each set of authorities.
const MAX_CLIENTS: usize = 64;

/// What may be set.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Tokens that serve where no secret has one.
    pub tokens: Vec<HostToken>,
}

/// Speaks with any number of forges. Keep one for the life of the process: it
/// remembers connections, and who asked for patience.
pub struct ForgeClient {
    options: Options,
    gate: Arc<Gate>,
    clients: Mutex<HashMap<Option<[u8; 32]>, Client>>,
}

impl ForgeClient {
    /// A client with these tokens to fall back on.
    #[must_use]
    pub fn new(options: Options) -> Self {
        Self { options, gate: Arc::default(), clients: Mutex::default() }
    }

    fn reach(&self, repository: &ForgeRepository) -> Result<(Api, Box<dyn Dialect>), ForgeError> {
        let name = repository.forge.as_str();
        let wrong = |kind, message: String| ForgeError { forge: name.to_owned(), message, kind };
        let address = Address::of(repository).map_err(|m| wrong(Kind::Configuration, m))?;
        let label = format!("{name} at {}", address.api.host_str().unwrap_or_default());
        let authorization = token::header(repository, &address.api, &self.options.tokens);
        let authorization = authorization.map_err(|(kind, m)| wrong(kind, m))?;
        let client = self.client(repository.secret.as_ref());
        let api = Api {
            client: client.map_err(|m| wrong(Kind::Configuration, m))?,
            root: address.api,
            authorization,
            accept: HeaderValue::from_static(accept(repository.forge)),
            label,
            timeout: repository.timeout,
            gate: self.gate.clone(),
        };
        Ok((api, dialect(repository.forge, address.path)))
    }

    fn client(&self, secret: Option<&Secret>) -> Result<Client, String> {
        let authority = secret.and_then(|secret| {
            let entry = ["ca.crt", "caFile"].iter().find_map(|key| secret.data.get(*key))?;
            Some((secret, entry.expose()))
        });
        let key = authority.map(|(_, pem)| Sha256::digest(pem).into());
        let mut clients = self.clients.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(client) = clients.get(&key) {
            return Ok(client.clone());
        }
        let client = build(authority)?;
        if clients.len() >= MAX_CLIENTS {
            clients.clear();
        }
        clients.insert(key, client.clone());
        Ok(client)
    }
}

fn build(authority: Option<(&Secret, &[u8])>) -> Result<Client, String> {
    let mut builder = Client::builder()
        .user_agent(concat!("tagwarden/", env!("CARGO_PKG_VERSION")))
        // A token stays with its host, and a POST must not become a GET.
        .redirect(redirect::Policy::none())
        .retry(reqwest::retry::never())
        .referer(false)
        .connect_timeout(CONNECT_TIMEOUT);
    if let Some((secret, pem)) = authority {
        let found = Certificate::from_pem_bundle(pem)
            .ok()
            .filter(|found| !found.is_empty())
            .ok_or_else(|| format!("secret {} has no certificate in its `ca.crt`", secret.name))?;
        builder = builder.tls_certs_merge(found);
    }
    builder.build().map_err(|_| "the TLS library refused to start".to_owned())
}

fn accept(forge: ForgeKind) -> &'static str {
    match forge {
        ForgeKind::GitHub => "application/vnd.github+json",
        _ => "application/json",
    }
}

fn dialect(forge: ForgeKind, path: Vec<String>) -> Box<dyn Dialect> {
    match forge {
        ForgeKind::GitHub => Box::new(GitHub { path }),
        ForgeKind::GitLab => Box::new(GitLab { project: path.join("/") }),
        ForgeKind::Gitea | ForgeKind::Forgejo => Box::new(Gitea { path }),
        ForgeKind::BitbucketCloud => Box::new(BitbucketCloud { path }),
        ForgeKind::BitbucketDataCenter => Box::new(BitbucketDataCenter { path }),
    }
}

impl std::fmt::Debug for ForgeClient {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ForgeClient").finish_non_exhaustive()
    }
}

#[async_trait]
impl Forge for ForgeClient {
    async fn open(
        &self,
        repository: &ForgeRepository,
        head: Option<&str>,
    ) -> Result<Vec<OpenRequest>, ForgeError> {
        let (api, dialect) = self.reach(repository)?;
        dialect.open(&api, head).await
    }

    async fn closed(
        &self,
        repository: &ForgeRepository,
        head: &str,
    ) -> Result<Vec<ClosedRequest>, ForgeError> {
        let (api, dialect) = self.reach(repository)?;
        dialect.closed(&api, head).await
    }

    async fn create(
        &self,
        repository: &ForgeRepository,
        wanted: &RequestText,
    ) -> Result<OpenRequest, ForgeError> {
        let (api, dialect) = self.reach(repository)?;
        dialect.create(&api, wanted).await
    }

    async fn furnish(
        &self,
        repository: &ForgeRepository,
        request: &OpenRequest,
        wanted: &RequestText,
    ) -> Result<Vec<Remark>, ForgeError> {
        let (api, dialect) = self.reach(repository)?;
        dialect.furnish(&api, request, wanted).await
    }

    async fn reword(
        &self,
        repository: &ForgeRepository,
        request: &OpenRequest,
        wanted: &RequestText,
    ) -> Result<(), ForgeError> {
        let (api, dialect) = self.reach(repository)?;
        dialect.reword(&api, request, &wanted.title, &wanted.body).await
    }

    async fn close(
        &self,
        repository: &ForgeRepository,
        request: &OpenRequest,
        body: &str,
    ) -> Result<(), ForgeError> {
        let (api, dialect) = self.reach(repository)?;
        dialect.close(&api, request, body).await
    }

    async fn delete_branch(
        &self,
        repository: &ForgeRepository,
        branch: &str,
    ) -> Result<(), ForgeError> {
        let (api, dialect) = self.reach(repository)?;
        dialect.delete_branch(&api, branch).await
    }

    fn body_limit(&self, forge: ForgeKind) -> usize {
        match forge {
            ForgeKind::GitHub => 65_000,
            ForgeKind::GitLab => 1_000_000,
            ForgeKind::Gitea | ForgeKind::Forgejo => 250_000,
            ForgeKind::BitbucketCloud | ForgeKind::BitbucketDataCenter => 32_000,
        }
    }
}
