//! What the user asks for, in the core's own terms.
//!
//! Wire formats and their versions end at the boundary; every policy, built in
//! or not, is a [`PluginCall`] here, for the host decides nothing itself.

mod automation;
mod grant;
mod guard;
mod plugin;
mod policy;
mod pull_request;
mod repository;
mod secret;
mod verification;

pub use automation::{
    Author, GitProvider, GitReference, GitRepository, ImageUpdateAutomation, LabelSelector,
    Operator, Push, Requirement, SigningFormat,
};
pub use grant::{Grant, Grants};
pub use guard::{Age, Downgrade, Guard, Guards, Hold};
pub use plugin::{
    Artifact, PluginKind, PluginLimits, PluginSource, PolicyPlugin, is_plugin_name, is_sha256,
};
pub use policy::{DigestReflection, ImagePolicy, PluginCall};
pub use pull_request::{ForgeKind, Grouping, MergeMethod, PullRequest};
pub use repository::{Access, ImageRepository, Provider};
pub use secret::{Secret, SecretValue};
pub use verification::{
    ImagePattern, ImageVerification, KeyError, KeySource, PublicKey, Signers, Verification,
};

use crate::object::ObjectName;

/// Everything the user declared.
#[derive(Clone, Debug, Default)]
pub struct Inventory {
    /// The images to scan.
    pub repositories: Vec<ImageRepository>,
    /// The policies that select a tag of them.
    pub policies: Vec<ImagePolicy>,
    /// The automations that write selections to Git.
    pub automations: Vec<ImageUpdateAutomation>,
    /// The Git repositories they write to.
    pub git_repositories: Vec<GitRepository>,
    /// The plugins that policies may name besides the first-party ones.
    pub plugins: Vec<PolicyPlugin>,
    /// Which images must be signed.
    pub image_verifications: Vec<ImageVerification>,
    /// Credentials the others refer to.
    pub secrets: Vec<Secret>,
    /// The labels of the namespaces that were declared, by name.
    pub namespaces: Vec<(String, Vec<(String, String)>)>,
    /// The pull secrets of the service accounts that were declared.
    pub service_accounts: Vec<(ObjectName, Vec<String>)>,
}

impl Inventory {
    /// The image repository of that name.
    #[must_use]
    pub fn repository(&self, name: &ObjectName) -> Option<&ImageRepository> {
        self.repositories.iter().find(|r| r.name == *name)
    }

    /// The policy of that name.
    #[must_use]
    pub fn policy(&self, name: &ObjectName) -> Option<&ImagePolicy> {
        self.policies.iter().find(|p| p.name == *name)
    }

    /// The Git repository of that name.
    #[must_use]
    pub fn git_repository(&self, name: &ObjectName) -> Option<&GitRepository> {
        self.git_repositories.iter().find(|r| r.name == *name)
    }

    /// The secret of that name.
    #[must_use]
    pub fn secret(&self, name: &ObjectName) -> Option<&Secret> {
        self.secrets.iter().find(|s| s.name == *name)
    }

    /// The labels of a namespace; the name label every namespace has is implied.
    #[must_use]
    pub fn namespace_labels(&self, namespace: &str) -> Vec<(String, String)> {
        let declared = self.namespaces.iter().find(|(name, _)| name == namespace);
        let mut labels = declared.map(|(_, labels)| labels.clone()).unwrap_or_default();
        let implied = ("kubernetes.io/metadata.name".to_owned(), namespace.to_owned());
        if !labels.contains(&implied) {
            labels.push(implied);
        }
        labels
    }
}
