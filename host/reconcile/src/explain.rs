//! Why each tag is, or is not, the selected one.

use serde::Serialize;
use tagwarden_core::{object::ObjectName, selection::Explained, spec::Inventory};

use crate::{Failed, Reason, Reconciler, Request, Retry, decide::repository_of, ports::Context};

/// A policy's decision, tag by tag.
#[derive(Debug, Serialize)]
pub struct Explanation {
    /// The policy.
    pub policy: ObjectName,
    /// The image repository.
    pub image: String,
    /// The selected tag.
    pub selected: Option<String>,
    /// Every tag, in byte order.
    pub tags: Vec<Explained>,
}

impl Reconciler {
    /// Decides the policy once more, with reasons. Remembers nothing.
    pub async fn explain(
        &self,
        inventory: &Inventory,
        name: &ObjectName,
        request: &Request,
    ) -> Result<Explanation, Failed> {
        let policy = inventory.policy(name).ok_or_else(|| unknown_policy(name, inventory))?;
        let repository = repository_of(policy, inventory)?;
        let (_, mut tags) = self.scan(repository, inventory, request).await;
        let tags = self.tags_of(repository, &mut tags).await?;
        let current = self.store.policy(name)?.map(|last| last.selection.tag);
        let context = Context {
            image: repository.image.to_string(),
            current,
            now: request.now,
            explain: true,
        };
        let evaluated = self.evaluated(policy, &tags, &context).await?;
        Ok(Explanation {
            policy: name.clone(),
            image: context.image,
            selected: evaluated.winner().map(|(tag, _)| tag.to_owned()),
            tags: evaluated.explained(),
        })
    }
}

fn unknown_policy(name: &ObjectName, inventory: &Inventory) -> Failed {
    let known: Vec<_> = inventory.policies.iter().map(|p| p.name.to_string()).collect();
    let message = format!("ImagePolicy {name} is not in the manifests");
    Failed::new(Reason::DependencyNotFound, Retry::Stalled, message).hint(match known.is_empty() {
        true => "there is no ImagePolicy at all".to_owned(),
        false => format!("there are: {}", known.join(", ")),
    })
}
