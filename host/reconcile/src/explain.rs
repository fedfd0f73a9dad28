//! Why each tag is, or is not, the selected one.

use std::collections::BTreeMap;

use serde::Serialize;
use tagwarden_core::{
    object::ObjectName,
    selection::{Explained, Verdict},
    spec::Inventory,
    tags::Candidates,
};

use crate::{
    Failed, Reason, Reconciler, Request, Retry,
    decide::{Evaluated, repository_of},
    ports::{Choice, Context, Filtered, Rejection},
};

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
        let (_, tags) = self.scan(repository, inventory, request).await;
        let tags = tags?;
        let current = self.store.policy(name)?.map(|last| last.selection.tag);
        let context = Context {
            image: repository.image.to_string(),
            current,
            now: request.now,
            explain: true,
        };
        let evaluated = self.evaluate(policy, &tags, &context).await?;
        Ok(Explanation {
            policy: name.clone(),
            image: context.image,
            selected: selected(&evaluated),
            tags: explained(&evaluated.candidates, &evaluated.filtered, &evaluated.choice),
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

fn selected(evaluated: &Evaluated) -> Option<String> {
    let index = evaluated.choice.chosen?;
    evaluated.candidates.tag(index as usize).map(ToOwned::to_owned)
}

/// What became of each tag, in byte order.
#[must_use]
pub fn explained(candidates: &Candidates, filtered: &Filtered, choice: &Choice) -> Vec<Explained> {
    let places: BTreeMap<usize, usize> =
        (0..candidates.len()).filter_map(|i| Some((candidates.tag_index(i)?, i))).collect();
    let dropped = by_index(&filtered.rejected);
    let rejected = by_index(&choice.rejected);
    let line = |(index, tag): (usize, &str)| {
        let place = places.get(&index);
        let verdict = match place {
            None => {
                Verdict::Filtered { reason: dropped.get(&index).map(|reason| (*reason).to_owned()) }
            }
            Some(place) if choice.chosen == u32::try_from(*place).ok() => Verdict::Selected,
            Some(place) => rejected.get(place).map_or(Verdict::Outranked, |reason| {
                Verdict::Rejected { reason: (*reason).to_owned() }
            }),
        };
        Explained {
            tag: tag.to_owned(),
            key: place.and_then(|place| candidates.keys().get(*place)).map(ToOwned::to_owned),
            verdict,
        }
    };
    candidates.tags().iter().enumerate().map(line).collect()
}

fn by_index(rejections: &[Rejection]) -> BTreeMap<usize, &str> {
    rejections.iter().map(|r| (r.index as usize, r.reason.as_str())).collect()
}
