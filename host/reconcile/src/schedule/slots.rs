//! When each object of a kind is due.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use tagwarden_core::object::ObjectName;

use super::scheduled::Scheduled;
use crate::{Failed, Retry};

/// The wait after a first failure; it doubles up to the object's interval.
const FIRST_BACK_OFF: Duration = Duration::from_secs(10);

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

/// Slots by object.
#[derive(Debug, Default)]
pub(super) struct Slots(BTreeMap<ObjectName, Slot>);

impl Slots {
    /// Takes up new objects and changed ones, and drops those that are gone. What
    /// `known` tells of a new one is when it is due; otherwise it is at once.
    pub fn sync<'a, T: Scheduled + 'a>(
        &mut self,
        objects: impl Iterator<Item = &'a T>,
        floor: Option<Duration>,
        known: impl Fn(&T) -> Option<u64>,
    ) {
        let objects: BTreeMap<_, _> = objects.map(|object| (object.name(), object)).collect();
        self.0.retain(|name, _| objects.contains_key(name));
        for (name, object) in objects {
            let interval = floor.map_or(object.interval(), |floor| object.interval().max(floor));
            let wanted = object.wanted();
            match self.0.get_mut(name) {
                Some(slot) if slot.wanted == wanted => slot.interval = interval,
                changed => {
                    let next = changed.map_or_else(|| known(object), |_| None).unwrap_or(0);
                    let slot = Slot { next, interval, failed: false, failures: 0, wanted };
                    self.0.insert(name.clone(), slot);
                }
            }
        }
    }

    /// What is due at `now`.
    pub fn due(&self, now: u64) -> BTreeSet<ObjectName> {
        let due = self.0.iter().filter(|(_, slot)| slot.next <= now);
        due.map(|(name, _)| name.clone()).collect()
    }

    /// What failed the last time and is not due again at `now`.
    pub fn waiting(&self, now: u64) -> BTreeSet<ObjectName> {
        let waiting = self.0.iter().filter(|(_, slot)| slot.failed && slot.next > now);
        waiting.map(|(name, _)| name.clone()).collect()
    }

    /// When the first of them is due.
    pub fn next(&self) -> Option<u64> {
        self.0.values().map(|slot| slot.next).min()
    }

    /// Plans an object's next time.
    pub fn plan(&mut self, name: &ObjectName, failed: Option<&Failed>, now: u64) {
        let Some(slot) = self.0.get_mut(name) else {
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
        let mut slots = Slots(BTreeMap::from([(name.clone(), slot(0))]));
        let away = Failed::new(Reason::Unreachable, Retry::BackOff, "away");
        slots.plan(&name, Some(&away), 100);
        assert_eq!(slots.0[&name].next, 110);
        slots.plan(&name, None, 110);
        assert_eq!(slots.0[&name].next, 170);
        assert!(slots.due(169).is_empty());
        assert_eq!(slots.due(170).len(), 1);
    }

    #[test]
    fn who_asked_for_patience_is_not_asked_before() {
        let name = ObjectName::new("a", "b");
        let mut slots = Slots(BTreeMap::from([(name.clone(), slot(0))]));
        let throttled = Failed::new(Reason::Throttled, Retry::BackOff, "slow down");
        slots.plan(&name, Some(&throttled.clone().after(Some(3600))), 100);
        assert_eq!(slots.0[&name].next, 3700);
        slots.plan(&name, Some(&throttled.after(Some(1))), 3700);
        assert_eq!(slots.0[&name].next, 3720);
    }
}
