//! Writes on their way to the disk.

use std::collections::BTreeMap;

use tagwarden_core::object::ObjectName;

use super::frame::Kind;

/// What is held back at most. One `fsync` for each of five thousand scans
/// would take longer than the scans.
const MAX_BYTES: usize = 4 << 20;
const MAX_ENTRIES: usize = 2_000;

type Changes = BTreeMap<ObjectName, Option<Vec<u8>>>;

/// Entries that were put, or dropped, since the last commit: the latest of each.
#[derive(Default)]
pub(super) struct Pending {
    kinds: BTreeMap<Kind, Changes>,
    bytes: usize,
    entries: usize,
}

impl Pending {
    /// Takes an entry in the place of an earlier one; `None` drops it.
    pub fn put(&mut self, kind: Kind, name: &ObjectName, framed: Option<Vec<u8>>) {
        self.bytes += framed.as_ref().map_or(0, Vec::len);
        self.entries += 1;
        let changes = self.kinds.entry(kind).or_default();
        if let Some(Some(replaced)) = changes.insert(name.clone(), framed) {
            self.bytes -= replaced.len();
        }
    }

    /// The latest of an entry, if it changed: put, or dropped.
    pub fn get(&self, kind: Kind, name: &ObjectName) -> Option<&Option<Vec<u8>>> {
        self.kinds.get(&kind)?.get(name)
    }

    /// All changes, table by table.
    pub fn by_kind(&self) -> impl Iterator<Item = (Kind, &Changes)> {
        self.kinds.iter().map(|(kind, changes)| (*kind, changes))
    }

    /// Whether there is enough of it for a commit.
    pub fn is_full(&self) -> bool {
        self.bytes >= MAX_BYTES || self.entries >= MAX_ENTRIES
    }

    pub fn is_empty(&self) -> bool {
        self.entries == 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_latest_counts_and_many_or_large_ones_fill_it() {
        let name = ObjectName::new("ns", "a");
        let mut pending = Pending::default();
        assert!(pending.is_empty() && pending.get(Kind::Policy, &name).is_none());
        pending.put(Kind::Policy, &name, Some(vec![0; MAX_BYTES - 1]));
        assert!(!pending.is_full());
        pending.put(Kind::Policy, &name, None);
        assert_eq!(pending.get(Kind::Policy, &name), Some(&None));
        pending.put(Kind::Policy, &name, Some(vec![0; MAX_BYTES - 1]));
        assert!(!pending.is_full(), "what was replaced does not count");
        pending.put(Kind::Listing, &name, Some(vec![0]));
        assert!(pending.is_full());
        let mut pending = Pending::default();
        for number in 0..MAX_ENTRIES {
            assert!(!pending.is_full());
            pending.put(Kind::Policy, &ObjectName::new("ns", number.to_string()), None);
        }
        assert!(pending.is_full());
    }
}
