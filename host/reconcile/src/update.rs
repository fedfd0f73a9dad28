//! From selections to pushed commits.

mod attempt;
mod batch;
mod commit;
mod edits;
mod past;
mod plan;
mod remotes;
mod requests;
mod state;
mod taken_back;

use std::time::Duration;

use tagwarden_core::spec::{ImageUpdateAutomation, Inventory};
use tracing::Instrument;

use crate::{
    Failed, PolicyOutcome, Reason, Reconciler, Request, Retry,
    outcome::{AutomationOutcome, Update},
    ports::{GitError, GitErrorKind},
    progress::Event,
};
use batch::Batch;
use edits::Edits;
use plan::Destination;
use remotes::{Opened, Remotes};
use taken_back::Ledger;

/// How often edits are computed again when somebody else pushed first.
const ATTEMPTS: u32 = 12;
/// The pause after a first lost race; it doubles up to the longest.
const FIRST_PAUSE: Duration = Duration::from_millis(20);
const LONGEST_PAUSE: Duration = Duration::from_secs(2);

/// What all updates of a pass have in common.
#[derive(Clone, Copy)]
pub(crate) struct Scope<'a> {
    pub inventory: &'a Inventory,
    pub policies: &'a [PolicyOutcome],
    pub request: &'a Request,
}

/// What one automation came to.
type Done = (Update, Edits);

/// Why an attempt did not come to its end.
pub(crate) enum Stop {
    /// Somebody pushed first, or the mirror was damaged: open again.
    Again(Failed),
    /// Trying again at once would not help.
    Failed(Failed),
}

impl From<Failed> for Stop {
    fn from(failed: Failed) -> Self {
        Self::Failed(failed)
    }
}

impl From<GitError> for Stop {
    fn from(error: GitError) -> Self {
        match error.kind {
            GitErrorKind::Rejected | GitErrorKind::Damaged => Self::Again(error.into()),
            _ => Self::Failed(error.into()),
        }
    }
}

impl Reconciler {
    /// Runs automations, one batch after another: those of one repository and
    /// branch build on each other's commits. Outcomes are in the same order.
    pub(crate) async fn update_all(
        &self,
        due: &[&ImageUpdateAutomation],
        scope: Scope<'_>,
    ) -> Vec<AutomationOutcome> {
        let mut remotes = Remotes::default();
        let mut outcomes: Vec<Option<AutomationOutcome>> = due.iter().map(|_| None).collect();
        for batch in batch::of(due) {
            let done = self.update(&batch, &mut remotes, scope).await;
            for (member, outcome) in batch.places.iter().zip(done) {
                outcomes[*member] = Some(outcome);
            }
        }
        outcomes.into_iter().flatten().collect()
    }

    async fn update(
        &self,
        batch: &Batch<'_>,
        remotes: &mut Remotes,
        scope: Scope<'_>,
    ) -> Vec<AutomationOutcome> {
        let lead = batch.lead();
        let span = tracing::info_span!(
            "update",
            resource.kind = "ImageUpdateAutomation",
            resource.name = %lead.name,
        );
        let done = match lead.suspend {
            true => Ok(vec![(Update::Suspended, Edits::default())]),
            false => self.updated(batch, remotes, scope).instrument(span).await,
        };
        let done = done.unwrap_or_else(|failed| {
            let failed = || (Update::Failed(failed.clone()), Edits::default());
            batch.members.iter().map(|_| failed()).collect()
        });
        batch.members.iter().zip(done).map(|(member, done)| outcome(member, done)).collect()
    }

    async fn updated(
        &self,
        batch: &Batch<'_>,
        remotes: &mut Remotes,
        scope: Scope<'_>,
    ) -> Result<Vec<Done>, Failed> {
        let lead = batch.lead();
        self.reporter.event(&Event::Updating { name: &lead.name });
        let remote = remotes.of(lead, scope.inventory, self.git.as_ref())?;
        let mut ledgers = self.ledgers(batch, scope.request)?;
        let mut earlier = Vec::new();
        for attempt in 1..=ATTEMPTS {
            let result = self.attempt(batch, &remote, scope, &mut ledgers).await;
            // What was noticed and done until then stands, however it ended.
            for (ledger, member) in ledgers.iter_mut().zip(&batch.members) {
                ledger.keep(self.store.as_ref(), &member.name, scope.request.mode)?;
            }
            let is_last = attempt == ATTEMPTS;
            match result {
                Ok(mut attempt) => {
                    requests::carry(&mut earlier, &mut attempt.done);
                    if is_last || !attempt.is_outrun {
                        self.remember(batch, &attempt.opened, &attempt.done, scope.request);
                        return Ok(attempt.done);
                    }
                }
                Err(Stop::Again(_)) if !is_last => {}
                Err(Stop::Again(failed) | Stop::Failed(failed)) => return Err(failed),
            }
            remote.forget();
            let name = &lead.name;
            self.reporter.event(&Event::Recomputing { name, attempt: attempt + 1 });
            tokio::time::sleep(pause(attempt)).await;
        }
        Err(Failed::new(Reason::GitFailed, Retry::BackOff, "no attempt was made"))
    }

    fn ledgers(&self, batch: &Batch<'_>, request: &Request) -> Result<Vec<Ledger>, Failed> {
        let open = |member: &&ImageUpdateAutomation| {
            Ledger::open(self.store.as_ref(), member, request.now)
        };
        batch.members.iter().map(open).collect()
    }
}

fn outcome(automation: &ImageUpdateAutomation, (update, edits): Done) -> AutomationOutcome {
    if let Update::Failed(failed) = &update {
        tracing::warn!(
            resource.name = %automation.name,
            reason = ?failed.reason,
            "update failed: {}",
            failed.message
        );
    }
    AutomationOutcome {
        name: automation.name.clone(),
        update,
        markers: edits.markers,
        skipped: edits.skipped,
    }
}

/// Runs work that blocks on disk or network off the async threads.
pub(crate) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Failed> + Send + 'static,
) -> Result<T, Failed> {
    blocking_or(work).await
}

/// The same for work that fails in another way too.
async fn blocking_or<T: Send + 'static, E: From<Failed> + Send + 'static>(
    work: impl FnOnce() -> Result<T, E> + Send + 'static,
) -> Result<T, E> {
    let span = tracing::Span::current();
    let done = tokio::task::spawn_blocking(move || span.in_scope(work)).await;
    done.unwrap_or_else(|error| {
        let message = format!("the work was cut short: {error}");
        Err(Failed::new(Reason::GitFailed, Retry::BackOff, message).into())
    })
}

/// A pause that grows with the attempt, and of which half is left to chance:
/// two that raced once do not race in step.
fn pause(attempt: u32) -> Duration {
    let longest = FIRST_PAUSE.saturating_mul(1 << attempt.min(16)).min(LONGEST_PAUSE);
    longest.mul_f64(fastrand::f64().mul_add(0.5, 0.5))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_and_are_bounded() {
        for attempt in 0..100 {
            let longest = FIRST_PAUSE.saturating_mul(1 << attempt.min(10)).min(LONGEST_PAUSE);
            let pause = pause(attempt);
            assert!(pause <= longest.max(LONGEST_PAUSE) && pause >= longest / 2, "{attempt}");
        }
    }
}
