//! Requests that have nothing left to change.

use super::{Case, Marker};
use crate::{
    Failed, Mode, Reconciler,
    outcome::{RequestStep, Requested},
    ports::OpenRequest,
    update::taken_back::Ledger,
};

impl Reconciler {
    /// Closes the requests that have nothing left to change, and drops the
    /// branches of those that were merged: of all branches that `which` picks.
    pub(super) async fn retired(
        &self,
        case: &Case<'_>,
        kept: &[String],
        ledger: &mut Ledger,
        which: &(dyn Fn(&str) -> bool + Sync),
    ) -> Vec<Requested> {
        let mut requests = Vec::new();
        for head in self.abandoned(case, kept, ledger).await {
            if !which(&head.1) {
                continue;
            }
            let mut requested = Requested::of(&head.0, &head.1);
            match self.retire(case, &head.1, ledger, &mut requested).await {
                Ok(true) => requests.push(requested),
                Ok(false) => {}
                Err(failed) => {
                    requested.step = RequestStep::Failed(failed);
                    requests.push(requested);
                }
            }
        }
        requests
    }

    /// Groups and branches of requests that no changes belong to. Where nothing
    /// is remembered, the forge is asked for all that are ours.
    async fn abandoned(
        &self,
        case: &Case<'_>,
        kept: &[String],
        ledger: &Ledger,
    ) -> Vec<(String, String)> {
        let mut heads: Vec<(String, String)> =
            ledger.requests().into_iter().map(|known| (known.group, known.head)).collect();
        if ledger.is_fresh() {
            let open = self.forge.open(&case.repository, None).await.unwrap_or_default();
            let ours = open.into_iter().filter(|request| is_ours(case, request));
            heads.extend(ours.map(|request| (String::new(), request.head)));
        }
        heads.retain(|(_, head)| !kept.contains(head));
        heads
    }

    async fn retire(
        &self,
        case: &Case<'_>,
        head: &str,
        ledger: &mut Ledger,
        requested: &mut Requested,
    ) -> Result<bool, Failed> {
        let open = self.forge.open(&case.repository, Some(head)).await?;
        let open = open.into_iter().find(|r| r.head == head && is_ours(case, r));
        if let Some(open) = &open {
            requested.see(open);
        }
        if case.request.mode == Mode::Plan {
            requested.step = RequestStep::Planned;
            return Ok(open.is_some());
        }
        if let Some(open) = &open {
            let limit = self.forge.body_limit(case.pull.forge);
            let marker = Marker::find(&open.body).map(|marker| Marker { done: true, ..marker });
            let body = marker.map_or(open.body.clone(), |marker| marker.put(&open.body, limit));
            self.forge.close(&case.repository, open, &body).await?;
            self.forge.delete_branch(&case.repository, head).await?;
        } else {
            let closed = self.forge.closed(&case.repository, head).await?;
            if closed.first().is_some_and(|latest| latest.merged) {
                self.forge.delete_branch(&case.repository, head).await?;
            }
        }
        ledger.forget(head);
        Ok(open.is_some())
    }
}

fn is_ours(case: &Case<'_>, request: &OpenRequest) -> bool {
    Marker::find(&request.body).is_some_and(|marker| marker.owner == case.owner())
}
