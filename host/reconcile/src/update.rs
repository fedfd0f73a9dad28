//! From selections to a pushed commit.

mod edits;
mod plan;

use std::{sync::Arc, time::Duration};

use tagwarden_core::{
    object::ObjectName,
    spec::{ImageUpdateAutomation, Inventory},
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

/// How often edits are computed again when somebody else pushed first.
const ATTEMPTS: u32 = 8;

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
        let destination = plan::destination(automation, &reference)?;
        let path = plan::folder(&automation.path)?;
        let wanted = Arc::new(Wanted::of(automation, inventory, policies));
        for attempt in 1..=ATTEMPTS {
            let snapshot = self.open(&remote, &reference).await?;
            let opened = (snapshot, path.clone(), wanted.clone());
            match self.attempt(automation, opened, &destination, request).await? {
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

    async fn attempt(
        &self,
        automation: &ImageUpdateAutomation,
        (snapshot, path, wanted): (Box<dyn Snapshot>, String, Arc<Wanted>),
        destination: &Destination,
        request: &Request,
    ) -> Result<Attempt, Failed> {
        let (snapshot, edits) = {
            let wanted = wanted.clone();
            blocking(move || {
                let edits = Edits::compute(snapshot.as_ref(), &path, &wanted)?;
                Ok((snapshot, edits))
            })
            .await?
        };
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
            changes: edits.changes.iter().cloned().collect(),
            files: edits.files.clone(),
        };
        if request.mode == Mode::Plan {
            return Ok(done(Update::Planned(proposal), edits));
        }
        let commit = commit_request(automation, &edits, message, destination, request.now);
        match push(snapshot, commit).await? {
            Ok((commit, Pushed::Updated)) => {
                proposal.commit = Some(commit.id);
                tracing::info!(git.branch = %proposal.destination, "pushed {:?}", proposal.commit);
                Ok(done(Update::Pushed(proposal), edits))
            }
            Ok((_, Pushed::AlreadyThere { commit })) => {
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
