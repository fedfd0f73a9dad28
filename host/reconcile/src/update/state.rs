//! What is remembered of an automation.

use tagwarden_core::object::ObjectName;

use super::{Batch, Done, Opened};
use crate::{Mode, Reconciler, Request, outcome::Update, ports::AutomationState};

impl Reconciler {
    /// Keeps what each member saw and did.
    pub(super) fn remember(
        &self,
        batch: &Batch<'_>,
        opened: &Opened,
        done: &[Done],
        request: &Request,
    ) {
        if request.mode == Mode::Plan {
            return;
        }
        for (member, (update, _)) in batch.members.iter().zip(done) {
            let kept = self.keep(&member.name, |last| next(last, opened, update, request.now));
            if let Err(error) = kept {
                // The push has been made; forgetting it changes no later one.
                tracing::warn!(resource.name = %member.name, "state not kept: {error}");
            }
        }
    }

    fn keep(
        &self,
        name: &ObjectName,
        next: impl FnOnce(AutomationState) -> AutomationState,
    ) -> Result<(), crate::ports::StoreError> {
        let last = self.store.automation(name)?;
        let state = next(last.clone().unwrap_or_default());
        match last.as_ref() == Some(&state) {
            true => Ok(()),
            false => self.store.put_automation(name, &state),
        }
    }
}

fn next(last: AutomationState, opened: &Opened, update: &Update, now: u64) -> AutomationState {
    let observed_revision = match update {
        Update::Failed(_) => last.observed_revision.clone(),
        _ => opened.revision(),
    };
    match update {
        Update::Pushed(proposal) => AutomationState {
            observed_revision,
            last_push_commit: proposal.commit.clone(),
            last_push_time: Some(now),
            last_push_destination: Some(proposal.destination.clone()),
        },
        _ => AutomationState { observed_revision, ..last },
    }
}
