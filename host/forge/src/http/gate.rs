//! Which forges want to be left alone by whom.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

use reqwest::header::HeaderValue;
use sha2::{Digest, Sha256};
use url::Url;

/// How many are remembered before those that are over are forgotten.
const MAX_REMEMBERED: usize = 1_000;

type Key = (String, [u8; 32]);

/// Keeps a token from a forge that asked it for patience.
#[derive(Default)]
pub(crate) struct Gate {
    closed: Mutex<HashMap<Key, Instant>>,
}

impl Gate {
    /// Keeps the token from the forge for a while.
    pub fn close(&self, root: &Url, token: &HeaderValue, wait: Duration) {
        let now = Instant::now();
        let mut closed = self.closed.lock().unwrap_or_else(PoisonError::into_inner);
        if closed.len() >= MAX_REMEMBERED {
            closed.retain(|_, until| *until > now);
        }
        closed.insert(key(root, token), now + wait);
    }

    /// How long the forge still wants to be left alone.
    pub fn closed_for(&self, root: &Url, token: &HeaderValue) -> Option<Duration> {
        let closed = self.closed.lock().unwrap_or_else(PoisonError::into_inner);
        let left = closed.get(&key(root, token))?.saturating_duration_since(Instant::now());
        (!left.is_zero()).then_some(left)
    }
}

fn key(root: &Url, token: &HeaderValue) -> Key {
    (root.origin().ascii_serialization(), Sha256::digest(token.as_bytes()).into())
}
