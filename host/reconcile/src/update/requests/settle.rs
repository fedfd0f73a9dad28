//! One request: pushed, opened, worded, furnished; or closed.

use super::{Case, Group, Marker, Survey, Words};
use crate::{
    Failed, Mode, Reconciler,
    outcome::{Proposal, RequestStep, Requested},
    ports::{
        CommitRequest, FileWrite, MessageInput, OpenRequest, Pushed, RequestState, RequestText,
    },
    update::{edits::Edits, plan, taken_back::Ledger},
};

impl Reconciler {
    /// Brings a group's branch and request to what they should be.
    pub(super) async fn settled(
        &self,
        case: &Case<'_>,
        group: &Group,
        edits: Edits,
        ledger: &mut Ledger,
    ) -> Requested {
        let mut requested = Requested::of(&group.name, &group.head);
        if let Err(failed) = self.settle(case, group, &edits, ledger, &mut requested).await {
            tracing::warn!(git.branch = %group.head, "request failed: {}", failed.message);
            requested.step = RequestStep::Failed(failed);
        }
        requested
    }

    async fn settle(
        &self,
        case: &Case<'_>,
        group: &Group,
        edits: &Edits,
        ledger: &mut Ledger,
        requested: &mut Requested,
    ) -> Result<(), Failed> {
        let (mut proposal, wanted) = self.worded_request(case, group, edits).await?;
        requested.request = Some(wanted.clone());
        requested.proposal = Some(proposal.clone());
        let survey = group.survey.as_ref().map_err(Clone::clone)?;
        if let Some(open) = &survey.open {
            requested.see(open);
        }
        if case.request.mode == Mode::Plan {
            requested.step = RequestStep::Planned;
            return Ok(());
        }
        let (commit, pushed) = case.snapshot.push(commit(case, group, &proposal)).await?;
        proposal.commit = Some(match &pushed {
            Pushed::Updated => commit.id,
            Pushed::AlreadyThere { commit } => commit.clone(),
        });
        requested.proposal = Some(proposal);
        ledger.wrote(&edits.changes, false);
        self.present(case, group, survey, &wanted, pushed == Pushed::Updated, ledger, requested)
            .await
    }

    async fn worded_request(
        &self,
        case: &Case<'_>,
        group: &Group,
        edits: &Edits,
    ) -> Result<(Proposal, RequestText), Failed> {
        let words = Words { case, plugins: self.plugins.as_ref() };
        let input = MessageInput {
            automation: case.automation.name.clone(),
            values: case.automation.values.clone(),
            changes: edits.changes.clone(),
            images: case.wanted.images(),
        };
        let message = self.plugins.message(&case.automation.message, &input).await?;
        let marker = Marker::of(&case.owner(), words.digest(edits), &edits.changes);
        let body = words.body(&group.name, edits).await?;
        let pull = case.pull;
        let wanted = RequestText {
            head: group.head.clone(),
            base: case.base.clone(),
            title: words.title(&group.name, edits).await?,
            body: marker.put(&body, self.forge.body_limit(pull.forge)),
            labels: pull.labels.clone(),
            reviewers: pull.reviewers.clone(),
            assignees: pull.assignees.clone(),
            draft: pull.draft,
            auto_merge: pull.auto_merge,
        };
        let proposal = Proposal {
            base: case.snapshot.commit.clone(),
            commit: None,
            destination: group.head.clone(),
            message,
            author: plan::signature(&case.automation.author),
            signer: case.signer.clone(),
            changes: edits.changes.iter().cloned().collect(),
            files: edits.files.clone(),
        };
        Ok((proposal, wanted))
    }

    /// Opens the request, or words the open one anew.
    #[expect(clippy::too_many_arguments, reason = "one place gathers what a request hangs on")]
    async fn present(
        &self,
        case: &Case<'_>,
        group: &Group,
        survey: &Survey,
        wanted: &RequestText,
        moved: bool,
        ledger: &mut Ledger,
        requested: &mut Requested,
    ) -> Result<(), Failed> {
        let known = ledger.request(&group.head);
        let unfurnished = known.is_some_and(|known| known.unfurnished);
        let (open, step) = match &survey.open {
            None => (self.forge.create(&case.repository, wanted).await?, RequestStep::Opened),
            Some(open) if is_worded(open, wanted) => (open.clone(), RequestStep::Unchanged),
            Some(open) => {
                self.forge.reword(&case.repository, open, wanted).await?;
                (open.clone(), RequestStep::Updated)
            }
        };
        let step = match step {
            RequestStep::Unchanged if moved => RequestStep::Updated,
            step => step,
        };
        requested.see(&open);
        let is_new = matches!(step, RequestStep::Opened);
        requested.step = step;
        let marker = Marker::find(&wanted.body);
        let mut state = RequestState {
            group: group.name.clone(),
            head: group.head.clone(),
            number: open.number,
            url: open.url.clone(),
            changes: marker.map(|marker| marker.changes).unwrap_or_default(),
            unfurnished: is_new || unfurnished,
        };
        ledger.opened(state.clone());
        state.unfurnished = self
            .furnished(case, &open, &to_furnish(wanted, state.unfurnished, moved), requested)
            .await?;
        ledger.opened(state);
        Ok(())
    }

    /// Gives a request what belongs to it; says whether something is to be tried again.
    async fn furnished(
        &self,
        case: &Case<'_>,
        open: &OpenRequest,
        wanted: &RequestText,
        requested: &mut Requested,
    ) -> Result<bool, Failed> {
        let nothing = wanted.labels.is_empty()
            && wanted.reviewers.is_empty()
            && wanted.assignees.is_empty()
            && wanted.auto_merge.is_none();
        if nothing {
            return Ok(false);
        }
        let remarks = self.forge.furnish(&case.repository, open, wanted).await?;
        let again = remarks.iter().any(|remark| remark.again);
        requested.remarks.extend(remarks.into_iter().map(|remark| remark.text));
        Ok(again)
    }

    /// Closes the requests that have nothing left to change, and drops the
    /// branches of those that were merged.
    pub(super) async fn retired(
        &self,
        case: &Case<'_>,
        kept: &[String],
        ledger: &mut Ledger,
    ) -> Vec<Requested> {
        let mut requests = Vec::new();
        for head in self.abandoned(case, kept, ledger).await {
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

/// Whether the request says already what it is to say; what people wrote into it
/// since then may stay.
fn is_worded(open: &OpenRequest, wanted: &RequestText) -> bool {
    match (Marker::find(&open.body), Marker::find(&wanted.body)) {
        (Some(there), Some(wanted)) => there == wanted,
        _ => false,
    }
}

/// What a request still needs. A branch that moved has lost its automatic merge
/// on some forges.
fn to_furnish(wanted: &RequestText, all: bool, moved: bool) -> RequestText {
    let mut needed = wanted.clone();
    if !all {
        needed.labels.clear();
        needed.reviewers.clear();
        needed.assignees.clear();
        needed.auto_merge = needed.auto_merge.filter(|_| moved);
    }
    needed
}

fn commit(case: &Case<'_>, group: &Group, proposal: &Proposal) -> CommitRequest {
    let writes = proposal
        .files
        .iter()
        .map(|file| FileWrite { path: file.path.clone(), bytes: file.after.clone() });
    CommitRequest {
        writes: writes.collect(),
        author: case.automation.author.clone(),
        message: proposal.message.clone(),
        time: i64::try_from(case.request.now).unwrap_or(i64::MAX),
        branch: Some(group.head.clone()),
        refspec: None,
        options: case.automation.push.options.clone(),
        signing: case.signing.clone(),
    }
}
