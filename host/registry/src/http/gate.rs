//! Politeness towards one registry host, over all images.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use sha2::{Digest, Sha256};
use tokio::sync::Semaphore;

use crate::auth::credential::Fingerprint;

/// How many hosts and parties are remembered before the map starts anew.
const MAX_REMEMBERED: usize = 10_000;
/// After so many failed requests in a row a host is left alone for a while.
const FAILURES: u32 = 8;
/// The first such while; it doubles with each request that fails after it.
const FIRST_REST: Duration = Duration::from_secs(10);
/// The longest.
const LONGEST_REST: Duration = Duration::from_secs(300);
/// How long a host is left alone that throttles without saying for how long;
/// it doubles likewise.
const FIRST_PATIENCE: Duration = Duration::from_secs(15);
const LONGEST_PATIENCE: Duration = Duration::from_secs(900);

/// Lets a few requests at a time through to each host, and none to a host
/// that asked these very credentials for patience, or that fails all the time.
pub(crate) struct Gate {
    concurrency: usize,
    hosts: Mutex<HashMap<String, Arc<Semaphore>>>,
    parties: Mutex<Parties>,
}

/// Requests by what a registry's limits count them under.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Lane {
    /// All of them.
    Any,
    /// Those that count as a pull.
    Pulls,
}

/// Why a host is not asked, and for how long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Closed {
    pub left: Duration,
    pub because: Because,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Because {
    /// It asked for patience.
    Throttled,
    /// The limit on pulls is used up.
    PullLimit,
    /// So many requests failed, one after another.
    Failing(u32),
}

/// A host as one account sees it.
type Party = (String, Fingerprint);

#[derive(Default)]
struct Parties {
    standing: HashMap<Party, Standing>,
    /// Whom the host counts a credential's requests under, where it says so:
    /// two credentials of one account share its limits.
    accounts: HashMap<Party, Fingerprint>,
}

#[derive(Clone, Copy, Default)]
struct Standing {
    closed: Option<(Instant, Because)>,
    no_pulls: Option<Instant>,
    failures: u32,
    throttles: u32,
}

impl Parties {
    fn party(&self, host: &str, who: Fingerprint) -> Party {
        let party = (host.to_owned(), who);
        let account = self.accounts.get(&party).copied();
        (party.0, account.unwrap_or(who))
    }

    fn standing(&mut self, host: &str, who: Fingerprint) -> &mut Standing {
        if self.standing.len() >= MAX_REMEMBERED {
            let now = Instant::now();
            self.standing.retain(|_, standing| standing.is_news(now));
        }
        let party = self.party(host, who);
        self.standing.entry(party).or_default()
    }
}

impl Standing {
    fn is_news(&self, now: Instant) -> bool {
        self.closed.is_some_and(|(until, _)| until > now) || self.no_pulls.is_some_and(|u| u > now)
    }

    fn closed(&self, now: Instant, lane: Lane) -> Option<Closed> {
        let pulls = self.no_pulls.filter(|_| lane == Lane::Pulls);
        let all = [self.closed, pulls.map(|until| (until, Because::PullLimit))];
        let running = all.into_iter().flatten().filter(|(until, _)| *until > now);
        let (until, because) = running.max_by_key(|(until, _)| *until)?;
        Some(Closed { left: until - now, because })
    }
}

impl Gate {
    pub fn new(concurrency: usize) -> Self {
        Self { concurrency: concurrency.max(1), hosts: Mutex::default(), parties: Mutex::default() }
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

    /// Why the host is not to be asked now, if it is not.
    pub fn closed(&self, host: &str, who: Fingerprint, lane: Lane) -> Option<Closed> {
        self.with(|parties| parties.standing(host, who).closed(Instant::now(), lane))
    }

    /// The host asked for patience, perhaps for so long.
    pub fn throttled(&self, host: &str, who: Fingerprint, wait: Option<Duration>) {
        self.with(|parties| {
            let standing = parties.standing(host, who);
            let wait = wait
                .unwrap_or_else(|| jittered(FIRST_PATIENCE, LONGEST_PATIENCE, standing.throttles));
            standing.throttles = standing.throttles.saturating_add(1);
            standing.closed = Some((Instant::now() + wait, Because::Throttled));
        });
    }

    /// The account's pulls are used up for so long.
    pub fn pulls_used_up(&self, host: &str, who: Fingerprint, wait: Duration) {
        self.with(|parties| parties.standing(host, who).no_pulls = Some(Instant::now() + wait));
    }

    /// A request failed: it could not be sent, or the host has trouble of its own.
    pub fn failed(&self, host: &str, who: Fingerprint) {
        self.with(|parties| {
            let standing = parties.standing(host, who);
            standing.failures = standing.failures.saturating_add(1);
            let now = Instant::now();
            let Some(over) = standing.failures.checked_sub(FAILURES) else { return };
            // Requests that were under way together count as one more.
            if standing.closed(now, Lane::Any).is_none() {
                let rest = jittered(FIRST_REST, LONGEST_REST, over);
                standing.closed = Some((now + rest, Because::Failing(standing.failures)));
            }
        });
    }

    /// The host answered as it should.
    pub fn went_well(&self, host: &str, who: Fingerprint) {
        self.with(|parties| {
            let standing = parties.standing(host, who);
            (standing.failures, standing.throttles) = (0, 0);
        });
    }

    /// The host says under which name it counts the credential's requests.
    pub fn counted_as(&self, host: &str, who: Fingerprint, account: &str) {
        let account: Fingerprint = Sha256::digest(account).into();
        self.with(|parties| {
            if parties.accounts.len() >= MAX_REMEMBERED {
                parties.accounts.clear();
            }
            parties.accounts.insert((host.to_owned(), who), account);
        });
    }

    fn with<T>(&self, work: impl FnOnce(&mut Parties) -> T) -> T {
        work(&mut self.parties.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Doubles with each time; half of it is chance, so that many do not come back at once.
pub(crate) fn jittered(first: Duration, longest: Duration, times: u32) -> Duration {
    let full = first.saturating_mul(2_u32.saturating_pow(times.min(16))).min(longest);
    full.mul_f64(0.5 + fastrand::f64() / 2.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOST: &str = "r.example";
    const MINUTE: Duration = Duration::from_secs(60);

    fn why(gate: &Gate, who: u8, lane: Lane) -> Option<Because> {
        gate.closed(HOST, [who; 32], lane).map(|closed| closed.because)
    }

    #[test]
    fn a_host_is_closed_to_the_throttled_credential_only() {
        let gate = Gate::new(4);
        gate.throttled(HOST, [1; 32], Some(MINUTE));
        assert_eq!(why(&gate, 1, Lane::Any), Some(Because::Throttled));
        assert_eq!(why(&gate, 2, Lane::Any), None);
        assert_eq!(gate.closed("s.example", [1; 32], Lane::Any), None);
        gate.throttled(HOST, [1; 32], Some(Duration::ZERO));
        assert_eq!(why(&gate, 1, Lane::Any), None);
    }

    #[test]
    fn patience_that_was_not_measured_grows() {
        let gate = Gate::new(4);
        let left = || gate.closed(HOST, [1; 32], Lane::Any).unwrap().left;
        gate.throttled(HOST, [1; 32], None);
        assert!(left() <= FIRST_PATIENCE, "{:?}", left());
        for _ in 0..20 {
            gate.throttled(HOST, [1; 32], None);
        }
        assert!(left() > LONGEST_PATIENCE / 3 && left() <= LONGEST_PATIENCE, "{:?}", left());
        gate.went_well(HOST, [1; 32]);
        gate.throttled(HOST, [1; 32], None);
        assert!(left() <= FIRST_PATIENCE, "{:?}", left());
    }

    #[test]
    fn a_host_that_fails_all_the_time_is_left_alone() {
        let gate = Gate::new(4);
        for _ in 1..FAILURES {
            gate.failed(HOST, [1; 32]);
        }
        assert_eq!(why(&gate, 1, Lane::Any), None);
        gate.failed(HOST, [1; 32]);
        assert_eq!(why(&gate, 1, Lane::Any), Some(Because::Failing(FAILURES)));
        let gate = Gate::new(4);
        for _ in 0..100 {
            (1..FAILURES).for_each(|_| gate.failed(HOST, [1; 32]));
            gate.went_well(HOST, [1; 32]);
        }
        assert_eq!(why(&gate, 1, Lane::Any), None);
    }

    #[test]
    fn pulls_that_are_used_up_stop_pulls_alone() {
        let gate = Gate::new(4);
        gate.pulls_used_up(HOST, [1; 32], MINUTE);
        assert_eq!(why(&gate, 1, Lane::Any), None);
        assert_eq!(why(&gate, 1, Lane::Pulls), Some(Because::PullLimit));
    }

    #[test]
    fn two_credentials_of_one_account_share_its_limits() {
        let gate = Gate::new(4);
        gate.counted_as(HOST, [1; 32], "203.0.113.7");
        gate.counted_as(HOST, [2; 32], "203.0.113.7");
        gate.throttled(HOST, [1; 32], Some(MINUTE));
        assert_eq!(why(&gate, 2, Lane::Any), Some(Because::Throttled));
        assert_eq!(why(&gate, 3, Lane::Any), None);
    }

    #[test]
    fn every_image_of_a_host_shares_its_permits() {
        let gate = Gate::new(2);
        let _one = gate.permits(HOST).try_acquire_owned().unwrap();
        let _two = gate.permits(HOST).try_acquire_owned().unwrap();
        assert!(gate.permits(HOST).try_acquire_owned().is_err());
        assert!(gate.permits("s.example").try_acquire_owned().is_ok());
    }
}
