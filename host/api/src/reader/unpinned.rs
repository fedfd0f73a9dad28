//! Policies that have signatures checked and write a tag, which may move afterwards.

use std::collections::HashMap;

use tagwarden_core::{
    object::ObjectName,
    spec::{DigestReflection, ImagePolicy, ImageRepository, Inventory},
};

/// What is told of each of them.
pub(super) const ADVICE: &str = "spec.verify: what is verified is not pinned, and a tag can be moved \
     afterwards; add `digestReflectionPolicy: IfNotPresent`";
/// The same, where it is an ImageVerification that wants signatures.
pub(super) const RULE_ADVICE: &str = "an ImageVerification wants its image signed, and what is \
     verified is not pinned: a tag can be moved afterwards; add `digestReflectionPolicy: IfNotPresent`";

/// The policies, each with what is to be said of it.
pub(super) fn policies(inventory: &Inventory) -> Vec<(&ObjectName, &'static str)> {
    let repositories: HashMap<&ObjectName, &ImageRepository> =
        inventory.repositories.iter().map(|repository| (&repository.name, repository)).collect();
    let advice = |policy: &ImagePolicy| {
        let repository = repositories.get(&policy.repository);
        let mut rules = inventory.image_verifications.iter();
        match (&policy.verification, repository) {
            (Some(_), _) => Some(ADVICE),
            (None, Some(repository)) => {
                rules.any(|rule| rule.concerns(&repository.image)).then_some(RULE_ADVICE)
            }
            (None, None) => None,
        }
    };
    let loose = inventory.policies.iter().filter(|p| p.digest == DigestReflection::Never);
    loose.filter_map(|policy| Some((&policy.name, advice(policy)?))).collect()
}
