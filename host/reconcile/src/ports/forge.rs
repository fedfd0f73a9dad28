use std::time::Duration;

use async_trait::async_trait;
use tagwarden_core::spec::{ForgeKind, MergeMethod, Secret};

/// Opens, words and closes pull requests (merge requests, where they are called so).
#[async_trait]
pub trait Forge: Send + Sync {
    /// The open requests, of one branch or of all.
    async fn open(
        &self,
        repository: &ForgeRepository,
        head: Option<&str>,
    ) -> Result<Vec<OpenRequest>, ForgeError>;

    /// The requests of a branch that are merged or closed, the latest first.
    /// Very old ones may be missing.
    async fn closed(
        &self,
        repository: &ForgeRepository,
        head: &str,
    ) -> Result<Vec<ClosedRequest>, ForgeError>;

    /// Opens a request.
    async fn create(
        &self,
        repository: &ForgeRepository,
        wanted: &RequestText,
    ) -> Result<OpenRequest, ForgeError>;

    /// Gives an open request its labels, reviewers, assignees and automatic
    /// merge. What the forge has not, or refuses, comes back in words.
    async fn furnish(
        &self,
        repository: &ForgeRepository,
        request: &OpenRequest,
        wanted: &RequestText,
    ) -> Result<Vec<Remark>, ForgeError>;

    /// Gives an open request another title and body. It stays a draft, or
    /// ready, as it is.
    async fn reword(
        &self,
        repository: &ForgeRepository,
        request: &OpenRequest,
        wanted: &RequestText,
    ) -> Result<(), ForgeError>;

    /// Closes a request and leaves it with this body.
    async fn close(
        &self,
        repository: &ForgeRepository,
        request: &OpenRequest,
        body: &str,
    ) -> Result<(), ForgeError>;

    /// Deletes a branch; one that is not there is as good as deleted.
    async fn delete_branch(
        &self,
        repository: &ForgeRepository,
        branch: &str,
    ) -> Result<(), ForgeError>;

    /// The most characters a body may have.
    fn body_limit(&self, forge: ForgeKind) -> usize;
}

/// A repository on a forge, with what it takes to get in.
#[derive(Clone, Debug)]
pub struct ForgeRepository {
    /// What kind of forge it is.
    pub forge: ForgeKind,
    /// The Git remote's URL, which tells host and path.
    pub git_url: String,
    /// Where the forge is, where the Git URL does not tell.
    pub base_url: Option<String>,
    /// The path on the forge, where the Git URL does not tell.
    pub path: Option<String>,
    /// The secret with the token; from the request's own specification, or the Git remote's.
    pub secret: Option<Secret>,
    /// The Git remote's secret: its certificates serve where the other has none.
    pub git_secret: Option<Secret>,
    /// Flux's proxy secret, as for the Git remote.
    pub proxy: Option<Secret>,
    /// How long one operation may take.
    pub timeout: Duration,
}

/// What a request is to say.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RequestText {
    /// The branch with the change.
    pub head: String,
    /// The branch to merge into.
    pub base: String,
    /// The title.
    pub title: String,
    /// The body, in Markdown.
    pub body: String,
    /// Labels.
    pub labels: Vec<String>,
    /// Reviewers.
    pub reviewers: Vec<String>,
    /// Assignees.
    pub assignees: Vec<String>,
    /// Whether it is a draft.
    pub draft: bool,
    /// How the forge is to merge it once its checks pass, if it is to.
    #[serde(serialize_with = "method")]
    pub auto_merge: Option<MergeMethod>,
}

fn method<S: serde::Serializer>(
    method: &Option<MergeMethod>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    let word = method.map(MergeMethod::as_str);
    serde::Serialize::serialize(&word, serializer)
}

/// A request that is open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenRequest {
    /// Its number.
    pub number: u64,
    /// What its forge calls it in other places, where it does.
    pub id: Option<String>,
    /// Where people look at it.
    pub url: String,
    /// The branch with the change.
    pub head: String,
    /// The branch to merge into.
    pub base: String,
    /// The title.
    pub title: String,
    /// The body.
    pub body: String,
}

/// A request that was merged or closed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClosedRequest {
    /// Its number.
    pub number: u64,
    /// Where people look at it.
    pub url: String,
    /// Whether it was merged.
    pub merged: bool,
    /// Who closed it, where the forge says so.
    pub by: Option<String>,
    /// When, as the forge writes it, where it says so.
    pub at: Option<String>,
    /// The branch it was to be merged into.
    pub base: String,
    /// The body.
    pub body: String,
}

/// Something that a request does not have, although it was asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remark {
    /// What, and why.
    pub text: String,
    /// Whether another try may succeed.
    pub again: bool,
}

/// Why a forge could not do it.
#[derive(Debug, thiserror::Error)]
#[error("{forge}: {message}")]
pub struct ForgeError {
    /// The forge's name and host.
    pub forge: String,
    /// What failed and on what; never a secret.
    pub message: String,
    /// What it means for the next try.
    pub kind: ForgeErrorKind,
}

/// What a forge's failure means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ForgeErrorKind {
    /// No token was given.
    NoToken,
    /// The token is refused.
    Unauthorized,
    /// The token may not do it.
    Forbidden,
    /// The repository or request does not exist, or the token may not see it.
    NotFound,
    /// The forge asks for patience.
    Throttled {
        /// How long, if it says so.
        retry_after: Option<Duration>,
    },
    /// The forge refuses what is asked, such as a branch that is not there.
    Refused,
    /// The forge could not be reached in time.
    Unreachable,
    /// The specification or the secret cannot be used as it is.
    Configuration,
    /// The answer makes no sense.
    Protocol,
}
