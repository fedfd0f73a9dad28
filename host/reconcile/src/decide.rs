//! From tags to the selected one.

use std::sync::Arc;

use tagwarden_core::{
    selection::Selection,
    spec::{DigestReflection, ImagePolicy, ImageRepository, Inventory},
    tags::TagSet,
};
use tracing::Instrument;

use crate::{
    Decision, Failed, Mode, PolicyOutcome, Reason, Reconciler, Request, Retry,
    evaluate::{Evaluated, evaluate},
    pass::Known,
    ports::{Context, PolicyState},
    scan::target,
};

impl Reconciler {
    /// Decides one policy; whatever goes wrong, its last good selection stands.
    pub(crate) async fn decide(
        &self,
        policy: &ImagePolicy,
        inventory: &Inventory,
        known: &Known,
        request: &Request,
    ) -> PolicyOutcome {
        let span = tracing::info_span!(
            "decide",
            resource.kind = "ImagePolicy",
            resource.name = %policy.name,
            policy.plugin = %policy.policy.plugin,
        );
        let decision = self.decision(policy, inventory, known, request).instrument(span).await;
        PolicyOutcome { name: policy.name.clone(), decision }
    }

    async fn decision(
        &self,
        policy: &ImagePolicy,
        inventory: &Inventory,
        known: &Known,
        request: &Request,
    ) -> Decision {
        let last = match self.store.policy(&policy.name) {
            Ok(last) => last,
            Err(error) => return Decision::NotReady(error.into()),
        };
        if policy.suspend {
            return held(last, None, policy);
        }
        let current = last.as_ref().map(|last| last.selection.tag.clone());
        let selected = match repository_of(policy, inventory) {
            Err(failed) => Err(failed),
            Ok(repository) => {
                let last = last.as_ref();
                self.selected(policy, repository, inventory, known, last, current, request).await
            }
        };
        match selected {
            Ok(decision) => decision,
            Err(failed) => {
                tracing::warn!(reason = ?failed.reason, "policy not decided: {}", failed.message);
                let wanted = repository_of(policy, inventory)
                    .map(|repository| fingerprint(policy, &repository.image.to_string()));
                let last = last.filter(|last| wanted.as_ref() == Ok(&last.fingerprint));
                held(last, Some(failed), policy)
            }
        }
    }

    #[expect(clippy::too_many_arguments, reason = "one place gathers all a decision depends on")]
    async fn selected(
        &self,
        policy: &ImagePolicy,
        repository: &ImageRepository,
        inventory: &Inventory,
        known: &Known,
        last: Option<&PolicyState>,
        current: Option<String>,
        request: &Request,
    ) -> Result<Decision, Failed> {
        let tags = known_tags(policy, known)?;
        let context = Context {
            image: repository.image.to_string(),
            current,
            now: request.now,
            explain: false,
        };
        let evaluated = self.evaluated(policy, tags, &context).await?;
        let mut selection = chosen(policy, repository, &evaluated)?;
        let target = || target(repository, inventory);
        selection.digest = match digest_known(policy, last, &selection) {
            Some(digest) => digest,
            None => Some(self.registry.digest(&target()?, &selection.tag).await?),
        };
        let state = next_state(policy, repository, last, &selection, request.now);
        if request.mode == Mode::Write && Some(&state) != last {
            self.store.put_policy(&policy.name, &state)?;
        }
        let reference = selection.reference();
        let before = last.map(|last| last.selection.reference());
        Ok(Decision::Selected {
            changed: before.as_ref() != Some(&reference),
            previous: before.filter(|before| *before != reference),
            selection,
            tags: tags.len(),
            candidates: evaluated.candidates().len(),
        })
    }

    /// Runs filter and policy.
    pub(crate) async fn evaluated(
        &self,
        policy: &ImagePolicy,
        tags: &Arc<TagSet>,
        context: &Context,
    ) -> Result<Evaluated, Failed> {
        let (filter, policy) = (policy.filter.as_ref(), &policy.policy);
        Ok(evaluate(self.plugins.as_ref(), filter, policy, tags, context).await?)
    }
}

/// The repository the policy selects from, if it may.
pub(crate) fn repository_of<'a>(
    policy: &ImagePolicy,
    inventory: &'a Inventory,
) -> Result<&'a ImageRepository, Failed> {
    let Some(repository) = inventory.repository(&policy.repository) else {
        let message = format!("ImageRepository {} is not in the manifests", policy.repository);
        return Err(Failed::new(Reason::DependencyNotFound, Retry::OnChange, message)
            .hint("check spec.imageRepositoryRef"));
    };
    let from = policy.name.namespace.as_str();
    let labels = inventory.namespace_labels(from);
    if repository.access.admits(&repository.name.namespace, from, &labels) {
        return Ok(repository);
    }
    let message = format!("ImageRepository {} does not admit namespace {from}", repository.name);
    Err(Failed::new(Reason::AccessDenied, Retry::OnChange, message)
        .hint("add a matching selector to its spec.accessFrom.namespaceSelectors"))
}

fn known_tags<'a>(policy: &ImagePolicy, known: &'a Known) -> Result<&'a Arc<TagSet>, Failed> {
    let tags = match known.get(&policy.repository) {
        Some(Ok(tags)) => tags,
        Some(Err(failed)) => {
            let message = format!("no tags of {}: {}", policy.repository, failed.message);
            return Err(Failed { message, reason: Reason::TagsUnknown, ..failed.clone() });
        }
        None => {
            let message = format!("ImageRepository {} was not scanned", policy.repository);
            return Err(Failed::new(Reason::TagsUnknown, Retry::OnChange, message));
        }
    };
    Ok(tags)
}

fn chosen(
    policy: &ImagePolicy,
    repository: &ImageRepository,
    evaluated: &Evaluated,
) -> Result<Selection, Failed> {
    let Some((tag, key)) = evaluated.winner() else {
        let message = evaluated.why_none("the repository has no tags");
        return Err(Failed::new(Reason::NoTagSelected, Retry::OnChange, message)
            .hint(format!("`tagwarden explain {}` tells why for each tag", policy.name)));
    };
    Ok(Selection {
        image: repository.image.to_string(),
        tag: tag.to_owned(),
        key: key.to_owned(),
        digest: None,
    })
}

/// The digest to go with a selection, when no registry needs to be asked.
fn digest_known(
    policy: &ImagePolicy,
    last: Option<&PolicyState>,
    selection: &Selection,
) -> Option<Option<String>> {
    match policy.digest {
        DigestReflection::Never => Some(None),
        DigestReflection::Always => None,
        DigestReflection::IfNotPresent => last
            .map(|last| &last.selection)
            .filter(|s| s.image == selection.image && s.tag == selection.tag)
            .and_then(|s| s.digest.clone())
            .map(Some),
    }
}

fn next_state(
    policy: &ImagePolicy,
    repository: &ImageRepository,
    last: Option<&PolicyState>,
    selection: &Selection,
    now: u64,
) -> PolicyState {
    let same = last.filter(|last| last.selection == *selection);
    PolicyState {
        selection: selection.clone(),
        previous: match same {
            Some(last) => last.previous.clone(),
            None => last.map(|last| last.selection.reference()),
        },
        selected_at: same.map_or(now, |last| last.selected_at),
        fingerprint: fingerprint(policy, &repository.image.to_string()),
    }
}

/// What a selection depends on besides the tags.
fn fingerprint(policy: &ImagePolicy, image: &str) -> String {
    format!("{image} {:?} {:?} {:?}", policy.filter, policy.policy, policy.digest)
}

fn held(last: Option<PolicyState>, because: Option<Failed>, policy: &ImagePolicy) -> Decision {
    match (last, because) {
        (Some(last), because) => Decision::Held { selection: last.selection, because },
        (None, Some(failed)) => Decision::NotReady(failed),
        (None, None) => Decision::NotReady(Failed::new(
            Reason::NoTagSelected,
            Retry::OnChange,
            format!("ImagePolicy {} is suspended and never selected a tag", policy.name),
        )),
    }
}
