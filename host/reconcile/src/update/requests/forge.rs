//! The repository on its forge.

use tagwarden_core::spec::{ImageUpdateAutomation, Inventory, PullRequest};

use crate::{
    Failed, Reason, Retry,
    ports::{ForgeRepository, GitRemote},
};

/// The forge's view of the Git remote, with the secret that opens it.
pub(in crate::update) fn repository(
    automation: &ImageUpdateAutomation,
    pull: &PullRequest,
    inventory: &Inventory,
    remote: &GitRemote,
) -> Result<ForgeRepository, Failed> {
    let secret = match &pull.secret {
        None => remote.secret.clone(),
        Some(name) => {
            let name = automation.name.sibling(name.clone());
            Some(inventory.secret(&name).cloned().ok_or_else(|| {
                let message = format!(
                    "Secret {name}, named in spec.git.pullRequest.secretRef, is not in the manifests"
                );
                let hint = format!("add a Secret named {} in namespace {}", name.name, name.namespace);
                Failed::new(Reason::DependencyNotFound, Retry::OnChange, message).hint(hint)
            })?)
        }
    };
    Ok(ForgeRepository {
        forge: pull.forge,
        git_url: remote.url.clone(),
        base_url: pull.base_url.clone(),
        path: pull.repository.clone(),
        secret,
        git_secret: remote.secret.clone(),
        proxy: remote.proxy.clone(),
        timeout: remote.timeout,
    })
}
