//! Whether the selected image may be written: its signatures.

use tagwarden_core::{
    object::ObjectName,
    selection::Selection,
    spec::{ImagePolicy, ImageRepository, Inventory, Verification},
};

use crate::{
    Failed, Reason, Reconciler,
    decide::{self, Question},
    ports::Target,
    scan::target,
};

/// One requirement, and the object that makes it.
struct Required<'a> {
    kind: &'static str,
    owner: &'a ObjectName,
    verification: &'a Verification,
}

/// Everything that an image must fulfil: its policy's own word, and that of
/// each ImageVerification that concerns it. All of them hold.
fn required<'a>(
    policy: &'a ImagePolicy,
    repository: &'a ImageRepository,
    inventory: &'a Inventory,
) -> impl Iterator<Item = Required<'a>> {
    let own = policy.verification.iter().map(|verification| Required {
        kind: "ImagePolicy",
        owner: &policy.name,
        verification,
    });
    let rules = inventory.image_verifications.iter();
    own.chain(rules.filter(|rule| rule.concerns(&repository.image)).map(|rule| Required {
        kind: "ImageVerification",
        owner: &rule.name,
        verification: &rule.verification,
    }))
}

/// What tells a set of requirements from another, keys included: a selection
/// that was good under others is not held under these.
pub(crate) fn fingerprint(
    policy: &ImagePolicy,
    repository: &ImageRepository,
    inventory: &Inventory,
) -> String {
    let signers = |r: Required<'_>| format!(" {:?}", r.verification.signers(r.owner, inventory));
    required(policy, repository, inventory).map(signers).collect()
}

impl Reconciler {
    /// Checks the digest that is to be written or, where the policy writes none,
    /// the one its tag has now.
    pub(crate) async fn verified(
        &self,
        asked: &Question<'_>,
        selection: &Selection,
    ) -> Result<(), Failed> {
        let Question { policy, repository, inventory, last, .. } = *asked;
        let mut required = required(policy, repository, inventory).peekable();
        // Only what was verified is remembered.
        let known = last.is_some_and(|last| {
            last.selection == *selection
                && last.fingerprint == decide::fingerprint(policy, repository, inventory)
        });
        if known || required.peek().is_none() {
            return Ok(());
        }
        let target = target(repository, inventory)?;
        let digest = match &selection.digest {
            Some(digest) => digest.clone(),
            None => self.registry.digest(&target, &selection.tag).await?,
        };
        for requirement in required {
            self.fulfilled(&requirement, &target, &digest, inventory).await?;
        }
        Ok(())
    }

    async fn fulfilled(
        &self,
        required: &Required<'_>,
        target: &Target,
        digest: &str,
        inventory: &Inventory,
    ) -> Result<(), Failed> {
        let Required { kind, owner, verification } = required;
        let wanted = verification.signers(owner, inventory)?;
        let signed = self.registry.verify(target, digest, &wanted).await.map_err(|error| {
            let failed = Failed::from(error);
            let message = format!("{kind} {owner}: {}: {}", target.image, failed.message);
            match failed.reason {
                Reason::NotVerified => Failed { message, ..failed },
                _ => failed,
            }
        })?;
        tracing::info!(image.digest = digest, signed_by = ?signed.by, "signed as {kind} {owner} wants it");
        Ok(())
    }
}
