//! Requests on a forge in place of pushes to the base branch.

use super::PluginCall;

/// What an automation asks of a forge: one open request for each group of changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PullRequest {
    /// What kind of forge it is.
    pub forge: ForgeKind,
    /// Where the forge is, where the Git remote's URL does not tell.
    pub base_url: Option<String>,
    /// The repository's path on the forge, where the Git remote's URL does not tell.
    pub repository: Option<String>,
    /// The secret (same namespace) with the forge's token; the Git remote's otherwise.
    pub secret: Option<String>,
    /// The branch to merge into; the checked-out one otherwise.
    pub base: Option<String>,
    /// What names the branch of a group, where the usual name will not do.
    pub branch: Option<PluginCall>,
    /// What words the title, where the usual one will not do.
    pub title: Option<PluginCall>,
    /// What words the body, where a table of the images will not do.
    pub body: Option<PluginCall>,
    /// Labels to put on a new request.
    pub labels: Vec<String>,
    /// Whom to ask for a review of a new request.
    pub reviewers: Vec<String>,
    /// Whom to make responsible for a new request.
    pub assignees: Vec<String>,
    /// Whether a new request is a draft.
    pub draft: bool,
    /// How the forge is to merge by itself once its checks pass, if it is to.
    pub auto_merge: Option<MergeMethod>,
    /// What changes share a request.
    pub per: Grouping,
}

/// The forges whose interfaces are known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ForgeKind {
    /// github.com, or GitHub Enterprise.
    GitHub,
    /// gitlab.com, or a GitLab of one's own.
    GitLab,
    /// Gitea.
    Gitea,
    /// Forgejo, which speaks as Gitea does.
    Forgejo,
    /// bitbucket.org.
    BitbucketCloud,
    /// Bitbucket Data Center (once Server, once Stash).
    BitbucketDataCenter,
}

impl ForgeKind {
    /// The name for people.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::GitHub => "GitHub",
            Self::GitLab => "GitLab",
            Self::Gitea => "Gitea",
            Self::Forgejo => "Forgejo",
            Self::BitbucketCloud => "Bitbucket",
            Self::BitbucketDataCenter => "Bitbucket Data Center",
        }
    }
}

/// How a request's commits come onto the base branch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MergeMethod {
    /// By a merge commit.
    Merge,
    /// As one commit.
    Squash,
    /// Put on top of the base branch.
    Rebase,
}

impl MergeMethod {
    /// The word for it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Merge => "merge",
            Self::Squash => "squash",
            Self::Rebase => "rebase",
        }
    }
}

/// What changes share a request.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Grouping {
    /// All that the automation makes.
    #[default]
    Automation,
    /// Those that one policy decides.
    Policy,
    /// Those in objects of one namespace.
    Namespace,
}
