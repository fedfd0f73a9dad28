//! Why each tag is, or is not, the selected one.

mod verdicts;

use std::{collections::BTreeMap, sync::Arc};

use serde::Serialize;
use tagwarden_core::{
    object::ObjectName,
    selection::{Explained, Verdict},
    spec::{ImagePolicy, ImageRepository, Inventory},
};

use crate::{
    Failed, Reason, Reconciler, Request, Retry, decide::repository_of, ports::Context, scan::Known,
    update::blocking,
};

/// A policy's decision, tag by tag.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Explanation {
    /// The policy.
    pub policy: ObjectName,
    /// The image repository.
    pub image: String,
    /// The plugins that decided.
    pub plugins: Deciders,
    /// The tag that was selected before.
    pub current: Option<String>,
    /// The selected tag.
    pub selected: Option<String>,
    /// The tag that comes second.
    pub runner_up: Option<String>,
    /// Every tag that the registry lists, in byte order.
    pub tags: Vec<Explained>,
}

/// The plugins that decided, by name.
#[derive(Debug, Serialize)]
pub struct Deciders {
    /// The filter.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub filter: Option<String>,
    /// The policy.
    pub policy: String,
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
        let (known, excluded) = self.scan_with_reasons(repository, inventory, request).await?;
        let last = self.store.policy(name)?;
        let context = Context {
            image: repository.image.to_string(),
            current: last.as_ref().map(|last| last.selection.tag.clone()),
            now: request.now,
            explain: true,
            metadata: Some(known.images),
        };
        let evaluated = self.evaluated(policy, &known.tags, &context, last.as_ref()).await?;
        let plugins = self.plugins.as_ref();
        let runner_up = evaluated.runner_up(plugins, &policy.policy, &context).await;
        // The decision stands, though the plugin fails at the lesser question.
        let runner_up = runner_up.unwrap_or_else(|error| {
            tracing::warn!("which tag comes second is not known: {error}");
            None
        });
        let mut tags = evaluated.explained(runner_up.as_deref());
        add_excluded(&mut tags, excluded);
        Ok(Explanation {
            policy: name.clone(),
            image: context.image,
            plugins: deciders(policy),
            current: context.current,
            selected: evaluated.winner().map(|(tag, _)| tag.to_owned()),
            runner_up,
            tags,
        })
    }

    /// The tags to decide from, and those that the exclusion list dropped. The
    /// registry is asked for both, for a stored list has only the former; when
    /// the repository is suspended it is left alone.
    async fn scan_with_reasons(
        &self,
        repository: &ImageRepository,
        inventory: &Inventory,
        request: &Request,
    ) -> Result<(Known, BTreeMap<String, Option<String>>), Failed> {
        if repository.suspend || repository.exclusion.is_empty() {
            let stored = self.store.scan(&repository.name);
            let (_, mut tags) = self.scan(repository, stored, inventory, request).await;
            let known = self.tags_of(repository, inventory, request, &mut tags).await?;
            return Ok((known, BTreeMap::new()));
        }
        let (store, name) = (self.store.clone(), repository.name.clone());
        let stored = blocking(move || Ok(store.listing(&name)?)).await?;
        let listed = self.all_listed(repository, inventory).await?;
        let filtered = self.exclusion(repository, &listed, true).await?;
        let kept = listed.keep(&filtered.kept);
        let reason = |index: usize| {
            let mut rejected = filtered.rejected.iter();
            rejected.find(|r| r.index as usize == index).map(|r| r.reason.clone())
        };
        let dropped = listed.iter().enumerate().filter(|(_, tag)| kept.position(tag).is_none());
        let dropped = dropped.map(|(index, tag)| (tag.to_owned(), reason(index))).collect();
        let images = self.images(repository, inventory, request.now, stored);
        Ok((Known { tags: Arc::new(kept), images }, dropped))
    }
}

fn deciders(policy: &ImagePolicy) -> Deciders {
    Deciders {
        filter: policy.filter.as_ref().map(|filter| filter.plugin.clone()),
        policy: policy.policy.plugin.clone(),
    }
}

fn add_excluded(tags: &mut Vec<Explained>, excluded: BTreeMap<String, Option<String>>) {
    let excluded = excluded.into_iter().map(|(tag, reason)| Explained {
        tag,
        key: None,
        verdict: Verdict::Excluded { reason },
    });
    tags.extend(excluded);
    tags.sort_by(|a, b| a.tag.cmp(&b.tag));
}

fn unknown_policy(name: &ObjectName, inventory: &Inventory) -> Failed {
    let known: Vec<_> = inventory.policies.iter().map(|p| p.name.to_string()).collect();
    let message = format!("ImagePolicy {name} is not in the manifests");
    Failed::new(Reason::DependencyNotFound, Retry::Stalled, message).hint(match known.is_empty() {
        true => "there is no ImagePolicy at all".to_owned(),
        false => format!("there are: {}", known.join(", ")),
    })
}
