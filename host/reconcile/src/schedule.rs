//! When each object is due: pure bookkeeping for a loop that runs for ever.

mod scheduled;
mod slots;

use std::{collections::BTreeSet, time::Duration};

use tagwarden_core::{
    object::ObjectName,
    spec::{ImageRepository, Inventory},
};

use self::slots::Slots;
use crate::{Decision, Report, Scan};

/// The objects a pass is to look at.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Due {
    /// Image repositories to scan.
    pub repositories: BTreeSet<ObjectName>,
    /// Policies to decide even if their repository is not scanned: new ones,
    /// changed ones, and those that look their digest up at an interval of their own.
    pub policies: BTreeSet<ObjectName>,
    /// Automations to run.
    pub automations: BTreeSet<ObjectName>,
    /// Image repositories not to scan: their last scan failed, and it is too
    /// early to try again.
    pub waiting: BTreeSet<ObjectName>,
}

impl Due {
    /// Whether nothing is due.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.repositories.is_empty() && self.policies.is_empty() && self.automations.is_empty()
    }
}

/// When each object is due next, in seconds since 1970-01-01 UTC.
#[derive(Debug, Default)]
pub struct Schedule {
    repositories: Slots,
    policies: Slots,
    automations: Slots,
}

impl Schedule {
    /// Takes up new objects and changed ones, due at once, and drops those that
    /// are gone. A repository that `scanned_at` knows of is due when that scan
    /// is older than its interval: a restart does not ask every registry anew.
    pub fn sync(
        &mut self,
        inventory: &Inventory,
        floor: Option<Duration>,
        scanned_at: &dyn Fn(&ImageRepository) -> Option<u64>,
    ) {
        let repositories = inventory.repositories.iter();
        self.repositories.sync(repositories, floor, |repository| {
            let last = scanned_at(repository)?;
            Some(last.saturating_add(repository.interval.as_secs()))
        });
        let policies = inventory.policies.iter().filter(|policy| !policy.suspend);
        self.policies.sync(policies, floor, |_| None);
        self.automations.sync(inventory.automations.iter(), floor, |_| None);
    }

    /// What is due at `now`.
    #[must_use]
    pub fn due(&self, now: u64) -> Due {
        Due {
            repositories: self.repositories.due(now),
            policies: self.policies.due(now),
            automations: self.automations.due(now),
            waiting: self.repositories.waiting(now),
        }
    }

    /// How long to wait from `now` until something is due; none when there is nothing at all.
    #[must_use]
    pub fn wait(&self, now: u64) -> Option<Duration> {
        let slots = [&self.repositories, &self.policies, &self.automations];
        let next = slots.into_iter().filter_map(Slots::next).min()?;
        Some(Duration::from_secs(next.saturating_sub(now)))
    }

    /// Plans the next time of everything that a pass over `due` looked at.
    pub fn done(&mut self, due: &Due, report: &Report, now: u64) {
        for outcome in &report.repositories {
            let failed = match &outcome.scan {
                Scan::Failed(failed) => Some(failed),
                _ => None,
            };
            if due.repositories.contains(&outcome.name) {
                self.repositories.plan(&outcome.name, failed, now);
            }
        }
        for outcome in &report.policies {
            let failed = outcome.decision.failure();
            // A policy that was decided because of its repository starts anew too.
            if !matches!(outcome.decision, Decision::NotDue { .. }) {
                self.policies.plan(&outcome.name, failed, now);
            }
        }
        for outcome in &report.automations {
            self.automations.plan(&outcome.name, outcome.update.failure(), now);
        }
    }
}

#[cfg(test)]
mod tests {
    use tagwarden_core::spec::{Access, Provider};

    use super::*;
    use crate::{Failed, Reason, Retry};

    #[test]
    fn new_objects_are_due_at_once_and_gone_ones_forgotten() {
        let mut schedule = Schedule::default();
        let never = |_: &ImageRepository| None;
        schedule.sync(&inventory(&[repository()]), None, &never);
        assert_eq!(schedule.due(0).repositories.len(), 1);
        schedule.sync(&inventory(&[]), None, &never);
        assert!(schedule.due(0).repositories.is_empty());
    }

    fn repository() -> ImageRepository {
        ImageRepository {
            name: ObjectName::new("a", "b"),
            image: "r.example/team/app".parse().unwrap(),
            interval: Duration::from_secs(60),
            timeout: Duration::from_secs(60),
            suspend: false,
            insecure: false,
            exclusion: vec![],
            provider: Provider::Generic,
            secret: None,
            cert_secret: None,
            proxy_secret: None,
            service_account: None,
            access: Access::default(),
        }
    }

    fn inventory(repositories: &[ImageRepository]) -> Inventory {
        Inventory { repositories: repositories.to_vec(), ..Inventory::default() }
    }

    #[test]
    fn a_failure_waits_its_time_and_no_longer_than_the_manifest_stands() {
        let mut repository = repository();
        let name = repository.name.clone();
        let mut schedule = Schedule::default();
        let never = |_: &ImageRepository| None;
        schedule.sync(&inventory(std::slice::from_ref(&repository)), None, &never);
        let refused = Failed::new(Reason::AuthenticationFailed, Retry::OnChange, "refused");
        schedule.repositories.plan(&name, Some(&refused), 100);
        schedule.sync(&inventory(std::slice::from_ref(&repository)), None, &never);
        let early = schedule.due(130);
        assert!(early.repositories.is_empty() && early.waiting.contains(&name));
        let late = schedule.due(160);
        assert!(late.repositories.contains(&name) && late.waiting.is_empty());
        repository.secret = Some("registry-pull".into());
        schedule.sync(&inventory(&[repository]), None, &never);
        assert!(schedule.due(130).repositories.contains(&name), "the manifest changed");
    }

    #[test]
    fn a_restart_does_not_scan_what_was_scanned_just_before() {
        let mut schedule = Schedule::default();
        schedule.sync(&inventory(&[repository()]), None, &|_| Some(1_000));
        assert!(schedule.due(1_059).repositories.is_empty());
        assert!(schedule.due(1_059).waiting.is_empty());
        assert_eq!(schedule.due(1_060).repositories.len(), 1);
    }
}
