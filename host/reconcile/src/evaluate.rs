//! One question to filter and policy: which of these tags, and why.

use std::sync::Arc;

use tagwarden_core::{
    selection::Stopped,
    spec::PluginCall,
    tags::{Candidates, TagSet},
};

use crate::ports::{Choice, Context, EvaluationError, Filtered, Plugins};

/// What filter, policy and guards came to.
#[derive(Debug)]
pub struct Evaluated {
    pub(crate) candidates: Candidates,
    pub(crate) filtered: Filtered,
    pub(crate) choice: Choice,
    /// What guards kept from being selected.
    pub(crate) stopped: Vec<Stopped>,
    pub(crate) winner: Option<Winner>,
}

/// A tag and its key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Winner {
    /// The tag.
    pub tag: String,
    /// Its key.
    pub key: String,
}

impl Winner {
    pub(crate) fn at(candidates: &Candidates, index: u32) -> Option<Self> {
        let index = index as usize;
        let (tag, key) = (candidates.tag(index)?, candidates.keys().get(index)?);
        Some(Self { tag: tag.to_owned(), key: key.to_owned() })
    }
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
    let choice = choose(plugins, policy, &candidates, context).await?;
    let winner = choice.chosen.and_then(|index| Winner::at(&candidates, index));
    Ok(Evaluated { candidates, filtered, choice, stopped: Vec::new(), winner })
}

/// The policy's choice; none of none.
pub(crate) async fn choose(
    plugins: &dyn Plugins,
    policy: &PluginCall,
    candidates: &Candidates,
    context: &Context,
) -> Result<Choice, EvaluationError> {
    match candidates.is_empty() {
        true => Ok(Choice::default()),
        false => plugins.select(policy, candidates, context).await,
    }
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
        self.winner.as_ref().map(|winner| (winner.tag.as_str(), winner.key.as_str()))
    }

    /// What guards kept from being selected, best first.
    #[must_use]
    pub fn stopped(&self) -> &[Stopped] {
        &self.stopped
    }

    /// Why there is no winner; `without_tags` says so of a question without tags.
    #[must_use]
    pub fn why_none(&self, without_tags: &str) -> String {
        if let [best, others @ ..] = self.stopped.as_slice() {
            let more = match others.len() {
                0 => String::new(),
                others => format!(", nor {others} more"),
            };
            return format!("{} may not be selected: {}{more}", best.tag, best.reason);
        }
        match (self.candidates.tags().len(), self.candidates.len()) {
            (0, _) => without_tags.to_owned(),
            (all, 0) => format!("none of {all} tags passes the filter"),
            (all, left) => format!("the policy accepts none of {left} candidates ({all} tags)"),
        }
    }
}
