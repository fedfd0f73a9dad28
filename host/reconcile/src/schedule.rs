//! When each object is due: pure bookkeeping for a loop that runs for ever.

use std::{
    collections::{BTreeMap, BTreeSet},
    hash::{DefaultHasher, Hash, Hasher},
    time::Duration,
};

use tagwarden_core::{
    object::ObjectName,
    spec::{ImagePolicy, ImageRepository, ImageUpdateAutomation, Inventory},
};

use crate::{Decision, Failed, Report, Retry, Scan};

/// The wait after a first failure; it doubles up to the object's interval.
const FIRST_BACK_OFF: Duration = Duration::from_secs(10);

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
    repositories: BTreeMap<ObjectName, Slot>,
    policies: BTreeMap<ObjectName, Slot>,
    automations: BTreeMap<ObjectName, Slot>,
}

#[derive(Debug)]
struct Slot {
    next: u64,
    interval: Duration,
    /// Whether the last time went wrong.
    failed: bool,
    /// How often in a row it did, where another try soon makes sense.
    failures: u32,
    /// What the manifest said then, as a hash: another word deserves a try at once.
    wanted: u64,
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
        sync(&mut self.repositories, repositories, floor, |repository| {
            let last = scanned_at(repository)?;
            Some(last.saturating_add(repository.interval.as_secs()))
        });
        let policies = inventory.policies.iter().filter(|policy| !policy.suspend);
        sync(&mut self.policies, policies, floor, |_| None);
        sync(&mut self.automations, inventory.automations.iter(), floor, |_| None);
    }

    /// What is due at `now`.
    #[must_use]
    pub fn due(&self, now: u64) -> Due {
        let waiting = self.repositories.iter().filter(|(_, slot)| slot.failed && slot.next > now);
        Due {
            repositories: due(&self.repositories, now),
            policies: due(&self.policies, now),
            automations: due(&self.automations, now),
            waiting: waiting.map(|(name, _)| name.clone()).collect(),
        }
    }

    /// How long to wait from `now` until something is due; none when there is nothing at all.
    #[must_use]
    pub fn wait(&self, now: u64) -> Option<Duration> {
        let slots = [&self.repositories, &self.policies, &self.automations];
        let next = slots.into_iter().flat_map(BTreeMap::values).map(|slot| slot.next).min()?;
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
                plan(&mut self.repositories, &outcome.name, failed, now);
            }
        }
        for outcome in &report.policies {
            let failed = outcome.decision.failure();
            // A policy that was decided because of its repository starts anew too.
            if !matches!(outcome.decision, Decision::NotDue { .. }) {
                plan(&mut self.policies, &outcome.name, failed, now);
            }
        }
        for outcome in &report.automations {
            plan(&mut self.automations, &outcome.name, outcome.update.failure(), now);
        }
    }
}

/// What has a slot of its own.
trait Scheduled {
    fn name(&self) -> &ObjectName;
    fn interval(&self) -> Duration;
    /// A hash of what the manifest says, where another word deserves a try at once.
    fn wanted(&self) -> u64;
}

impl Scheduled for ImageRepository {
    fn name(&self) -> &ObjectName {
        &self.name
    }

    fn interval(&self) -> Duration {
        self.interval
    }

    fn wanted(&self) -> u64 {
        hash(self)
    }
}

impl Scheduled for ImagePolicy {
    fn name(&self) -> &ObjectName {
        &self.name
    }

    /// Without one, only its repository's scans and its own changes make it due.
    fn interval(&self) -> Duration {
        self.interval.unwrap_or(Duration::MAX)
    }

    fn wanted(&self) -> u64 {
        hash(self)
    }
}

impl Scheduled for ImageUpdateAutomation {
    fn name(&self) -> &ObjectName {
        &self.name
    }

    fn interval(&self) -> Duration {
        self.interval
    }

    fn wanted(&self) -> u64 {
        0
    }
}

fn hash(object: &impl std::fmt::Debug) -> u64 {
    let mut hasher = DefaultHasher::new();
    format!("{object:?}").hash(&mut hasher);
    hasher.finish()
}

fn sync<'a, T: Scheduled + 'a>(
    slots: &mut BTreeMap<ObjectName, Slot>,
    objects: impl Iterator<Item = &'a T>,
    floor: Option<Duration>,
    known: impl Fn(&T) -> Option<u64>,
) {
    let objects: BTreeMap<_, _> = objects.map(|object| (object.name(), object)).collect();
    slots.retain(|name, _| objects.contains_key(name));
    for (name, object) in objects {
        let interval = floor.map_or(object.interval(), |floor| object.interval().max(floor));
        let wanted = object.wanted();
        match slots.get_mut(name) {
            Some(slot) if slot.wanted == wanted => slot.interval = interval,
            changed => {
                let next = changed.map_or_else(|| known(object), |_| None).unwrap_or(0);
                let slot = Slot { next, interval, failed: false, failures: 0, wanted };
                slots.insert(name.clone(), slot);
            }
        }
    }
}

fn due(slots: &BTreeMap<ObjectName, Slot>, now: u64) -> BTreeSet<ObjectName> {
    let due = slots.iter().filter(|(_, slot)| slot.next <= now);
    due.map(|(name, _)| name.clone()).collect()
}

fn plan(
    slots: &mut BTreeMap<ObjectName, Slot>,
    name: &ObjectName,
    failed: Option<&Failed>,
    now: u64,
) {
    let Some(slot) = slots.get_mut(name) else {
        return;
    };
    slot.failed = failed.is_some();
    slot.failures = match failed.map(|failed| failed.retry) {
        Some(Retry::BackOff) => slot.failures.saturating_add(1),
        _ => 0,
    };
    // Who asked to be left alone is left alone, beyond the interval if need be.
    let told = failed.and_then(|failed| failed.retry_after).unwrap_or(0);
    slot.next = now.saturating_add(slot.wait().as_secs().max(told).max(1));
}

impl Slot {
    fn wait(&self) -> Duration {
        match self.failures {
            0 => self.interval,
            n => FIRST_BACK_OFF.saturating_mul(1 << (n - 1).min(16)).min(self.interval),
        }
    }
}

#[cfg(test)]
mod tests {
    use tagwarden_core::spec::{Access, Provider};

    use super::*;
    use crate::Reason;

    fn slot(failures: u32) -> Slot {
        let interval = Duration::from_secs(60);
        Slot { next: 0, interval, failed: failures > 0, failures, wanted: 0 }
    }

    #[test]
    fn backs_off_up_to_the_interval() {
        let waits: Vec<_> = (0..5).map(|n| slot(n).wait().as_secs()).collect();
        assert_eq!(waits, [60, 10, 20, 40, 60]);
        assert_eq!(slot(u32::MAX).wait().as_secs(), 60);
    }

    #[test]
    fn a_success_resets_the_back_off() {
        let name = ObjectName::new("a", "b");
        let mut slots = BTreeMap::from([(name.clone(), slot(0))]);
        let away = Failed::new(Reason::Unreachable, Retry::BackOff, "away");
        plan(&mut slots, &name, Some(&away), 100);
        assert_eq!(slots[&name].next, 110);
        plan(&mut slots, &name, None, 110);
        assert_eq!(slots[&name].next, 170);
        assert!(due(&slots, 169).is_empty());
        assert_eq!(due(&slots, 170).len(), 1);
    }

    #[test]
    fn who_asked_for_patience_is_not_asked_before() {
        let name = ObjectName::new("a", "b");
        let mut slots = BTreeMap::from([(name.clone(), slot(0))]);
        let throttled = Failed::new(Reason::Throttled, Retry::BackOff, "slow down");
        plan(&mut slots, &name, Some(&throttled.clone().after(Some(3600))), 100);
        assert_eq!(slots[&name].next, 3700);
        plan(&mut slots, &name, Some(&throttled.after(Some(1))), 3700);
        assert_eq!(slots[&name].next, 3720);
    }

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
        plan(&mut schedule.repositories, &name, Some(&refused), 100);
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
