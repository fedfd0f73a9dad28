//! A stand-in, and the adapter before it without the rest of the program.

use std::path::PathBuf;

use anyhow::Result;
use tagwarden_core::{
    object::ObjectName,
    spec::{ForgeKind, MergeMethod, Secret, SecretValue},
};
use tagwarden_forge::{ForgeClient, Options};
use tagwarden_reconcile::ports::{
    Forge as _, ForgeError, ForgeRepository, OpenRequest, Remark, RequestText,
};
use tagwarden_tests::{
    bare::{Bare, Entry as File},
    forges::{Forge, StandIn, TOKEN},
};
use tokio::runtime::Runtime;

/// The branch of the request.
pub const BRANCH: &str = "tagwarden/images";

/// Everything a test of the adapter needs.
pub struct Desk {
    pub forge: StandIn,
    pub remote: Bare,
    pub client: ForgeClient,
    pub runtime: Runtime,
    pub folder: tempfile::TempDir,
}

impl Desk {
    /// A stand-in before a repository with a branch to propose.
    pub fn new(provider: &'static str) -> Result<Self> {
        let folder = tempfile::tempdir()?;
        let remote = Bare::with_files(folder.path().join("r.git"), &[("a.yaml", "a: 1\n")])?;
        remote.git(["update-ref", &format!("refs/heads/{BRANCH}"), "refs/heads/main"])?;
        remote.commit(BRANCH, &[File::file("a.yaml", "a: 2\n")], "update")?;
        Ok(Self {
            forge: StandIn::start(provider, &remote)?,
            remote,
            client: client(&folder.path().join("forges.json")),
            runtime: tokio::runtime::Builder::new_current_thread().enable_all().build()?,
            folder,
        })
    }

    /// Where a process remembers who asked for patience.
    pub fn file(&self) -> PathBuf {
        self.folder.path().join("forges.json")
    }

    /// The repository, opened by the stand-in's token.
    pub fn repository(&self) -> ForgeRepository {
        let kind = match self.forge.provider() {
            "github" => ForgeKind::GitHub,
            "gitlab" => ForgeKind::GitLab,
            "gitea" => ForgeKind::Gitea,
            "forgejo" => ForgeKind::Forgejo,
            "bitbucket" => ForgeKind::BitbucketCloud,
            _ => ForgeKind::BitbucketDataCenter,
        };
        ForgeRepository {
            forge: kind,
            git_url: "ssh://git@git.example.com/platform/gitops.git".to_owned(),
            base_url: Some(self.forge.base_url()),
            path: None,
            secret: Some(secret("forge", &[("token", TOKEN)])),
            git_secret: None,
            proxy: None,
            timeout: std::time::Duration::from_secs(30),
        }
    }

    pub fn create(&self, repository: &ForgeRepository) -> Result<OpenRequest, ForgeError> {
        self.runtime.block_on(self.client.create(repository, &wanted()))
    }

    pub fn furnish(
        &self,
        open: &OpenRequest,
        wanted: &RequestText,
    ) -> Result<Vec<Remark>, ForgeError> {
        self.runtime.block_on(self.client.furnish(&self.repository(), open, wanted))
    }

    pub fn open(&self, repository: &ForgeRepository) -> Result<Vec<OpenRequest>, ForgeError> {
        self.runtime.block_on(self.client.open(repository, Some(BRANCH)))
    }
}

/// A client that remembers patience in a file, as another process would.
pub fn client(file: &std::path::Path) -> ForgeClient {
    ForgeClient::new(Options { tokens: vec![], patience: Some(file.to_owned()) })
}

pub fn secret(name: &str, entries: &[(&str, &str)]) -> Secret {
    Secret {
        name: ObjectName::new("flux-system", name),
        kind: String::new(),
        data: entries.iter().map(|(k, v)| ((*k).to_owned(), SecretValue::new(*v))).collect(),
    }
}

/// A request with everything.
pub fn wanted() -> RequestText {
    RequestText {
        head: BRANCH.to_owned(),
        base: "main".to_owned(),
        title: "Update".to_owned(),
        body: "of an image".to_owned(),
        labels: vec!["images".to_owned()],
        reviewers: vec!["alice".to_owned()],
        assignees: vec!["bob".to_owned()],
        draft: false,
        auto_merge: Some(MergeMethod::Merge),
    }
}
