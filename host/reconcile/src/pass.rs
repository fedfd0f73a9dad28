//! One pass over everything that is declared.

use std::{
    collections::{BTreeSet, HashMap},
    sync::Arc,
    time::Instant,
};

use futures::{StreamExt, stream};
use tagwarden_core::{
    object::ObjectName,
    spec::{ImagePolicy, ImageRepository, ImageUpdateAutomation, Inventory},
};

use crate::{
    AutomationOutcome, Decision, Failed, PolicyOutcome, Report, Update,
    outcome::RepositoryOutcome,
    ports::{Forge, Git, Plugins, Registry, Store},
    progress::{Event, Reporter},
    room::Room,
    scan::Tags,
    update::{Scope, blocking},
};

/// The loop, with the world plugged in.
#[derive(Clone)]
pub struct Reconciler {
    /// Where tags come from.
    pub registry: Arc<dyn Registry>,
    /// What is remembered.
    pub store: Arc<dyn Store>,
    /// What decides.
    pub plugins: Arc<dyn Plugins>,
    /// Where selections are written.
    pub git: Arc<dyn Git>,
    /// Where requests are opened.
    pub forge: Arc<dyn Forge>,
    /// Who watches.
    pub reporter: Arc<dyn Reporter>,
    /// How many repositories are looked at at once.
    pub concurrent_scans: usize,
}

/// How many repositories are looked at at once where nobody says.
pub const CONCURRENT_SCANS: usize = 16;

/// Whether a pass may leave traces.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Remember, commit and push.
    Write,
    /// Say what would be done; neither the state nor a remote changes.
    Plan,
}

/// What one pass is to do.
#[derive(Clone, Debug)]
pub struct Request {
    /// Decision time in seconds since 1970-01-01 UTC.
    pub now: u64,
    /// Whether to write.
    pub mode: Mode,
    /// Which objects are due; everything when `None`.
    pub due: Option<crate::Due>,
}

impl Request {
    /// A pass over everything.
    #[must_use]
    pub fn everything(now: u64, mode: Mode) -> Self {
        Self { now, mode, due: None }
    }
}

/// A repository and the policies that select from it, each with its place in
/// the inventory.
struct Group<'a> {
    repository: Option<(usize, &'a ImageRepository)>,
    policies: Vec<(usize, &'a ImagePolicy)>,
}

/// What became of a group.
type Looked = (Option<(usize, RepositoryOutcome)>, Vec<(usize, PolicyOutcome)>);

impl Reconciler {
    /// Scans, decides and writes.
    pub async fn pass(&self, inventory: &Inventory, request: &Request) -> Report {
        let started = Instant::now();
        let mut report = self.look_at_all(inventory, request).await;
        let kept = self.flush(request).await;
        tracing::info!(
            repositories = report.repositories.len(),
            policies = report.policies.len(),
            duration_ms = started.elapsed().as_millis() as u64,
            "everything is decided"
        );
        let moved = moved(&report.policies);
        let is_due = |automation: &&ImageUpdateAutomation| {
            request.due.as_ref().is_none_or(|due| {
                due.automations.contains(&automation.name)
                    || moved.contains(&automation.name.namespace)
            })
        };
        let due: Vec<_> = inventory.automations.iter().filter(is_due).collect();
        let scope = Scope { inventory, policies: &report.policies, request };
        report.automations = match &kept {
            Ok(()) => self.update_all(&due, scope).await,
            Err(failed) => due.iter().map(|automation| not_written(automation, failed)).collect(),
        };
        report
    }

    /// Repository by repository, so that no tags are held once their policies
    /// are decided.
    async fn look_at_all(&self, inventory: &Inventory, request: &Request) -> Report {
        self.reporter.event(&Event::Scanning { repositories: inventory.repositories.len() });
        let room = Room::new();
        let groups = groups(inventory);
        let looked: Vec<Looked> = stream::iter(&groups)
            .map(|group| self.look_at(group, inventory, &room, request))
            .buffer_unordered(self.concurrent_scans.max(1))
            .collect()
            .await;
        self.reporter.event(&Event::ScansDone);
        let (repositories, policies): (Vec<_>, Vec<_>) = looked.into_iter().unzip();
        Report {
            repositories: in_order(repositories.into_iter().flatten()),
            policies: in_order(policies.into_iter().flatten()),
            automations: Vec::new(),
        }
    }

    async fn look_at(
        &self,
        group: &Group<'_>,
        inventory: &Inventory,
        room: &Room,
        request: &Request,
    ) -> Looked {
        let repository = group.repository.map(|(_, repository)| repository);
        let stored = repository.map_or(Ok(None), |repository| self.store.scan(&repository.name));
        let expected = stored.as_ref().ok().and_then(Option::as_ref).map(|state| state.listed);
        let _room = room.take(expected).await;
        let (outcome, mut tags) = match group.repository {
            None => (None, Tags::Waiting),
            Some((place, repository)) => {
                let (outcome, tags) = self.scan(repository, stored, inventory, request).await;
                (Some((place, outcome)), tags)
            }
        };
        let mut decided = Vec::with_capacity(group.policies.len());
        for (place, policy) in &group.policies {
            let outcome = self.decide(policy, repository, inventory, &mut tags, request).await;
            decided.push((*place, outcome));
        }
        (outcome, decided)
    }

    /// Makes selections outlive a crash before they are written to Git: one
    /// that is held later must not be older than what was pushed.
    async fn flush(&self, request: &Request) -> Result<(), Failed> {
        if request.mode == Mode::Plan {
            return Ok(());
        }
        let store = self.store.clone();
        blocking(move || Ok(store.flush()?)).await
    }
}

/// The inventory by repository, with the policies of a missing one on their own.
fn groups(inventory: &Inventory) -> Vec<Group<'_>> {
    let repositories = inventory.repositories.iter().enumerate();
    let mut groups: Vec<_> = repositories
        .map(|repository| Group { repository: Some(repository), policies: Vec::new() })
        .collect();
    let places: HashMap<&ObjectName, usize> =
        inventory.repositories.iter().map(|repository| &repository.name).zip(0..).collect();
    let mut missing = Group { repository: None, policies: Vec::new() };
    for policy in inventory.policies.iter().enumerate() {
        match places.get(&policy.1.repository) {
            Some(place) => groups[*place].policies.push(policy),
            None => missing.policies.push(policy),
        }
    }
    groups.push(missing);
    groups
}

fn in_order<T>(outcomes: impl Iterator<Item = (usize, T)>) -> Vec<T> {
    let mut outcomes: Vec<_> = outcomes.collect();
    outcomes.sort_unstable_by_key(|(place, _)| *place);
    outcomes.into_iter().map(|(_, outcome)| outcome).collect()
}

fn not_written(automation: &ImageUpdateAutomation, failed: &Failed) -> AutomationOutcome {
    AutomationOutcome {
        name: automation.name.clone(),
        update: Update::Failed(failed.clone()),
        markers: Vec::new(),
        skipped: Vec::new(),
    }
}

/// The namespaces in which a selection is another than before.
fn moved(policies: &[PolicyOutcome]) -> BTreeSet<String> {
    policies
        .iter()
        .filter(|outcome| matches!(outcome.decision, Decision::Selected { changed: true, .. }))
        .map(|outcome| outcome.name.namespace.clone())
        .collect()
}
