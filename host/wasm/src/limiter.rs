//! Caps on what a guest allocates, and a record of what it was denied.

use wasmtime::{ResourceLimiter, Result};

use crate::{
    Limits,
    engine::{MEMORIES, TABLES},
};

/// Grants memory and tables up to the limits.
///
/// A guest that is denied memory usually panics, and its trap no longer tells
/// why, so the denial is remembered here.
#[derive(Debug)]
pub(crate) struct Limiter {
    memory_left: usize,
    elements_left: usize,
    instances: usize,
    denied: Option<Denied>,
}

/// What a guest asked too much of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Denied {
    Memory,
    Table,
}

impl Limiter {
    pub(crate) fn new(limits: &Limits) -> Self {
        Self {
            memory_left: limits.memory_bytes,
            elements_left: limits.table_elements,
            instances: limits.instances,
            denied: None,
        }
    }

    /// What was denied first, if anything.
    pub(crate) fn denied(&self) -> Option<Denied> {
        self.denied
    }

    /// How many bytes of memory are still to be had.
    pub(crate) fn memory_left(&self) -> usize {
        self.memory_left
    }

    fn deny(&mut self, denied: Denied) -> bool {
        self.denied.get_or_insert(denied);
        false
    }
}

impl ResourceLimiter for Limiter {
    fn memory_growing(&mut self, now: usize, wanted: usize, max: Option<usize>) -> Result<bool> {
        let growth = wanted.saturating_sub(now);
        if growth > self.memory_left {
            return Ok(self.deny(Denied::Memory));
        }
        // Growth past the guest's own maximum fails anyway and takes nothing.
        if max.is_none_or(|max| wanted <= max) {
            self.memory_left -= growth;
        }
        Ok(true)
    }

    fn table_growing(&mut self, now: usize, wanted: usize, max: Option<usize>) -> Result<bool> {
        let growth = wanted.saturating_sub(now);
        if growth > self.elements_left {
            return Ok(self.deny(Denied::Table));
        }
        if max.is_none_or(|max| wanted <= max) {
            self.elements_left -= growth;
        }
        Ok(true)
    }

    fn instances(&self) -> usize {
        self.instances
    }

    fn tables(&self) -> usize {
        TABLES as usize
    }

    fn memories(&self) -> usize {
        MEMORIES as usize
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memories_share_one_budget() {
        let mut limiter = Limiter::new(&Limits { memory_bytes: 100, ..Limits::default() });
        assert!(limiter.memory_growing(0, 60, None).unwrap());
        assert!(limiter.memory_growing(0, 40, None).unwrap());
        assert_eq!(limiter.denied(), None);
        assert!(!limiter.memory_growing(60, 61, None).unwrap());
        assert_eq!(limiter.denied(), Some(Denied::Memory));
    }

    #[test]
    fn growth_past_the_guests_own_maximum_costs_nothing() {
        let mut limiter = Limiter::new(&Limits { memory_bytes: 100, ..Limits::default() });
        assert!(limiter.memory_growing(0, 90, Some(10)).unwrap());
        assert!(limiter.memory_growing(0, 90, None).unwrap());
    }
}
