//! What an automation's specification comes to: remote, reference, destination.

use std::{fmt, sync::Arc};

use tagwarden_core::{
    object::ObjectName,
    spec::{
        Author, GitReference, GitRepository, ImageUpdateAutomation, Inventory, PluginCall, Secret,
    },
    tags::{Candidates, TagSet},
};

use super::blocking;
use crate::{
    Failed, Reason, Reconciler, Retry,
    ports::{Context, GitRemote, Remote, Signing},
};

/// The policy plugin that chooses among Git tags.
const TAG_PLUGIN: &str = "semver";

/// Where a commit is pushed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Destination {
    pub branch: Option<String>,
    pub refspec: Option<String>,
}

impl fmt::Display for Destination {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.branch, &self.refspec) {
            (Some(branch), Some(refspec)) => write!(f, "{branch}, {refspec}"),
            (Some(one), None) | (None, Some(one)) => f.write_str(one),
            (None, None) => f.write_str("nowhere"),
        }
    }
}

fn repository<'a>(
    automation: &ImageUpdateAutomation,
    inventory: &'a Inventory,
) -> Result<&'a GitRepository, Failed> {
    inventory.git_repository(&automation.source).ok_or_else(|| {
        let message = format!("GitRepository {} is not in the manifests", automation.source);
        Failed::new(Reason::DependencyNotFound, Retry::OnChange, message)
            .hint("check spec.sourceRef")
    })
}

/// The remote, with the secret its GitRepository names.
pub(super) fn remote(
    automation: &ImageUpdateAutomation,
    inventory: &Inventory,
) -> Result<GitRemote, Failed> {
    let repository = repository(automation, inventory)?;
    let secret = |name: &Option<String>, field: &str| match name {
        None => Ok(None),
        Some(name) => {
            let owner = format!("{field} of GitRepository {}", repository.name);
            named(&repository.name.sibling(name.clone()), &owner, inventory).map(Some)
        }
    };
    Ok(GitRemote {
        url: repository.url.clone(),
        secret: secret(&repository.secret, "spec.secretRef")?,
        proxy: secret(&repository.proxy_secret, "spec.proxySecretRef")?,
        provider: repository.provider,
        timeout: repository.timeout,
    })
}

/// The key that signs the automation's commits, if any does.
pub(super) fn signing(
    automation: &ImageUpdateAutomation,
    inventory: &Inventory,
) -> Result<Option<Signing>, Failed> {
    let Some(name) = &automation.signing_secret else {
        return Ok(None);
    };
    let owner = format!(
        "spec.git.commit.signingKey.secretRef of ImageUpdateAutomation {}",
        automation.name
    );
    let secret = named(&automation.name.sibling(name.clone()), &owner, inventory)?;
    Ok(Some(Signing { secret, format: automation.signing_format }))
}

/// The secret of that name; `owner` says who names it.
fn named(name: &ObjectName, owner: &str, inventory: &Inventory) -> Result<Secret, Failed> {
    inventory.secret(name).cloned().ok_or_else(|| {
        let message = format!("Secret {name}, named in {owner}, is not in the manifests");
        Failed::new(Reason::DependencyNotFound, Retry::OnChange, message)
            .hint(format!("add a Secret named {} in namespace {}", name.name, name.namespace))
    })
}

impl Reconciler {
    /// What to check out: the automation's word, else the repository's, else
    /// the remote's default branch. A version range becomes the tag it selects.
    pub(super) async fn reference(
        &self,
        automation: &ImageUpdateAutomation,
        inventory: &Inventory,
        remote: &Arc<dyn Remote>,
    ) -> Result<GitReference, Failed> {
        let base = automation.pull_request.as_ref().and_then(|pull| pull.base.clone());
        let base = base.map(GitReference::Branch);
        let declared = match base.as_ref().or(automation.checkout.as_ref()) {
            Some(reference) => Some(reference),
            None => repository(automation, inventory)?.reference.as_ref(),
        };
        match declared {
            Some(GitReference::Semver(range)) => self.tag_within(range, remote).await,
            Some(reference) => Ok(reference.clone()),
            None => {
                let remote = remote.clone();
                blocking(move || Ok(GitReference::Branch(remote.default_branch()?))).await
            }
        }
    }

    async fn tag_within(
        &self,
        range: &str,
        remote: &Arc<dyn Remote>,
    ) -> Result<GitReference, Failed> {
        let remote = remote.clone();
        let tags = blocking(move || Ok(remote.tags()?)).await?;
        let candidates = Candidates::all(TagSet::new(&tags).into());
        let settings = serde_json::json!({ "range": range }).to_string();
        let call = PluginCall::new(TAG_PLUGIN, settings);
        let choice = self.plugins.select(&call, &candidates, &Context::default()).await?;
        let tag = choice.chosen.and_then(|index| candidates.tag(index as usize));
        tag.map(|tag| GitReference::Tag(tag.to_owned())).ok_or_else(|| {
            let message = format!("no Git tag of {} is within {range:?}", tags.len());
            Failed::new(Reason::GitFailed, Retry::OnChange, message).hint("check ref.semver")
        })
    }
}

/// The branch or refspec to push to.
pub(super) fn destination(
    automation: &ImageUpdateAutomation,
    reference: &GitReference,
) -> Result<Destination, Failed> {
    let push = &automation.push;
    let checked_out = match reference {
        GitReference::Branch(branch) => Some(branch.clone()),
        GitReference::Commit { branch, .. } => branch.clone(),
        _ => None,
    };
    let branch = match (&push.branch, &push.refspec) {
        (Some(branch), _) => Some(branch.clone()),
        (None, Some(_)) => None,
        (None, None) => checked_out,
    };
    if branch.is_none() && push.refspec.is_none() {
        let message = format!("{} says nowhere what branch to push to", automation.name);
        return Err(Failed::new(Reason::InvalidSpecification, Retry::Stalled, message)
            .hint("set spec.git.push.branch, or check out a branch"));
    }
    Ok(Destination { branch, refspec: push.refspec.clone() })
}

/// The folder to edit, from the repository's root, without `./` and slashes at its ends.
pub(super) fn folder(path: &str) -> Result<String, Failed> {
    let parts: Vec<&str> = path.split('/').filter(|part| !matches!(*part, "" | ".")).collect();
    if parts.contains(&"..") {
        let message = format!("spec.update.path {path:?} leaves the repository");
        return Err(Failed::new(Reason::InvalidSpecification, Retry::Stalled, message)
            .hint("give a path from the repository's root, without .."));
    }
    Ok(parts.join("/"))
}

/// `name <address>`, as `git log` shows it.
pub(super) fn signature(author: &Author) -> String {
    format!("{} <{}>", author.name, author.email)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_taken_from_the_root() {
        for (given, taken) in [("./clusters/prod", "clusters/prod"), ("", ""), ("/a//b/", "a/b")] {
            assert_eq!(folder(given).unwrap(), taken);
        }
    }

    #[test]
    fn a_path_out_of_the_repository_is_refused() {
        let failed = folder("a/../../b").unwrap_err();
        assert_eq!(failed.reason, Reason::InvalidSpecification);
    }
}
