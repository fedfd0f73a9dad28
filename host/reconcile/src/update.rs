//! From selections to a pushed commit.

mod edits;
mod plan;
mod requests;
mod taken_back;

use std::{sync::Arc, time::Duration};

use tagwarden_core::{
    object::ObjectName,
    spec::{ImageUpdateAutomation, Inventory, PullRequest},
};
use tracing::Instrument;

use crate::{
    Failed, Mode, PolicyOutcome, Reason, Reconciler, Request, Retry,
    outcome::{AutomationOutcome, Proposal, Update},
    ports::{
        Commit, CommitRequest, FileWrite, GitErrorKind, GitRemote, MessageInput, Pushed, Snapshot,
    },
    progress::Event,
};
use edits::{Edits, Wanted};
use plan::Destination;
use requests::{Base, Case};
use taken_back::Ledger;

/// How often edits are computed again when somebody else pushed first.
const ATTEMPTS: u32 = 8;

/// What an update is about.
#[derive(Clone, Copy)]
struct Scope<'a> {
    automation: &'a ImageUpdateAutomation,
    inventory: &'a Inventory,
    policies: &'a [PolicyOutcome],
    request: &'a Request,
}

/// A snapshot, the folder to edit in it, and what is wanted there.
type Opened = (Box<dyn Snapshot>, String, Arc<Wanted>);

/// What one attempt came to.
enum Attempt {
    Done(Box<(Update, Edits)>),
    /// Somebody pushed first.
    Outrun(Failed),
}

fn done(update: Update, edits: Edits) -> Attempt {
    Attempt::Done(Box::new((update, edits)))
}

impl Reconciler {
    /// Runs one automation: open, edit, word, commit, push.
    pub(crate) async fn update(
        &self,
        automation: &ImageUpdateAutomation,
        inventory: &Inventory,
        policies: &[PolicyOutcome],
        request: &Request,
    ) -> AutomationOutcome {
        let span = tracing::info_span!(
            "update",
            resource.kind = "ImageUpdateAutomation",
            resource.name = %automation.name,
        );
        let result = match automation.suspend {
            true => Ok((Update::Suspended, Edits::default())),
            false => self.updated(automation, inventory, policies, request).instrument(span).await,
        };
        let (update, edits) = result.unwrap_or_else(|failed| {
            tracing::warn!(reason = ?failed.reason, "update failed: {}", failed.message);
            (Update::Failed(failed), Edits::default())
        });
        AutomationOutcome {
            name: automation.name.clone(),
            update,
            markers: edits.markers,
            skipped: edits.skipped,
        }
    }

    async fn updated(
        &self,
        automation: &ImageUpdateAutomation,
        inventory: &Inventory,
        policies: &[PolicyOutcome],
        request: &Request,
    ) -> Result<(Update, Edits), Failed> {
        self.reporter.event(&Event::Updating { name: &automation.name });
        let remote = plan::remote(automation, inventory)?;
        let reference = self.reference(automation, inventory, &remote).await?;
        let path = plan::folder(&automation.path)?;
        let mut ledger = Ledger::open(self.store.as_ref(), automation, request.now)?;
        let wanted = Wanted::of(automation, inventory, policies).but(ledger.refusals());
        let wanted = Arc::new(wanted);
        let scope = Scope { automation, inventory, policies, request };
        for attempt in 1..=ATTEMPTS {
            let snapshot = self.open(&remote, &reference).await?;
            let opened = (snapshot, path.clone(), wanted.clone());
            let outcome = match &automation.pull_request {
                None => {
                    let destination = plan::destination(automation, &reference)?;
                    self.attempt(automation, opened, &destination, request, &mut ledger).await
                }
                Some(pull) => self.request(scope, pull, &remote, opened, &mut ledger).await,
            };
            // What was noticed and done until then stands, however it ended.
            ledger.keep(self.store.as_ref(), &automation.name, request.mode)?;
            match outcome? {
                Attempt::Done(done) => return Ok(*done),
                Attempt::Outrun(failed) if attempt == ATTEMPTS => return Err(failed),
                Attempt::Outrun(_) => {
                    let name = &automation.name;
                    self.reporter.event(&Event::Recomputing { name, attempt: attempt + 1 });
                    tokio::time::sleep(pause(attempt, &automation.name)).await;
                }
            }
        }
        Err(Failed::new(Reason::GitFailed, Retry::BackOff, "no attempt was made"))
    }

    /// Edits, and sees to the requests for it.
    async fn request(
        &self,
        scope: Scope<'_>,
        pull: &PullRequest,
        remote: &GitRemote,
        opened: Opened,
        ledger: &mut Ledger,
    ) -> Result<Attempt, Failed> {
        let Scope { automation, inventory, policies, request } = scope;
        let repository = requests::repository(automation, pull, inventory, remote)?;
        let (snapshot, edits, wanted) = edited(opened, ledger).await?;
        let base = snapshot.branch().map(str::to_owned).ok_or_else(|| {
            let message = format!("{} checks out no branch to merge into", automation.name);
            Failed::new(Reason::InvalidSpecification, Retry::Stalled, message)
                .hint("name one in spec.git.pullRequest.base")
        })?;
        let snapshot = Base::new(snapshot);
        let wanted = wanted.as_ref();
        let case = Case {
            automation,
            pull,
            inventory,
            policies,
            request,
            wanted,
            base,
            snapshot,
            repository,
        };
        let (update, edits) = self.requested(&case, edits, ledger).await?;
        Ok(done(update, edits))
    }

    async fn attempt(
        &self,
        automation: &ImageUpdateAutomation,
        opened: Opened,
        destination: &Destination,
        request: &Request,
        ledger: &mut Ledger,
    ) -> Result<Attempt, Failed> {
        let (snapshot, edits, wanted) = edited(opened, ledger).await?;
        let lands = destination.branch.as_deref() == snapshot.branch();
        let base = snapshot.commit().to_owned();
        if edits.files.is_empty() {
            return Ok(done(Update::UpToDate { commit: base }, edits));
        }
        let message = self.worded(automation, &edits, &wanted).await?;
        let mut proposal = Proposal {
            base,
            commit: None,
            destination: destination.to_string(),
            message: message.clone(),
            author: plan::signature(&automation.author),
            signer: plan::signer(automation),
            changes: edits.changes.iter().cloned().collect(),
            files: edits.files.clone(),
        };
        if request.mode == Mode::Plan {
            return Ok(done(Update::Planned(proposal), edits));
        }
        let commit = commit_request(automation, &edits, message, destination, request.now);
        match push(snapshot, commit).await? {
            Ok((commit, Pushed::Updated)) => {
                ledger.wrote(&edits.changes, lands);
                proposal.commit = Some(commit.id);
                tracing::info!(git.branch = %proposal.destination, "pushed {:?}", proposal.commit);
                Ok(done(Update::Pushed(proposal), edits))
            }
            Ok((_, Pushed::AlreadyThere { commit })) => {
                ledger.wrote(&edits.changes, lands);
                proposal.commit = Some(commit);
                Ok(done(Update::AlreadyPushed(proposal), edits))
            }
            Err(outrun) => Ok(Attempt::Outrun(outrun)),
        }
    }

    async fn worded(
        &self,
        automation: &ImageUpdateAutomation,
        edits: &Edits,
        wanted: &Wanted,
    ) -> Result<String, Failed> {
        let input = MessageInput {
            automation: automation.name.clone(),
            values: automation.values.clone(),
            changes: edits.changes.clone(),
            images: wanted.images(),
        };
        Ok(self.plugins.message(&automation.message, &input).await?)
    }

    async fn open(
        &self,
        remote: &GitRemote,
        reference: &tagwarden_core::spec::GitReference,
    ) -> Result<Box<dyn Snapshot>, Failed> {
        let (git, remote, reference) = (self.git.clone(), remote.clone(), reference.clone());
        blocking(move || Ok(git.open(&remote, &reference)?)).await
    }
}

/// Edits the snapshot, but for what people took back.
async fn edited(
    (snapshot, path, wanted): Opened,
    ledger: &mut Ledger,
) -> Result<(Box<dyn Snapshot>, Edits, Arc<Wanted>), Failed> {
    let wants = wanted.clone();
    let (snapshot, edits) = blocking(move || {
        let edits = Edits::compute(snapshot.as_ref(), &path, &wants)?;
        Ok((snapshot, edits))
    })
    .await?;
    let edits = match ledger.notice(&edits) {
        true => edits.without(&wanted, &ledger.refusals()),
        false => edits,
    };
    Ok((snapshot, edits, wanted))
}

/// Commits and pushes; the inner error says that somebody else pushed first.
async fn push(
    snapshot: Box<dyn Snapshot>,
    request: CommitRequest,
) -> Result<Result<(Commit, Pushed), Failed>, Failed> {
    blocking(move || {
        let commit = snapshot.write(&request)?;
        match snapshot.push(&commit, &request) {
            Ok(pushed) => Ok(Ok((commit, pushed))),
            Err(error) if error.kind == GitErrorKind::Rejected => Ok(Err(error.into())),
            Err(error) => Err(error.into()),
        }
    })
    .await
}

fn commit_request(
    automation: &ImageUpdateAutomation,
    edits: &Edits,
    message: String,
    destination: &Destination,
    now: u64,
) -> CommitRequest {
    let writes = edits
        .files
        .iter()
        .map(|file| FileWrite { path: file.path.clone(), bytes: file.after.clone() });
    CommitRequest {
        writes: writes.collect(),
        author: automation.author.clone(),
        message,
        time: i64::try_from(now).unwrap_or(i64::MAX),
        branch: destination.branch.clone(),
        refspec: destination.refspec.clone(),
        options: automation.push.options.clone(),
    }
}

/// Runs work that blocks on disk or network off the async threads.
pub(crate) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Failed> + Send + 'static,
) -> Result<T, Failed> {
    let span = tracing::Span::current();
    let done = tokio::task::spawn_blocking(move || span.in_scope(work)).await;
    done.unwrap_or_else(|error| {
        let message = format!("the work was cut short: {error}");
        Err(Failed::new(Reason::GitFailed, Retry::BackOff, message))
    })
}

/// A pause that grows with the attempt and differs between automations, so
/// that two that raced once do not race in step.
fn pause(attempt: u32, name: &ObjectName) -> Duration {
    let spread = name
        .to_string()
        .bytes()
        .fold(attempt, |hash, byte| hash.wrapping_mul(31).wrapping_add(u32::from(byte)));
    Duration::from_millis(u64::from(25 * attempt * attempt + spread % 50))
}
