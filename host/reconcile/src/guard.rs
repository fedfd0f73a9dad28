//! What the operator holds a choice against, whatever plugin makes it.
//!
//! A minimum age removes candidates and asks the policy again, so that only
//! those it would choose are looked up. A hold leaves one candidate. A
//! downgrade stops the selection where it is: the present tag stays selected.

use std::{sync::Arc, time::Duration};

use jiff::Timestamp;
use tagwarden_core::{
    selection::{Selection, Stopped},
    spec::{Age, Downgrade, Guard, Hold, ImagePolicy},
    tags::{Candidates, TagSet},
};
use tokio::task;

use crate::{
    Evaluated, Failed, Reason, Retry,
    evaluate::{Winner, choose, evaluate},
    ports::{Choice, Context, Filtered, ImageMetadata, Plugins},
};

/// How many tags a minimum age may pass over: each is asked about at the registry.
const PASSED_OVER: usize = 64;

/// How long one image may be asked about.
const LOOKUP: Duration = Duration::from_secs(30);

/// One policy's evaluation, with what its guards need to know.
pub(crate) struct Evaluation<'a> {
    pub(crate) plugins: &'a dyn Plugins,
    pub(crate) policy: &'a ImagePolicy,
    pub(crate) tags: &'a Arc<TagSet>,
    pub(crate) context: &'a Context,
    /// What is selected now, of this very image.
    pub(crate) current: Option<&'a Selection>,
}

impl Evaluation<'_> {
    /// Filter, policy and guards together.
    pub(crate) async fn run(&self) -> Result<Evaluated, Failed> {
        if let Some(held) = self.held()? {
            return Ok(held);
        }
        let evaluated = evaluate(
            self.plugins,
            self.policy.filter.as_ref(),
            &self.policy.policy,
            self.tags,
            self.context,
        );
        let mut evaluated = evaluated.await?;
        if let Some(minimum) = self.policy.guards.minimum_age {
            self.pass_over_young(&mut evaluated, minimum).await?;
        }
        self.stop_downgrade(&mut evaluated).await?;
        Ok(evaluated)
    }

    /// The tag that is held, while it is; the policy is not asked.
    fn held(&self) -> Result<Option<Evaluated>, Failed> {
        let hold = self.policy.guards.hold.as_ref();
        let Some(hold) = hold.filter(|hold| self.context.now < hold.until) else {
            return Ok(None);
        };
        let Some(winner) = self.tag_to_hold(hold)? else {
            return Ok(None);
        };
        let reason = format!("held at {} until {}", winner.tag, moment(hold.until));
        Ok(Some(Evaluated {
            stopped: vec![Stopped { tag: winner.tag.clone(), guard: Guard::Hold, reason }],
            candidates: Candidates::all(self.tags.clone()),
            filtered: Filtered::default(),
            choice: Choice::default(),
            winner: Some(winner),
        }))
    }

    fn tag_to_hold(&self, hold: &Hold) -> Result<Option<Winner>, Failed> {
        let current = self.current.map(present);
        let Some(tag) = &hold.tag else { return Ok(current) };
        if let Some(current) = current.filter(|current| current.tag == *tag) {
            return Ok(Some(current));
        }
        if self.tags.position(tag).is_some() {
            return Ok(Some(Winner { tag: tag.clone(), key: tag.clone() }));
        }
        let message = format!("the policy is held at {tag}, and the repository has no such tag");
        Err(Failed::new(Reason::NoTagSelected, Retry::OnChange, message)
            .hint("correct spec.guards.hold.tag, or remove the hold"))
    }

    /// Asks the policy again without what is too young, until its choice is old
    /// enough. The present tag is: it was selected before.
    async fn pass_over_young(
        &self,
        evaluated: &mut Evaluated,
        minimum: Duration,
    ) -> Result<(), Failed> {
        let mut left = evaluated.candidates.clone();
        let again = Context { explain: false, ..self.context.clone() };
        while let Some(winner) = evaluated.winner.take() {
            if self.is_current(&winner.tag) {
                evaluated.winner = Some(winner);
                return Ok(());
            }
            let Some(reason) = self.too_young(&winner.tag, minimum).await? else {
                evaluated.winner = Some(winner);
                return Ok(());
            };
            let index = left.position(&winner.tag);
            evaluated.stopped.push(Stopped { tag: winner.tag, guard: Guard::MinimumAge, reason });
            if evaluated.stopped.len() >= PASSED_OVER {
                break;
            }
            left = index.map_or_else(|| left.clone(), |index| left.without(index));
            let choice = choose(self.plugins, &self.policy.policy, &left, &again).await?;
            evaluated.winner = choice.chosen.and_then(|index| Winner::at(&left, index));
        }
        evaluated.winner = self.current.map(present);
        Ok(())
    }

    /// Why the tag is too young, if it is.
    async fn too_young(&self, tag: &str, minimum: Duration) -> Result<Option<String>, Failed> {
        let image = self.image(tag).await?;
        let since = image.and_then(|image| match self.policy.guards.age {
            Age::Created => image.facts.created.filter(|at| *at > 0).or(image.first_seen),
            Age::FirstSeen => image.first_seen,
        });
        let Some(since) = since else {
            return Ok(Some("nobody knows how old it is".into()));
        };
        let old_enough = since.saturating_add(minimum.as_secs());
        Ok((self.context.now < old_enough)
            .then(|| format!("too young until {}", moment(old_enough))))
    }

    async fn image(&self, tag: &str) -> Result<Option<ImageMetadata>, Failed> {
        let unknown = |message: String| {
            Failed::new(Reason::MetadataUnknown, Retry::BackOff, message)
                .hint("spec.guards.minimumAge needs the registry to tell of the image")
        };
        let Some(metadata) = self.context.metadata.clone() else {
            return Err(unknown(format!("how old {tag} is cannot be asked here")));
        };
        let asked = tag.to_owned();
        let found = task::spawn_blocking(move || metadata.image(&asked, LOOKUP)).await;
        let found = found.map_err(|lost| unknown(format!("how old is {tag}: {lost}")))?;
        found.map_err(|error| unknown(format!("how old is {tag}: {error}")))
    }

    /// Leaves the present tag selected where the policy itself ranks it above
    /// its own choice. Whichever plugin it is, it is asked for the better of the two.
    async fn stop_downgrade(&self, evaluated: &mut Evaluated) -> Result<(), Failed> {
        let (Some(current), Some(winner)) = (self.current, &evaluated.winner) else {
            return Ok(());
        };
        let gone = self.tags.position(&current.tag).is_none();
        let asked = match self.policy.guards.downgrade {
            Downgrade::Allowed => false,
            Downgrade::WhenGone => !gone,
            Downgrade::Never => true,
        };
        if !asked || current.tag == winner.tag {
            return Ok(());
        }
        let both = Arc::new(TagSet::new(&[&current.tag, &winner.tag]));
        let again = Context { explain: false, ..self.context.clone() };
        let (filter, policy) = (self.policy.filter.as_ref(), &self.policy.policy);
        let better = evaluate(self.plugins, filter, policy, &both, &again).await?;
        if better.winner.is_none_or(|better| better.tag != current.tag) {
            return Ok(());
        }
        let reason = match gone {
            true => format!("a downgrade from {}, which is no longer among the tags", current.tag),
            false => format!("a downgrade from {}", current.tag),
        };
        let tag = winner.tag.clone();
        evaluated.stopped.push(Stopped { tag, guard: Guard::Downgrade, reason });
        evaluated.winner = Some(present(current));
        Ok(())
    }

    fn is_current(&self, tag: &str) -> bool {
        self.current.is_some_and(|current| current.tag == tag)
    }
}

/// What is selected now.
fn present(selection: &Selection) -> Winner {
    Winner { tag: selection.tag.clone(), key: selection.key.clone() }
}

/// Seconds since 1970-01-01 UTC, as RFC 3339 writes them.
fn moment(seconds: u64) -> String {
    let timestamp = i64::try_from(seconds).ok().and_then(|s| Timestamp::from_second(s).ok());
    timestamp.map_or_else(|| format!("second {seconds}"), |timestamp| timestamp.to_string())
}
