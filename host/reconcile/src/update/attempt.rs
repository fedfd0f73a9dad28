//! One attempt: open, edit, and hand over to who commits or who asks.

use std::{collections::BTreeMap, sync::Arc};

use tagwarden_core::spec::{ImageUpdateAutomation, Inventory, PullRequest};

use super::{
    Batch, Destination, Done, Ledger, Opened, Scope, Stop, blocking, blocking_or,
    edits::{Edits, Wanted},
    plan,
    requests::{self, Base, Case},
};
use crate::{
    Failed, Reason, Reconciler, Retry,
    ports::{Remote, Signing, Snapshot},
};

/// The files of a batch as they stand after the members so far.
pub(super) type Files = BTreeMap<String, Vec<u8>>;

/// What an attempt came to.
pub(super) struct Attempt {
    pub opened: Opened,
    pub done: Vec<Done>,
    /// Whether somebody else moved a request's branch meanwhile: it alone was
    /// not seen to.
    pub is_outrun: bool,
}

impl Reconciler {
    /// Opens the remote anew and brings it to what the policies selected.
    pub(super) async fn attempt(
        &self,
        batch: &Batch<'_>,
        remote: &Arc<dyn Remote>,
        scope: Scope<'_>,
        ledgers: &mut [Ledger],
    ) -> Result<Attempt, Stop> {
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
        let (done, is_outrun) = match (&lead.pull_request, &mut *ledgers) {
            (Some(pull), [ledger]) => {
                let proposed = self.proposed(lead, pull, &opened, snapshot, scope, ledger);
                let (done, is_outrun) = proposed.await?;
                (vec![done], is_outrun)
            }
            _ => {
                let (snapshot, files, drafts) =
                    self.drafts(batch, snapshot, scope, ledgers).await?;
                let done = self
                    .committed(batch, &opened, snapshot, files, drafts, scope.request, ledgers)
                    .await?;
                (done, false)
            }
        };
        Ok(Attempt { opened, done, is_outrun })
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
    ) -> Result<(Done, bool), Stop> {
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
}

/// The edits without what people took back.
pub(super) fn noticed(edits: Edits, wanted: &Wanted, ledger: &mut Ledger) -> Edits {
    match ledger.notice(&edits) {
        true => edits.without(wanted, &ledger.refusals()),
        false => edits,
    }
}

/// The inner failure is the member's own.
pub(super) async fn edited(
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
