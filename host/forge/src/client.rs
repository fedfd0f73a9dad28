use std::{path::PathBuf, sync::Arc};

use async_trait::async_trait;
use reqwest::header::{HeaderMap, HeaderValue};
use tagwarden_access::HostToken;
use tagwarden_core::spec::ForgeKind;
use tagwarden_reconcile::ports::{
    ClosedRequest, Forge, ForgeError, ForgeErrorKind as Kind, ForgeRepository, OpenRequest, Remark,
    RequestText,
};

use crate::{
    address::Address,
    bitbucket_cloud::BitbucketCloud,
    bitbucket_data_center::BitbucketDataCenter,
    connections::Connections,
    dialect::Dialect,
    gitea::Gitea,
    github::GitHub,
    gitlab::GitLab,
    http::{Api, Gate, Party},
    login::{AppTokens, Login},
};

/// What may be set.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Tokens that serve where no secret has one.
    pub tokens: Vec<HostToken>,
    /// A file that tells the next process which forges asked for patience.
    pub patience: Option<PathBuf>,
}

/// Speaks with any number of forges. Keep one for the life of the process: it
/// remembers connections, and who asked for patience.
pub struct ForgeClient {
    tokens: Vec<HostToken>,
    gate: Arc<Gate>,
    connections: Connections,
    apps: Arc<AppTokens>,
}

impl ForgeClient {
    /// A client with these tokens to fall back on.
    #[must_use]
    pub fn new(options: Options) -> Self {
        Self {
            tokens: options.tokens,
            gate: Arc::new(options.patience.map(Gate::open).unwrap_or_default()),
            connections: Connections::default(),
            apps: Arc::default(),
        }
    }

    async fn reach(
        &self,
        repository: &ForgeRepository,
    ) -> Result<(Api, Box<dyn Dialect>), ForgeError> {
        let name = repository.forge.as_str();
        let wrong = |(kind, message)| ForgeError { forge: name.to_owned(), message, kind };
        let configuration = |message| wrong((Kind::Configuration, message));
        let address = Address::of(repository).map_err(configuration)?;
        let client = self.connections.client(repository).map_err(configuration)?;
        let root = address.api;
        let (authorization, party) =
            match Login::of(repository, &root, &self.tokens).map_err(wrong)? {
                Login::Header(header) => {
                    let party = Party::new(&root, header.as_bytes());
                    (header, party)
                }
                Login::App(app) => {
                    let header = self.apps.get(&client, &app, repository.timeout).await;
                    (header.map_err(wrong)?, Party::new(&root, app.name().as_bytes()))
                }
            };
        let api = Api {
            client,
            label: format!("{name} at {}", root.host_str().unwrap_or_default()),
            root,
            authorization,
            headers: headers(repository.forge),
            party,
            timeout: repository.timeout,
            gate: self.gate.clone(),
            apps: self.apps.clone(),
        };
        Ok((api, dialect(repository.forge, &address.path)))
    }
}

/// What every question to a forge says.
fn headers(forge: ForgeKind) -> HeaderMap {
    let said: &[(_, &str)] = match forge {
        ForgeKind::GitHub => {
            &[("accept", "application/vnd.github+json"), ("x-github-api-version", "2022-11-28")]
        }
        _ => &[("accept", "application/json")],
    };
    let mut headers = HeaderMap::new();
    for (name, value) in said {
        headers.insert(*name, HeaderValue::from_static(value));
    }
    headers
}

fn dialect(forge: ForgeKind, path: &[String]) -> Box<dyn Dialect> {
    match forge {
        ForgeKind::GitHub => Box::new(GitHub::new(path)),
        ForgeKind::GitLab => Box::new(GitLab::new(path)),
        ForgeKind::Gitea | ForgeKind::Forgejo => Box::new(Gitea::new(path)),
        ForgeKind::BitbucketCloud => Box::new(BitbucketCloud::new(path)),
        ForgeKind::BitbucketDataCenter => Box::new(BitbucketDataCenter::new(path)),
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
        let (api, dialect) = self.reach(repository).await?;
        dialect.open(&api, head).await
    }

    async fn closed(
        &self,
        repository: &ForgeRepository,
        head: &str,
    ) -> Result<Vec<ClosedRequest>, ForgeError> {
        let (api, dialect) = self.reach(repository).await?;
        dialect.closed(&api, head).await
    }

    async fn create(
        &self,
        repository: &ForgeRepository,
        wanted: &RequestText,
    ) -> Result<OpenRequest, ForgeError> {
        let (api, dialect) = self.reach(repository).await?;
        dialect.create(&api, wanted).await
    }

    async fn furnish(
        &self,
        repository: &ForgeRepository,
        request: &OpenRequest,
        wanted: &RequestText,
    ) -> Result<Vec<Remark>, ForgeError> {
        let (api, dialect) = self.reach(repository).await?;
        dialect.furnish(&api, request, wanted).await
    }

    async fn reword(
        &self,
        repository: &ForgeRepository,
        request: &OpenRequest,
        wanted: &RequestText,
    ) -> Result<(), ForgeError> {
        let (api, dialect) = self.reach(repository).await?;
        dialect.reword(&api, request, &wanted.title, &wanted.body).await
    }

    async fn close(
        &self,
        repository: &ForgeRepository,
        request: &OpenRequest,
        body: &str,
    ) -> Result<(), ForgeError> {
        let (api, dialect) = self.reach(repository).await?;
        dialect.close(&api, request, body).await
    }

    async fn delete_branch(
        &self,
        repository: &ForgeRepository,
        branch: &str,
    ) -> Result<(), ForgeError> {
        let (api, dialect) = self.reach(repository).await?;
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
