//! When each object is due: pure bookkeeping for a loop that runs for ever.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use tagwarden_core::{object::ObjectName, spec::Inventory};

use crate::{Report, Retry, Scan, Update};

/// The wait after a first failure; it doubles up to the object's interval.
const FIRST_BACK_OFF: Duration = Duration::from_secs(10);

/// The objects a pass is to look at.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Due {
    /// Image repositories to scan.
    pub repositories: BTreeSet<ObjectName>,
    /// Automations to run.
    pub automations: BTreeSet<ObjectName>,
}

impl Due {
    /// Whether nothing is due.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.repositories.is_empty() && self.automations.is_empty()
    }
}

/// When each object is due next, in seconds since 1970-01-01 UTC.
#[derive(Debug, Default)]
pub struct Schedule {
    repositories: BTreeMap<ObjectName, Slot>,
    automations: BTreeMap<ObjectName, Slot>,
}

#[derive(Debug)]
struct Slot {
    next: u64,
    interval: Duration,
    failures: u32,
}

impl Schedule {
    /// Takes up new objects, due at once, and drops those that are gone.
    pub fn sync(&mut self, inventory: &Inventory, floor: Option<Duration>) {
        let repositories = inventory.repositories.iter().map(|r| (&r.name, r.interval));
        sync(&mut self.repositories, repositories, floor);
        let automations = inventory.automations.iter().map(|a| (&a.name, a.interval));
        sync(&mut self.automations, automations, floor);
    }

    /// What is due at `now`.
    #[must_use]
    pub fn due(&self, now: u64) -> Due {
        Due { repositories: due(&self.repositories, now), automations: due(&self.automations, now) }
    }

    /// How long to wait from `now` until something is due; none when there is nothing at all.
    #[must_use]
    pub fn wait(&self, now: u64) -> Option<Duration> {
        let slots = self.repositories.values().chain(self.automations.values());
        let next = slots.map(|slot| slot.next).min()?;
        Some(Duration::from_secs(next.saturating_sub(now)))
    }

    /// Plans the next time of everything that a pass over `due` looked at.
    pub fn done(&mut self, due: &Due, report: &Report, now: u64) {
        for outcome in &report.repositories {
            let retry = match &outcome.scan {
                Scan::Failed(failed) => Some(failed.retry),
                _ => None,
            };
            if due.repositories.contains(&outcome.name) {
                plan(&mut self.repositories, &outcome.name, retry, now);
            }
        }
        for outcome in &report.automations {
            let retry = match &outcome.update {
                Update::Failed(failed) => Some(failed.retry),
                _ => None,
            };
            plan(&mut self.automations, &outcome.name, retry, now);
        }
    }
}

fn sync<'a>(
    slots: &mut BTreeMap<ObjectName, Slot>,
    objects: impl Iterator<Item = (&'a ObjectName, Duration)>,
    floor: Option<Duration>,
) {
    let wanted: BTreeMap<_, _> = objects.collect();
    slots.retain(|name, _| wanted.contains_key(name));
    for (name, interval) in wanted {
        let interval = floor.map_or(interval, |floor| interval.max(floor));
        let slot = slots.entry(name.clone()).or_insert(Slot { next: 0, interval, failures: 0 });
        slot.interval = interval;
    }
}

fn due(slots: &BTreeMap<ObjectName, Slot>, now: u64) -> BTreeSet<ObjectName> {
    let due = slots.iter().filter(|(_, slot)| slot.next <= now);
    due.map(|(name, _)| name.clone()).collect()
}

fn plan(slots: &mut BTreeMap<ObjectName, Slot>, name: &ObjectName, retry: Option<Retry>, now: u64) {
    let Some(slot) = slots.get_mut(name) else {
        return;
    };
    slot.failures = match retry {
        Some(Retry::BackOff) => slot.failures.saturating_add(1),
        _ => 0,
    };
    slot.next = now.saturating_add(slot.wait().as_secs().max(1));
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
    use super::*;

    fn slot(failures: u32) -> Slot {
        Slot { next: 0, interval: Duration::from_secs(60), failures }
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
        plan(&mut slots, &name, Some(Retry::BackOff), 100);
        assert_eq!(slots[&name].next, 110);
        plan(&mut slots, &name, None, 110);
        assert_eq!(slots[&name].next, 170);
        assert!(due(&slots, 169).is_empty());
        assert_eq!(due(&slots, 170).len(), 1);
    }

    #[test]
    fn new_objects_are_due_at_once_and_gone_ones_forgotten() {
        let name = ObjectName::new("a", "b");
        let mut slots = BTreeMap::new();
        let every_minute = Duration::from_secs(60);
        sync(&mut slots, [(&name, every_minute)].into_iter(), None);
        assert_eq!(due(&slots, 0).len(), 1);
        sync(&mut slots, [].into_iter(), None);
        assert!(slots.is_empty());
    }
}
