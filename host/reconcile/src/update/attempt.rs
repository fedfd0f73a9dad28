//! One attempt: open, edit, word, commit, push.

use std::{collections::BTreeMap, sync::Arc};

use tagwarden_core::spec::{ImageUpdateAutomation, Inventory, PullRequest};

use super::{
    Batch, Destination, Done, Ledger, Opened, Scope, Stop, blocking, blocking_or, edits, plan,
    requests::{self, Base, Case},
};
use crate::{
    Failed, Mode, Reason, Reconciler, Request, Retry,
    outcome::{Proposal, Update},
    ports::{Commit, CommitRequest, FileWrite, MessageInput, Pushed, Remote, Signing, Snapshot},
};
use edits::{Edits, Wanted};

/// The files of a batch as they stand after the members so far.
type Files = BTreeMap<String, Vec<u8>>;

/// A member's part of the commit.
struct Draft {
    edits: Edits,
    message: String,
}

impl Reconciler {
    /// Opens the remote anew and brings it to what the policies selected.
    pub(super) async fn attempt(
        &self,
        batch: &Batch<'_>,
        remote: &Arc<dyn Remote>,
        scope: Scope<'_>,
        ledgers: &mut [Ledger],
    ) -> Result<(Opened, Vec<Done>), Stop> {
        let lead = batch.lead();
        let reference = self.reference(lead, scope.inventory, remote).await?;
        let destination = match &lead.pull_request {
            Some(_) => Destination { branch: None, refspec: None },
            None => plan::destination(lead, &reference)?,
        };
        let (signing, signer) = self.signing(lead, scope.inventory).await?;
        let snapshot = {
            let (remote, reference) = (remote.clone(), reference.clone());
            blocking_or(move || Ok::<_, Stop>(remote.open(&reference)?)).await?
        };
        let commit = snapshot.commit().to_owned();
        let opened = Opened { reference, commit, destination, signing, signer };
        let done = match (&lead.pull_request, &mut *ledgers) {
            (Some(pull), [ledger]) => {
                vec![self.proposed(lead, pull, &opened, snapshot, scope, ledger).await?]
            }
            _ => {
                let (snapshot, files, drafts) =
                    self.drafts(batch, snapshot, scope, ledgers).await?;
                self.committed(batch, &opened, snapshot, files, drafts, scope.request, ledgers)
                    .await?
            }
        };
        Ok((opened, done))
    }

    /// Edits, and sees to the requests for it.
    async fn proposed(
        &self,
        automation: &ImageUpdateAutomation,
        pull: &PullRequest,
        opened: &Opened,
        snapshot: Box<dyn Snapshot>,
        scope: Scope<'_>,
        ledger: &mut Ledger,
    ) -> Result<Done, Stop> {
        let Scope { inventory, policies, request } = scope;
        let remote = plan::remote(automation, inventory)?;
        let repository = requests::repository(automation, pull, inventory, &remote)?;
        let wanted = Arc::new(Wanted::of(automation, inventory, policies).but(ledger.refusals()));
        let none = Arc::new(Files::new());
        let (snapshot, edits) = edited(automation, snapshot, &wanted, &none).await?;
        let edits = noticed(edits?, &wanted, ledger);
        let base = snapshot.branch().map(str::to_owned).ok_or_else(|| {
            let message = format!("{} checks out no branch to merge into", automation.name);
            Failed::new(Reason::InvalidSpecification, Retry::Stalled, message)
                .hint("name one in spec.git.pullRequest.base")
        })?;
        let case = Case {
            automation,
            pull,
            inventory,
            policies,
            request,
            wanted: &wanted,
            base,
            snapshot: Base::new(snapshot),
            repository,
            signing: opened.signing.clone(),
            signer: opened.signer.clone(),
        };
        Ok(self.requested(&case, edits, ledger).await?)
    }

    /// The key that signs, and whose it is. Tried before any work is done.
    async fn signing(
        &self,
        automation: &ImageUpdateAutomation,
        inventory: &Inventory,
    ) -> Result<(Option<Signing>, Option<String>), Failed> {
        let Some(signing) = plan::signing(automation, inventory)? else {
            return Ok((None, None));
        };
        let git = self.git.clone();
        blocking(move || {
            let signer = git.signer(&signing)?;
            Ok((Some(signing), Some(signer)))
        })
        .await
    }

    /// Each member's edits on top of those before it. One's failure is its own.
    async fn drafts(
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
            snapshot = back;
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
    async fn committed(
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
                let commit = commit_request(batch.lead(), opened, files, &message, request.now);
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

/// The edits without what people took back.
fn noticed(edits: Edits, wanted: &Wanted, ledger: &mut Ledger) -> Edits {
    match ledger.notice(&edits) {
        true => edits.without(wanted, &ledger.refusals()),
        false => edits,
    }
}

/// The inner failure is the member's own.
async fn edited(
    automation: &ImageUpdateAutomation,
    snapshot: Box<dyn Snapshot>,
    wanted: &Arc<Wanted>,
    before: &Arc<Files>,
) -> Result<(Box<dyn Snapshot>, Result<Edits, Failed>), Stop> {
    let path = match plan::folder(&automation.path) {
        Ok(path) => path,
        Err(failed) => return Ok((snapshot, Err(failed))),
    };
    let (wanted, before) = (wanted.clone(), before.clone());
    blocking_or(move || match Edits::compute(snapshot.as_ref(), &path, &wanted, &before) {
        Ok(edits) => Ok((snapshot, Ok(edits))),
        Err(Stop::Failed(failed)) => Ok((snapshot, Err(failed))),
        Err(again) => Err(again),
    })
    .await
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
        writes: files.into_iter().map(|(path, bytes)| FileWrite { path, bytes }).collect(),
        author: automation.author.clone(),
        message: message.to_owned(),
        time: i64::try_from(now).unwrap_or(i64::MAX),
        branch,
        refspec,
        options: automation.push.options.clone(),
        signing: opened.signing.clone(),
    }
}
