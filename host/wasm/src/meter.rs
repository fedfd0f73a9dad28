//! What an evaluation used, for those who measure.

use std::sync::{Mutex, PoisonError};

use wasmtime::Store;

use crate::{Limits, guest::Guest};

/// What one evaluation used.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Usage {
    /// Instructions, as the engine counts them: the same in every run.
    pub fuel: u64,
    /// Bytes of linear memory. Memory never shrinks, so this is also the peak.
    pub memory: usize,
}

/// Remembers what the last evaluation used.
#[derive(Debug, Default)]
pub(crate) struct Meter(Mutex<Usage>);

impl Meter {
    /// Reads a sandbox's gauges after a call.
    pub(crate) fn note(&self, store: &Store<Guest>, limits: &Limits) {
        let fuel = store.get_fuel().map_or(0, |left| u64::MAX - left);
        let memory = limits.memory_bytes - store.data().limiter.memory_left();
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Usage { fuel, memory };
    }

    pub(crate) fn last(&self) -> Usage {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
