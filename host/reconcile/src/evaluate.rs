//! One question to filter and policy: which of these tags, and why.

use std::{collections::BTreeMap, sync::Arc};

use tagwarden_core::{
    selection::{Explained, Verdict},
    spec::PluginCall,
    tags::{Candidates, TagSet},
};

use crate::ports::{Choice, Context, EvaluationError, Filtered, Plugins, Rejection};

/// What filter and policy answered.
#[derive(Debug)]
pub struct Evaluated {
    candidates: Candidates,
    filtered: Filtered,
    choice: Choice,
}

/// Runs the filter, if there is one, and the policy on what it keeps.
pub async fn evaluate(
    plugins: &dyn Plugins,
    filter: Option<&PluginCall>,
    policy: &PluginCall,
    tags: &Arc<TagSet>,
    context: &Context,
) -> Result<Evaluated, EvaluationError> {
    let (candidates, filtered) = match filter {
        None => (Candidates::all(tags.clone()), Filtered::default()),
        Some(call) => {
            let mut filtered = plugins.filter(call, tags, context).await?;
            let kept = std::mem::take(&mut filtered.kept);
            let keys = filtered.keys.take();
            (Candidates::kept(tags.clone(), kept, keys), filtered)
        }
    };
    let choice = match candidates.is_empty() {
        true => Choice::default(),
        false => plugins.select(policy, &candidates, context).await?,
    };
    Ok(Evaluated { candidates, filtered, choice })
}

impl Evaluated {
    /// What the policy had to choose from.
    #[must_use]
    pub fn candidates(&self) -> &Candidates {
        &self.candidates
    }

    /// The selected tag and its key.
    #[must_use]
    pub fn winner(&self) -> Option<(&str, &str)> {
        let index = self.choice.chosen? as usize;
        Some((self.candidates.tag(index)?, self.candidates.keys().get(index)?))
    }

    /// Why there is no winner; `without_tags` says so of a question without tags.
    #[must_use]
    pub fn why_none(&self, without_tags: &str) -> String {
        match (self.candidates.tags().len(), self.candidates.len()) {
            (0, _) => without_tags.to_owned(),
            (all, 0) => format!("none of {all} tags passes the filter"),
            (all, left) => format!("the policy accepts none of {left} candidates ({all} tags)"),
        }
    }

    /// What became of each tag, in byte order.
    #[must_use]
    pub fn explained(&self) -> Vec<Explained> {
        let Self { candidates, filtered, choice } = self;
        let places: BTreeMap<usize, usize> =
            (0..candidates.len()).filter_map(|i| Some((candidates.tag_index(i)?, i))).collect();
        let dropped = by_index(&filtered.rejected);
        let rejected = by_index(&choice.rejected);
        let line = |(index, tag): (usize, &str)| {
            let place = places.get(&index);
            let verdict = match place {
                None => Verdict::Filtered {
                    reason: dropped.get(&index).map(|reason| (*reason).to_owned()),
                },
                Some(place) if choice.chosen == u32::try_from(*place).ok() => Verdict::Selected,
                Some(place) => match rejected.get(place) {
                    None => Verdict::Outranked,
                    Some(reason) => Verdict::Rejected { reason: (*reason).to_owned() },
                },
            };
            let key = place.and_then(|place| candidates.keys().get(*place));
            Explained { tag: tag.to_owned(), key: key.map(ToOwned::to_owned), verdict }
        };
        candidates.tags().iter().enumerate().map(line).collect()
    }
}

fn by_index(rejections: &[Rejection]) -> BTreeMap<usize, &str> {
    rejections.iter().map(|r| (r.index as usize, r.reason.as_str())).collect()
}
