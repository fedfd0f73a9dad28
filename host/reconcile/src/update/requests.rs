//! From edits to requests on a forge: one for each group of changes.
//!
//! A branch is rebuilt from the base in every pass, an open request is worded
//! anew only where it has something new to say, one that somebody closed stays
//! closed, and one with nothing left to change is closed.

mod forge;
mod groups;
mod image;
mod marker;
mod retire;
mod settle;
mod words;

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
};

use tagwarden_core::{
    edit::Verdict,
    spec::{ImageUpdateAutomation, Inventory, PullRequest},
};

use super::{
    Done, Stop, blocking_or,
    edits::{Edits, Wanted},
    taken_back::{Ledger, digest},
};
use crate::{
    Failed, PolicyOutcome, Reason, Reconciler, Request, Retry,
    outcome::{RequestStep, Requested, Update},
    ports::{
        ClosedRequest, Commit, CommitRequest, ForgeRepository, OpenRequest, Pushed, Signing,
        Snapshot,
    },
};
pub(super) use forge::repository;
use marker::Marker;
use words::Words;

/// Everything about the automation whose requests are seen to.
pub(super) struct Case<'a> {
    pub automation: &'a ImageUpdateAutomation,
    pub pull: &'a PullRequest,
    pub inventory: &'a Inventory,
    pub policies: &'a [PolicyOutcome],
    pub request: &'a Request,
    pub wanted: &'a Wanted,
    /// The branch to merge into, which the snapshot is of.
    pub base: String,
    pub snapshot: Base,
    pub repository: ForgeRepository,
    pub signing: Option<Signing>,
    /// Whose key that is.
    pub signer: Option<String>,
}

/// The head of the base branch, on which each group puts a commit of its own.
#[derive(Clone)]
pub(super) struct Base {
    snapshot: Arc<Mutex<Box<dyn Snapshot>>>,
    commit: String,
}

impl Base {
    pub fn new(snapshot: Box<dyn Snapshot>) -> Self {
        let commit = snapshot.commit().to_owned();
        Self { snapshot: Arc::new(Mutex::new(snapshot)), commit }
    }

    /// Commits and pushes.
    async fn push(&self, request: CommitRequest) -> Result<(Commit, Pushed), Stop> {
        let snapshot = self.snapshot.clone();
        blocking_or(move || {
            let snapshot = snapshot.lock().unwrap_or_else(PoisonError::into_inner);
            let commit = snapshot.write(&request)?;
            let pushed = snapshot.push(&commit, &request)?;
            Ok((commit, pushed))
        })
        .await
    }
}

impl Case<'_> {
    /// Tells this automation's requests from others' in the same repository.
    fn owner(&self) -> String {
        let Self { automation, .. } = self;
        digest(&[&automation.name.to_string(), &automation.source.to_string(), &automation.path])
    }
}

/// What the forge has for a branch.
#[derive(Default)]
struct Survey {
    open: Option<OpenRequest>,
    closed: Vec<ClosedRequest>,
}

/// A group of changes and its branch.
struct Group {
    name: String,
    head: String,
    survey: Result<Survey, Failed>,
}

impl Reconciler {
    /// Sees to the requests for these edits, and gives the edits without what
    /// people turn out to have taken back. Says whether some branch moved meanwhile.
    pub(super) async fn requested(
        &self,
        case: &Case<'_>,
        mut edits: Edits,
        ledger: &mut Ledger,
    ) -> Result<(Done, bool), Failed> {
        let groups = self.survey_all(case, &edits, ledger).await?;
        let mut learned = false;
        for group in &groups {
            learned |= learn(case, group, &edits, ledger);
        }
        if learned {
            let refusals = ledger.refusals();
            edits = edits.without(case.wanted, &refusals);
        }
        let heads: Vec<_> = groups.iter().map(|group| group.head.clone()).collect();
        let is_in_the_way = |old: &str| heads.iter().any(|head| excludes(old, head));
        let mut requests = self.retired(case, &heads, ledger, &is_in_the_way).await;
        let mut is_outrun = false;
        for group in &groups {
            let part =
                edits.only(case.wanted, |change| groups::of(case.pull.per, change) == group.name);
            if !part.files.is_empty() {
                let (request, moved) = self.settled(case, group, part, ledger).await;
                requests.push(request);
                is_outrun |= moved;
            }
        }
        if is_certain(&edits) {
            let kept: Vec<_> = requests.iter().map(|request| request.head.clone()).collect();
            requests.extend(self.retired(case, &kept, ledger, &|_| true).await);
        }
        let update = match requests.is_empty() {
            true => Update::UpToDate { commit: case.snapshot.commit.clone() },
            false => Update::Requests { requests },
        };
        Ok(((update, edits), is_outrun))
    }

    /// The groups there are, and what the forge has for each.
    async fn survey_all(
        &self,
        case: &Case<'_>,
        edits: &Edits,
        ledger: &Ledger,
    ) -> Result<Vec<Group>, Failed> {
        let words = Words { case, plugins: self.plugins.as_ref() };
        let mut taken: BTreeMap<String, String> = BTreeMap::new();
        let mut groups = Vec::new();
        for name in groups::all(case.pull.per, &edits.changes) {
            let of_group = |change: &_| groups::of(case.pull.per, change) == name;
            let part = edits.only(case.wanted, of_group);
            let head = words.branch(&name, &part).await?.as_str().to_owned();
            if let Some(other) = taken.insert(head.clone(), name.clone()) {
                let message = format!("the groups {other} and {name} have one branch, {head}");
                return Err(Failed::new(Reason::InvalidSpecification, Retry::OnChange, message)
                    .hint("use {{ .Values.group }} in spec.git.pullRequest.branch"));
            }
            let survey = self.survey(case, &head, ledger).await;
            groups.push(Group { name, head, survey });
        }
        Ok(groups)
    }

    async fn survey(&self, case: &Case<'_>, head: &str, ledger: &Ledger) -> Result<Survey, Failed> {
        let open = self.forge.open(&case.repository, Some(head)).await?;
        let mut open: Vec<_> = open.into_iter().filter(|request| request.head == head).collect();
        // One to another base is somebody's wish, and better than a second one.
        open.sort_by_key(|request| (request.base != case.base, request.number));
        let open = open.into_iter().next();
        if let Some(request) = &open
            && let Some(marker) = Marker::find(&request.body)
            && marker.owner != case.owner()
        {
            let message = format!("{} on branch {head} is another automation's", request.url);
            return Err(Failed::new(Reason::InvalidSpecification, Retry::OnChange, message)
                .hint("give each automation a spec.git.pullRequest.branch of its own"));
        }
        let closed = match open.is_some() || ledger.ignores() {
            true => Vec::new(),
            false => self.forge.closed(&case.repository, head).await?,
        };
        Ok(Survey { open, closed })
    }
}

/// Learns from the requests that are no longer open what people took back.
fn learn(case: &Case<'_>, group: &Group, edits: &Edits, ledger: &mut Ledger) -> bool {
    let Ok(survey) = &group.survey else {
        return false;
    };
    let of_group =
        |change: &&tagwarden_core::change::Change| groups::of(case.pull.per, change) == group.name;
    let mut learned = false;
    for (position, request) in survey.closed.iter().enumerate() {
        let proposed = proposed(request, group, ledger);
        let fits = |change: &&tagwarden_core::change::Change| {
            of_group(change) && proposed.contains(&super::taken_back::id(change))
        };
        let changes: Vec<_> = edits.changes.iter().filter(fits).collect();
        match request.merged {
            // Merged, and yet to be made: the base was read before, or somebody
            // undid it, which the next pass will tell.
            true if position == 0 && request.base == case.base => {
                ledger.wrote(changes.iter().copied(), true);
            }
            true => {}
            false => learned |= ledger.notice_closed(&changes, &request.url, request.by.as_deref()),
        }
    }
    learned
}

/// What a request that is no longer open had proposed; nothing where we closed it.
fn proposed(request: &ClosedRequest, group: &Group, ledger: &Ledger) -> Vec<String> {
    match Marker::find(&request.body) {
        Some(marker) if marker.done => Vec::new(),
        Some(marker) => marker.changes,
        // Somebody took the marker out, but we remember.
        None => match ledger.request(&group.head) {
            Some(known) if known.number == request.number => known.changes.clone(),
            _ => Vec::new(),
        },
    }
}

/// Whether it is known of every marker what it wants: only then is a request
/// without changes one that has nothing left to do.
fn is_certain(edits: &Edits) -> bool {
    edits.markers.iter().flat_map(|file| &file.markers).all(|marker| {
        !matches!(marker.verdict, Verdict::NotReady { .. } | Verdict::Unparsable { .. })
    })
}

/// Whether Git cannot have both branches: one would be a folder of the other.
fn excludes(one: &str, other: &str) -> bool {
    let is_below = |a: &str, b: &str| a.strip_prefix(b).is_some_and(|rest| rest.starts_with('/'));
    is_below(one, other) || is_below(other, one)
}

/// Carries over what earlier attempts of the same pass did with requests: a later
/// one finds it done.
pub(super) fn carry(earlier: &mut Vec<Requested>, done: &mut [Done]) {
    let [(Update::Requests { requests }, _)] = done else { return };
    for before in earlier.drain(..) {
        match requests.iter_mut().find(|request| request.head == before.head) {
            None => requests.push(before),
            Some(request) if matches!(request.step, RequestStep::Unchanged) => {
                request.step = before.step;
                request.remarks.splice(..0, before.remarks);
            }
            Some(_) => {}
        }
    }
    let was_done = |request: &&Requested| {
        matches!(request.step, RequestStep::Opened | RequestStep::Updated | RequestStep::Closed)
    };
    earlier.extend(requests.iter().filter(was_done).cloned());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_branch_excludes_those_that_would_lie_in_it() {
        assert!(excludes("a/b", "a/b/c") && excludes("a/b/c", "a/b"));
        assert!(!excludes("a/b", "a/b") && !excludes("a/b", "a/bc") && !excludes("a", "b"));
    }
}
