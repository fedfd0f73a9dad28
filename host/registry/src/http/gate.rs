//! Politeness towards one registry host, over all images.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use tokio::sync::Semaphore;

use crate::auth::credential::Fingerprint;

/// How many hosts and throttles are remembered before the map starts anew.
const MAX_REMEMBERED: usize = 10_000;

/// Lets a few requests at a time through to each host, and none to a host
/// that asked these very credentials for patience.
pub(crate) struct Gate {
    concurrency: usize,
    hosts: Mutex<HashMap<String, Arc<Semaphore>>>,
    closed: Mutex<HashMap<(String, Fingerprint), Instant>>,
}

impl Gate {
    pub fn new(concurrency: usize) -> Self {
        Self { concurrency: concurrency.max(1), hosts: Mutex::default(), closed: Mutex::default() }
    }

    /// The permits of a host.
    pub fn permits(&self, host: &str) -> Arc<Semaphore> {
        let mut hosts = self.hosts.lock().unwrap_or_else(PoisonError::into_inner);
        if hosts.len() >= MAX_REMEMBERED {
            hosts.retain(|_, permits| Arc::strong_count(permits) > 1);
        }
        let permits = hosts.entry(host.to_owned());
        permits.or_insert_with(|| Arc::new(Semaphore::new(self.concurrency))).clone()
    }

    /// Keeps the credentials from the host for a while.
    pub fn close(&self, host: &str, who: Fingerprint, wait: Duration) {
        let now = Instant::now();
        let mut closed = self.closed.lock().unwrap_or_else(PoisonError::into_inner);
        if closed.len() >= MAX_REMEMBERED {
            closed.retain(|_, until| *until > now);
        }
        closed.insert((host.to_owned(), who), now + wait);
    }

    /// How long the host still wants to be left alone.
    pub fn closed_for(&self, host: &str, who: Fingerprint) -> Option<Duration> {
        let mut closed = self.closed.lock().unwrap_or_else(PoisonError::into_inner);
        let key = (host.to_owned(), who);
        let left = closed.get(&key)?.saturating_duration_since(Instant::now());
        if left.is_zero() {
            closed.remove(&key);
            return None;
        }
        Some(left)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_is_closed_to_the_throttled_credential_only() {
        let gate = Gate::new(4);
        gate.close("r.example", [1; 32], Duration::from_secs(60));
        assert!(gate.closed_for("r.example", [1; 32]).is_some());
        assert_eq!(gate.closed_for("r.example", [2; 32]), None);
        assert_eq!(gate.closed_for("s.example", [1; 32]), None);
        gate.close("r.example", [1; 32], Duration::ZERO);
        assert_eq!(gate.closed_for("r.example", [1; 32]), None);
    }

    #[test]
    fn every_image_of_a_host_shares_its_permits() {
        let gate = Gate::new(2);
        let _one = gate.permits("r.example").try_acquire_owned().unwrap();
        let _two = gate.permits("r.example").try_acquire_owned().unwrap();
        assert!(gate.permits("r.example").try_acquire_owned().is_err());
        assert!(gate.permits("s.example").try_acquire_owned().is_ok());
    }
}
