//! What became of each tag.

use std::collections::BTreeMap;

use tagwarden_core::{
    selection::{Explained, Stopped, Verdict},
    spec::{Guard, PluginCall},
};

use crate::{
    Evaluated,
    evaluate::{Winner, choose},
    ports::{Context, EvaluationError, Plugins, Rejection},
};

impl Evaluated {
    /// The tag that would be selected if the selected one were not there, and
    /// no guard: the policy is asked once more.
    pub async fn runner_up(
        &self,
        plugins: &dyn Plugins,
        policy: &PluginCall,
        context: &Context,
    ) -> Result<Option<String>, EvaluationError> {
        let mut left = self.candidates.clone();
        let stopped = self.stopped.iter().map(|stopped| &stopped.tag);
        for tag in self.winner.iter().map(|winner| &winner.tag).chain(stopped) {
            if let Some(index) = left.position(tag) {
                left = left.without(index);
            }
        }
        if self.winner.is_none() {
            return Ok(None);
        }
        let context = Context { explain: false, ..context.clone() };
        let choice = choose(plugins, policy, &left, &context).await?;
        let second = choice.chosen.and_then(|index| Winner::at(&left, index));
        Ok(second.map(|second| second.tag))
    }

    /// What became of each tag, in byte order.
    #[must_use]
    pub fn explained(&self, runner_up: Option<&str>) -> Vec<Explained> {
        let reasons = Reasons::of(self);
        let verdict = |index: usize, tag: &str| {
            let place = self.candidates.position(tag);
            if self.winner.as_ref().is_some_and(|winner| winner.tag == tag) {
                return Verdict::Selected;
            }
            if let Some(Stopped { guard, reason, .. }) = self.guarded(tag) {
                return Verdict::Guarded { guard: *guard, reason: reason.clone() };
            }
            match place {
                None => Verdict::Filtered { reason: reasons.filtered(index) },
                Some(place) => reasons.rejected(place).unwrap_or(match runner_up == Some(tag) {
                    true => Verdict::RunnerUp,
                    false => Verdict::Outranked,
                }),
            }
        };
        let tags = self.candidates.tags().iter().enumerate();
        tags.map(|(index, tag)| Explained {
            tag: tag.to_owned(),
            key: self
                .candidates
                .position(tag)
                .and_then(|place| self.candidates.keys().get(place))
                .map(ToOwned::to_owned),
            verdict: verdict(index, tag),
        })
        .collect()
    }
}

impl Evaluated {
    /// What kept the tag from being selected: a hold keeps them all.
    fn guarded(&self, tag: &str) -> Option<&Stopped> {
        self.stopped.iter().find(|stopped| stopped.guard == Guard::Hold || stopped.tag == tag)
    }
}

/// The plugins' reasons by index.
struct Reasons<'a> {
    filter: BTreeMap<usize, &'a str>,
    policy: BTreeMap<usize, &'a str>,
}

impl<'a> Reasons<'a> {
    fn of(evaluated: &'a Evaluated) -> Self {
        Self {
            filter: by_index(&evaluated.filtered.rejected),
            policy: by_index(&evaluated.choice.rejected),
        }
    }

    fn filtered(&self, index: usize) -> Option<String> {
        self.filter.get(&index).map(|reason| (*reason).to_owned())
    }

    fn rejected(&self, place: usize) -> Option<Verdict> {
        let reason = (*self.policy.get(&place)?).to_owned();
        Some(Verdict::Rejected { reason })
    }
}

fn by_index(rejections: &[Rejection]) -> BTreeMap<usize, &str> {
    rejections.iter().map(|r| (r.index as usize, r.reason.as_str())).collect()
}
