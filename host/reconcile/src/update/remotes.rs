//! The remotes of one pass.

use std::{collections::BTreeMap, sync::Arc};

use tagwarden_core::{
    object::ObjectName,
    spec::{GitReference, ImageUpdateAutomation, Inventory},
};

use super::{Destination, plan};
use crate::{
    Failed,
    ports::{Git, Remote, Signing},
};

/// Each remote once, so that automations of one repository share what it says.
#[derive(Default)]
pub(super) struct Remotes {
    by_source: BTreeMap<ObjectName, Arc<dyn Remote>>,
}

impl Remotes {
    /// The remote of the automation's GitRepository.
    pub fn of(
        &mut self,
        automation: &ImageUpdateAutomation,
        inventory: &Inventory,
        git: &dyn Git,
    ) -> Result<Arc<dyn Remote>, Failed> {
        if let Some(remote) = self.by_source.get(&automation.source) {
            return Ok(Arc::clone(remote));
        }
        let remote = git.remote(&plan::remote(automation, inventory)?)?;
        self.by_source.insert(automation.source.clone(), Arc::clone(&remote));
        Ok(remote)
    }
}

/// What a batch was opened at, and where it goes.
#[derive(Clone, Debug)]
pub(super) struct Opened {
    pub reference: GitReference,
    pub commit: String,
    pub destination: Destination,
    pub signing: Option<Signing>,
    /// Whose key that is.
    pub signer: Option<String>,
}

impl Opened {
    /// The revision, as Flux writes it.
    pub fn revision(&self) -> String {
        let Self { reference, commit, .. } = self;
        match reference {
            GitReference::Branch(name) | GitReference::Tag(name) | GitReference::Name(name) => {
                format!("{name}@sha1:{commit}")
            }
            GitReference::Semver(_) | GitReference::Commit { .. } => format!("sha1:{commit}"),
        }
    }
}
