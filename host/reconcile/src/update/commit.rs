//! The commit of a batch: each member's edits, one message, one push.

use std::sync::Arc;

use tagwarden_core::spec::ImageUpdateAutomation;

use super::{
    Batch, Destination, Done, Ledger, Opened, Scope, Stop,
    attempt::{Files, edited, noticed},
    blocking_or,
    edits::{self, Edits, Wanted},
    past, plan,
};
use crate::{
    Failed, Mode, Reconciler, Request,
    outcome::{Proposal, Update},
    ports::{Commit, CommitRequest, MessageInput, Pushed, Snapshot},
};

/// A member's part of the commit.
pub(super) struct Draft {
    edits: Edits,
    message: String,
}

impl Reconciler {
    /// Each member's edits on top of those before it. One's failure is its own.
    pub(super) async fn drafts(
        &self,
        batch: &Batch<'_>,
        mut snapshot: Box<dyn Snapshot>,
        scope: Scope<'_>,
        ledgers: &mut [Ledger],
    ) -> Result<(Box<dyn Snapshot>, Files, Vec<Result<Draft, Failed>>), Stop> {
        let mut files = Arc::new(Files::new());
        let mut drafts = Vec::with_capacity(batch.members.len());
        for (member, ledger) in batch.members.iter().zip(ledgers) {
            let wanted = Wanted::of(member, scope.inventory, scope.policies);
            let wanted = Arc::new(wanted.but(ledger.refusals()));
            let (back, edits) = edited(member, snapshot, &wanted, &files).await?;
            snapshot = match &edits {
                Ok(edits) => past::recall(member, back, edits, ledger).await?,
                Err(_) => back,
            };
            let draft = match edits {
                Ok(edits) => self.draft(member, noticed(edits, &wanted, ledger), &wanted).await,
                Err(failed) => Err(failed),
            };
            if let Ok(draft) = &draft {
                let after = draft.edits.files.iter().map(|f| (f.path.clone(), f.after.clone()));
                Arc::make_mut(&mut files).extend(after);
            }
            drafts.push(draft);
        }
        Ok((snapshot, Arc::unwrap_or_clone(files), drafts))
    }

    async fn draft(
        &self,
        automation: &ImageUpdateAutomation,
        edits: Edits,
        wanted: &Wanted,
    ) -> Result<Draft, Failed> {
        if edits.files.is_empty() {
            return Ok(Draft { edits, message: String::new() });
        }
        let input = MessageInput {
            automation: automation.name.clone(),
            values: automation.values.clone(),
            changes: edits.changes.clone(),
            images: wanted.images(),
        };
        let message = self.plugins.message(&automation.message, &input).await?;
        Ok(Draft { edits, message })
    }

    /// Makes the one commit of all drafts, unless nothing changes or nothing may.
    #[expect(clippy::too_many_arguments, reason = "one place gathers what a commit hangs on")]
    pub(super) async fn committed(
        &self,
        batch: &Batch<'_>,
        opened: &Opened,
        snapshot: Box<dyn Snapshot>,
        files: Files,
        drafts: Vec<Result<Draft, Failed>>,
        request: &Request,
        ledgers: &mut [Ledger],
    ) -> Result<Vec<Done>, Stop> {
        let message = joined(&drafts);
        let lands = opened.destination.branch.as_deref() == snapshot.branch();
        let pushed = match files.is_empty() || request.mode == Mode::Plan {
            true => None,
            false => {
                let last = self.store.automation(&batch.lead().name).map_err(Failed::from)?;
                let commit = CommitRequest {
                    last: last.and_then(|state| state.last_push_commit),
                    ..commit_request(batch.lead(), opened, files, &message, request.now)
                };
                Some(push(snapshot, commit).await?)
            }
        };
        if pushed.is_some() {
            for (ledger, draft) in ledgers.iter_mut().zip(&drafts) {
                let changes = draft.iter().flat_map(|draft| &draft.edits.changes);
                ledger.wrote(changes, lands);
            }
        }
        let done = |(automation, draft)| match draft {
            Ok(draft) => finished(automation, opened, draft, &message, pushed.as_ref()),
            Err(failed) => (Update::Failed(failed), Edits::default()),
        };
        Ok(batch.members.iter().copied().zip(drafts).map(done).collect())
    }
}

/// The messages of all who change something, each once.
fn joined(drafts: &[Result<Draft, Failed>]) -> String {
    let mut messages: Vec<&str> = Vec::new();
    for draft in drafts.iter().flatten().filter(|draft| !draft.edits.files.is_empty()) {
        if !messages.contains(&draft.message.as_str()) {
            messages.push(&draft.message);
        }
    }
    match messages[..] {
        [only] => only.to_owned(),
        _ => messages.iter().map(|m| m.trim_end()).collect::<Vec<_>>().join("\n\n"),
    }
}

fn finished(
    automation: &ImageUpdateAutomation,
    opened: &Opened,
    draft: Draft,
    message: &str,
    pushed: Option<&(Commit, Pushed)>,
) -> Done {
    let edits = draft.edits;
    if edits.files.is_empty() {
        return (Update::UpToDate { commit: opened.commit.clone() }, edits);
    }
    let mut proposal = Proposal {
        base: opened.commit.clone(),
        commit: None,
        destination: opened.destination.to_string(),
        message: message.to_owned(),
        author: plan::signature(&automation.author),
        signer: opened.signer.clone(),
        changes: edits.changes.iter().cloned().collect(),
        files: edits.files.clone(),
    };
    let update = match pushed {
        None => Update::Planned(proposal),
        Some((commit, Pushed::Updated)) => {
            tracing::info!(git.branch = %proposal.destination, "pushed {}", commit.id);
            proposal.commit = Some(commit.id.clone());
            Update::Pushed(proposal)
        }
        Some((_, Pushed::AlreadyThere { commit })) => {
            proposal.commit = Some(commit.clone());
            Update::AlreadyPushed(proposal)
        }
    };
    (update, edits)
}

async fn push(
    snapshot: Box<dyn Snapshot>,
    request: CommitRequest,
) -> Result<(Commit, Pushed), Stop> {
    blocking_or(move || {
        let commit = snapshot.write(&request)?;
        let pushed = snapshot.push(&commit, &request)?;
        Ok((commit, pushed))
    })
    .await
}

fn commit_request(
    automation: &ImageUpdateAutomation,
    opened: &Opened,
    files: Files,
    message: &str,
    now: u64,
) -> CommitRequest {
    let Destination { branch, refspec } = opened.destination.clone();
    CommitRequest {
        writes: files.into_iter().map(|(path, bytes)| edits::write(path, bytes)).collect(),
        author: automation.author.clone(),
        message: message.to_owned(),
        time: i64::try_from(now).unwrap_or(i64::MAX),
        branch,
        refspec,
        last: None,
        options: automation.push.options.clone(),
        signing: opened.signing.clone(),
    }
}
