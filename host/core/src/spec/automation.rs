//! Where selections are written.

use std::{collections::BTreeMap, time::Duration};

use super::{PluginCall, PullRequest};
use crate::object::ObjectName;

/// Writes selections into the marked lines of a Git repository.
#[derive(Clone, Debug)]
pub struct ImageUpdateAutomation {
    /// Its namespace and name.
    pub name: ObjectName,
    /// The Git repository.
    pub source: ObjectName,
    /// What to check out; the Git repository's own reference otherwise.
    pub checkout: Option<GitReference>,
    /// Where to push; the checked-out branch otherwise.
    pub push: Push,
    /// The request to open on a forge, in place of a push to the base branch.
    pub pull_request: Option<Box<PullRequest>>,
    /// Whether to write again what a person took back.
    pub ignore_reverts: bool,
    /// Who commits.
    pub author: Author,
    /// What words the commit message.
    pub message: PluginCall,
    /// The user's own values for the message.
    pub values: BTreeMap<String, String>,
    /// The secret (same namespace) with the signing key.
    pub signing_secret: Option<String>,
    /// What kind of key that secret holds.
    pub signing_format: SigningFormat,
    /// The folder, relative to the root, whose files are edited; empty for all.
    pub path: String,
    /// Which policies may be written; all of the namespace without one.
    pub policy_selector: Option<LabelSelector>,
    /// Whether to share one commit with others of the same repository,
    /// reference and destination that say so too.
    pub batch: bool,
    /// How often to look.
    pub interval: Duration,
    /// Whether to leave the repository alone for now.
    pub suspend: bool,
}

/// Where a commit goes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Push {
    /// The branch; the checked-out one otherwise.
    pub branch: Option<String>,
    /// A further refspec, e.g. `HEAD:refs/for/main`.
    pub refspec: Option<String>,
    /// Push options, sent as `key=value`.
    pub options: BTreeMap<String, String>,
}

/// A commit's author and committer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Author {
    /// The name, e.g. `fluxcdbot`.
    pub name: String,
    /// The address.
    pub email: String,
}

/// The kind of a signing key.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SigningFormat {
    /// An armoured OpenPGP key pair, in the entry `git.asc`.
    #[default]
    OpenPgp,
    /// An SSH private key, in the entry `identity`.
    Ssh,
}

/// A Git repository.
#[derive(Clone, Debug)]
pub struct GitRepository {
    /// Its namespace and name.
    pub name: ObjectName,
    /// `http://`, `https://`, `ssh://`, or `file://` with an absolute path.
    pub url: String,
    /// What to check out where an automation does not say.
    pub reference: Option<GitReference>,
    /// How to log in.
    pub provider: GitProvider,
    /// The secret (same namespace) with the credentials.
    pub secret: Option<String>,
    /// The secret (same namespace) with the proxy's address.
    pub proxy_secret: Option<String>,
    /// How long one operation may take.
    pub timeout: Duration,
    /// Whether to leave the repository alone for now.
    pub suspend: bool,
}

/// Whose credentials a Git server takes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum GitProvider {
    /// What the secret holds.
    #[default]
    Generic,
    /// The ambient identity for AWS CodeCommit.
    Aws,
    /// The ambient identity for Azure DevOps.
    Azure,
    /// A GitHub App, whose key the secret holds.
    GitHub,
}

/// A point in a repository's history.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum GitReference {
    /// The head of a branch.
    Branch(String),
    /// A tag.
    Tag(String),
    /// The greatest tag within a version range.
    Semver(String),
    /// A commit, with the branch it is on if that was given.
    Commit {
        /// The commit's object id in hex.
        id: String,
        /// The branch to fetch it from, and to push to.
        branch: Option<String>,
    },
    /// A full reference name, e.g. `refs/pull/420/head`.
    Name(String),
}

/// A Kubernetes label selector: every part must hold.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LabelSelector {
    /// Labels that must have exactly these values.
    pub labels: Vec<(String, String)>,
    /// Further conditions.
    pub expressions: Vec<Requirement>,
}

/// A condition on one label.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Requirement {
    /// The label.
    pub key: String,
    /// What must be so of it.
    pub operator: Operator,
    /// The values the operator speaks of.
    pub values: Vec<String>,
}

/// The operators of a label selector.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operator {
    /// One of the values.
    In,
    /// None of the values, or absent.
    NotIn,
    /// Present.
    Exists,
    /// Absent.
    DoesNotExist,
}

impl LabelSelector {
    /// Whether an object with these labels is selected.
    #[must_use]
    pub fn matches(&self, labels: &[(String, String)]) -> bool {
        self.labels.iter().all(|wanted| labels.contains(wanted))
            && self.expressions.iter().all(|e| e.holds(labels))
    }
}

impl Requirement {
    fn holds(&self, labels: &[(String, String)]) -> bool {
        let value = labels.iter().find(|(k, _)| *k == self.key).map(|(_, v)| v);
        match self.operator {
            Operator::Exists => value.is_some(),
            Operator::DoesNotExist => value.is_none(),
            Operator::In => value.is_some_and(|v| self.values.contains(v)),
            Operator::NotIn => value.is_none_or(|v| !self.values.contains(v)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_operator_reads_the_label_as_kubernetes_does() {
        let labels = [("env".to_owned(), "prod".to_owned())];
        let holds = |key: &str, operator, values: &[&str]| {
            Requirement {
                key: key.into(),
                operator,
                values: values.iter().map(ToString::to_string).collect(),
            }
            .holds(&labels)
        };
        assert!(holds("env", Operator::In, &["prod", "dev"]));
        assert!(!holds("env", Operator::NotIn, &["prod"]));
        assert!(holds("tier", Operator::NotIn, &["prod"]));
        assert!(holds("env", Operator::Exists, &[]));
        assert!(holds("tier", Operator::DoesNotExist, &[]));
    }
}
