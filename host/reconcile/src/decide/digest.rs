//! The digest to go with a selection.

use std::time::Duration;

use tagwarden_core::{
    selection::Selection,
    spec::{DigestReflection, ImagePolicy},
};

use super::Question;
use crate::{
    Failed, Reconciler, Request,
    ports::{Moved, PolicyState},
    scan::target,
};

impl Reconciler {
    /// Gives the selection its digest where the policy wants one; when it was
    /// looked up. A digest that cannot be had is an error: what was pinned so
    /// far stands.
    pub(super) async fn pin(
        &self,
        asked: &Question<'_>,
        selection: &mut Selection,
    ) -> Result<Option<u64>, Failed> {
        let Question { policy, repository, inventory, last, request } = *asked;
        if policy.digest == DigestReflection::Never {
            return Ok(None);
        }
        if let Some((digest, at)) = standing(policy, last, selection, request) {
            selection.digest = Some(digest.to_owned());
            return Ok(at);
        }
        let target = target(repository, inventory)?;
        selection.digest = Some(self.registry.digest(&target, &selection.tag).await?);
        if let Some(Moved { from, .. }) = moved(last, selection, request.now) {
            let tag = &selection.tag;
            let to = selection.digest.as_deref();
            tracing::warn!(tag, from, to, "the tag points to another image than before");
        }
        Ok(Some(request.now))
    }
}

/// The digest looked up before, where it need not be looked up again, and when that was.
fn standing<'a>(
    policy: &ImagePolicy,
    last: Option<&'a PolicyState>,
    selection: &Selection,
    request: &Request,
) -> Option<(&'a str, Option<u64>)> {
    let last = last.filter(|last| is_same_tag(&last.selection, selection))?;
    let digest = last.selection.digest.as_deref()?;
    let stands = match policy.digest {
        DigestReflection::Never => false,
        DigestReflection::IfNotPresent => true,
        // A pass over everything is asked for to learn what there is now.
        DigestReflection::Always => {
            request.due.is_some()
                && last.digest_at.is_some_and(|at| {
                    let interval = policy.interval.unwrap_or(Duration::ZERO);
                    request.now < at.saturating_add(interval.as_secs())
                })
        }
    };
    stands.then_some((digest, last.digest_at))
}

/// What the selected tag pointed to before, if that was something else.
pub(super) fn moved(last: Option<&PolicyState>, selection: &Selection, now: u64) -> Option<Moved> {
    let last = last.filter(|last| is_same_tag(&last.selection, selection))?;
    match (&last.selection.digest, &selection.digest) {
        (Some(from), Some(to)) if from != to => Some(Moved { from: from.clone(), at: now }),
        _ => None,
    }
}

/// Whether both selected one tag of one image, whatever it points to.
pub(super) fn is_same_tag(one: &Selection, other: &Selection) -> bool {
    one.image == other.image && one.tag == other.tag
}
