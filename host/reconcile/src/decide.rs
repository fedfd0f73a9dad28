//! From tags to the selected one.

mod digest;

use std::sync::Arc;

use tagwarden_core::{
    selection::Selection,
    spec::{ImagePolicy, ImageRepository, Inventory},
    tags::TagSet,
};
use tracing::Instrument;

use crate::{
    Decision, Failed, Mode, PolicyOutcome, Reason, Reconciler, Request, Retry,
    evaluate::Evaluated,
    guard::Evaluation,
    ports::{Context, PolicyState},
    scan::{Known, Tags},
    verify,
};

impl Reconciler {
    /// Decides one policy; whatever goes wrong, its last good selection stands.
    pub(crate) async fn decide(
        &self,
        policy: &ImagePolicy,
        repository: Option<&ImageRepository>,
        inventory: &Inventory,
        tags: &mut Tags,
        request: &Request,
    ) -> PolicyOutcome {
        let span = tracing::info_span!(
            "decide",
            resource.kind = "ImagePolicy",
            resource.name = %policy.name,
            policy.plugin = %policy.policy.plugin,
        );
        let decision = self.decision(policy, repository, inventory, tags, request);
        PolicyOutcome { name: policy.name.clone(), decision: decision.instrument(span).await }
    }

    async fn decision(
        &self,
        policy: &ImagePolicy,
        repository: Option<&ImageRepository>,
        inventory: &Inventory,
        tags: &mut Tags,
        request: &Request,
    ) -> Decision {
        let last = match self.store.policy(&policy.name) {
            Ok(last) => last,
            Err(error) => return Decision::NotReady(error.into()),
        };
        if policy.suspend {
            return held(last, None, policy);
        }
        let repository = match admitted(policy, repository, inventory) {
            Ok(repository) => repository,
            Err(failed) => return held(None, Some(failed), policy),
        };
        let wanted = fingerprint(policy, repository, inventory);
        let standing = last.as_ref().filter(|last| last.fingerprint == wanted);
        if let (Some(standing), false) = (standing, is_due(policy, tags, request)) {
            return Decision::NotDue { selection: standing.selection.clone() };
        }
        let question = Question { policy, repository, inventory, last: last.as_ref(), request };
        match self.selected(&question, tags).await {
            Ok(decision) => decision,
            Err(failed) => {
                tracing::warn!(reason = ?failed.reason, "policy not decided: {}", failed.message);
                held(standing.cloned(), Some(failed), policy)
            }
        }
    }

    async fn selected(&self, asked: &Question<'_>, tags: &mut Tags) -> Result<Decision, Failed> {
        let Question { policy, repository, inventory, last, request } = *asked;
        let Known { tags, images } = self.tags_of(repository, inventory, request, tags).await?;
        let context = Context {
            image: repository.image.to_string(),
            current: last.map(|last| last.selection.tag.clone()),
            now: request.now,
            explain: false,
            metadata: Some(images),
        };
        let evaluated = self.evaluated(policy, &tags, &context, last).await?;
        let mut selection = chosen(policy, repository, &evaluated)?;
        let digest_at = self.pin(asked, &mut selection).await?;
        self.verified(asked, &selection).await?;
        let mut state = next_state(asked, &selection, digest_at);
        state.guarded = evaluated.stopped().to_vec();
        if request.mode == Mode::Write && Some(&state) != last {
            self.store.put_policy(&policy.name, &state)?;
        }
        let reference = selection.reference();
        let before = last.map(|last| last.selection.reference());
        Ok(Decision::Selected {
            changed: before.as_ref() != Some(&reference),
            previous: before.filter(|before| *before != reference),
            moved: digest::moved(last, &selection, request.now),
            selection,
            tags: tags.len(),
            candidates: evaluated.candidates().len(),
            guarded: state.guarded,
        })
    }

    /// Runs filter, policy and guards.
    pub(crate) async fn evaluated(
        &self,
        policy: &ImagePolicy,
        tags: &Arc<TagSet>,
        context: &Context,
        last: Option<&PolicyState>,
    ) -> Result<Evaluated, Failed> {
        let current = last.map(|last| &last.selection);
        let current = current.filter(|selection| selection.image == context.image);
        let plugins = self.plugins.as_ref();
        Evaluation { plugins, policy, tags, context, current }.run().await
    }
}

/// All that one decision depends on besides the tags.
#[derive(Clone, Copy)]
pub(crate) struct Question<'a> {
    pub policy: &'a ImagePolicy,
    pub repository: &'a ImageRepository,
    pub inventory: &'a Inventory,
    pub last: Option<&'a PolicyState>,
    pub request: &'a Request,
}

/// Whether the policy is to be asked: it is due itself, or its repository was
/// looked at in this pass.
fn is_due(policy: &ImagePolicy, tags: &Tags, request: &Request) -> bool {
    request.due.as_ref().is_none_or(|due| due.policies.contains(&policy.name))
        || matches!(tags, Tags::Known(_) | Tags::Unknown(_))
}

/// The repository the policy selects from, if it may.
pub(crate) fn repository_of<'a>(
    policy: &ImagePolicy,
    inventory: &'a Inventory,
) -> Result<&'a ImageRepository, Failed> {
    admitted(policy, inventory.repository(&policy.repository), inventory)
}

fn admitted<'a>(
    policy: &ImagePolicy,
    repository: Option<&'a ImageRepository>,
    inventory: &Inventory,
) -> Result<&'a ImageRepository, Failed> {
    let Some(repository) = repository else {
        let message = format!("ImageRepository {} is not in the manifests", policy.repository);
        return Err(Failed::new(Reason::DependencyNotFound, Retry::OnChange, message)
            .hint("check spec.imageRepositoryRef"));
    };
    let (owner, from) = (repository.name.namespace.as_str(), policy.name.namespace.as_str());
    if owner == from || repository.access.admits(owner, from, &inventory.namespace_labels(from)) {
        return Ok(repository);
    }
    let message = format!("ImageRepository {} does not admit namespace {from}", repository.name);
    Err(Failed::new(Reason::AccessDenied, Retry::OnChange, message)
        .hint("add a matching selector to its spec.accessFrom.namespaceSelectors"))
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

fn next_state(asked: &Question<'_>, selection: &Selection, digest_at: Option<u64>) -> PolicyState {
    let Question { policy, repository, inventory, last, request } = *asked;
    let same = last.filter(|last| last.selection == *selection);
    PolicyState {
        selection: selection.clone(),
        previous: match same {
            Some(last) => last.previous.clone(),
            None => last.map(|last| last.selection.reference()),
        },
        selected_at: same.map_or(request.now, |last| last.selected_at),
        guarded: Vec::new(),
        fingerprint: fingerprint(policy, repository, inventory),
        digest_at,
        moved: digest::moved(last, selection, request.now).or_else(|| {
            let stayed = last.filter(|last| digest::is_same_tag(&last.selection, selection));
            stayed.and_then(|last| last.moved.clone())
        }),
    }
}

/// What a selection depends on besides the tags.
pub(crate) fn fingerprint(
    policy: &ImagePolicy,
    repository: &ImageRepository,
    inventory: &Inventory,
) -> String {
    let image = &repository.image;
    let signatures = verify::fingerprint(policy, repository, inventory);
    format!("{image} {:?} {:?} {:?}{signatures}", policy.filter, policy.policy, policy.digest)
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
