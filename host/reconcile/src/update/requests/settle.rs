//! One request: pushed, opened, worded, furnished.

use super::{Case, Group, Marker, Survey, Words};
use crate::{
    Failed, Mode, Reconciler,
    outcome::{Proposal, RequestStep, Requested},
    ports::{CommitRequest, MessageInput, OpenRequest, Pushed, RequestState, RequestText},
    update::{
        Stop,
        edits::{self, Edits},
        plan,
        taken_back::Ledger,
    },
};

impl Reconciler {
    /// Brings a group's branch and request to what they should be; says whether
    /// somebody moved the branch meanwhile.
    pub(super) async fn settled(
        &self,
        case: &Case<'_>,
        group: &Group,
        edits: Edits,
        ledger: &mut Ledger,
    ) -> (Requested, bool) {
        let mut requested = Requested::of(&group.name, &group.head);
        let (failed, is_outrun) =
            match self.settle(case, group, &edits, ledger, &mut requested).await {
                Ok(()) => return (requested, false),
                Err(Stop::Again(failed)) => (failed, true),
                Err(Stop::Failed(failed)) => (failed, false),
            };
        tracing::warn!(git.branch = %group.head, "request failed: {}", failed.message);
        requested.step = RequestStep::Failed(failed);
        (requested, is_outrun)
    }

    async fn settle(
        &self,
        case: &Case<'_>,
        group: &Group,
        edits: &Edits,
        ledger: &mut Ledger,
        requested: &mut Requested,
    ) -> Result<(), Stop> {
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
        let moved = pushed == Pushed::Updated;
        Ok(self.present(case, group, survey, &wanted, moved, ledger, requested).await?)
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
    let writes =
        proposal.files.iter().map(|file| edits::write(file.path.clone(), file.after.clone()));
    CommitRequest {
        writes: writes.collect(),
        author: case.automation.author.clone(),
        message: proposal.message.clone(),
        time: i64::try_from(case.request.now).unwrap_or(i64::MAX),
        branch: Some(group.head.clone()),
        refspec: None,
        last: None,
        options: case.automation.push.options.clone(),
        signing: case.signing.clone(),
    }
}
