//! One pass over everything that is declared.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use futures::{StreamExt, stream};
use tagwarden_core::{object::ObjectName, spec::Inventory, tags::TagSet};

use crate::{
    Decision, Failed, Report,
    outcome::RepositoryOutcome,
    ports::{Git, Plugins, Registry, Store},
    progress::{Event, Reporter},
};

/// How many registries are asked at once.
const CONCURRENT_SCANS: usize = 8;
/// How many policies are decided at once.
const CONCURRENT_DECISIONS: usize = 8;

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
    /// Who watches.
    pub reporter: Arc<dyn Reporter>,
}

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

/// What a pass knows of each repository's tags.
pub(crate) type Known = BTreeMap<ObjectName, Result<Arc<TagSet>, Failed>>;

impl Reconciler {
    /// Scans, decides and writes.
    pub async fn pass(&self, inventory: &Inventory, request: &Request) -> Report {
        let (repositories, known) = self.scan_all(inventory, request).await;
        let policies = self.decide_all(inventory, &known, request).await;
        let moved = moved(&policies);
        let mut report = Report { repositories, policies, automations: Vec::new() };
        // One after another: automations of one repository and branch build
        // on each other's commits.
        for automation in &inventory.automations {
            let due = request.due.as_ref().is_none_or(|due| {
                due.automations.contains(&automation.name)
                    || moved.contains(&automation.name.namespace)
            });
            if due {
                let outcome = self.update(automation, inventory, &report.policies, request).await;
                report.automations.push(outcome);
            }
        }
        report
    }

    async fn scan_all(
        &self,
        inventory: &Inventory,
        request: &Request,
    ) -> (Vec<RepositoryOutcome>, Known) {
        self.reporter.event(&Event::Scanning { repositories: inventory.repositories.len() });
        let scanned: Vec<_> = stream::iter(&inventory.repositories)
            .map(|repository| self.scan(repository, inventory, request))
            .buffered(CONCURRENT_SCANS)
            .collect()
            .await;
        self.reporter.event(&Event::ScansDone);
        let mut known = Known::new();
        let mut outcomes = Vec::with_capacity(scanned.len());
        for (outcome, tags) in scanned {
            known.insert(outcome.name.clone(), tags);
            outcomes.push(outcome);
        }
        (outcomes, known)
    }

    async fn decide_all(
        &self,
        inventory: &Inventory,
        known: &Known,
        request: &Request,
    ) -> Vec<crate::PolicyOutcome> {
        stream::iter(&inventory.policies)
            .map(|policy| self.decide(policy, inventory, known, request))
            .buffered(CONCURRENT_DECISIONS)
            .collect()
            .await
    }
}

/// The namespaces in which a selection is another than before.
fn moved(policies: &[crate::PolicyOutcome]) -> BTreeSet<String> {
    policies
        .iter()
        .filter(|outcome| matches!(outcome.decision, Decision::Selected { changed: true, .. }))
        .map(|outcome| outcome.name.namespace.clone())
        .collect()
}
