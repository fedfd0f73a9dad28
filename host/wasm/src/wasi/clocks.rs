//! Clocks that tell nothing of the world.

use tagwarden_reconcile::ports::Failure;
use wasmtime::{
    Result, StoreContextMut,
    component::{ComponentType, LinkerInstance, Lower, Resource},
};

use super::{HANDLES, Pollable, Wasi, wasi};
use crate::guest::{Ended, Guest};

/// The first reading of the monotonic clock: Go takes zero for a broken one.
pub(super) const FIRST: u64 = 1;

/// How far each reading moves it on, in nanoseconds. Loops that wait for time
/// to pass come to an end.
const STEP: u64 = 1_000;

#[derive(Clone, Copy, ComponentType, Lower)]
#[component(record)]
struct Datetime {
    seconds: u64,
    nanoseconds: u32,
}

type Store<'a> = StoreContextMut<'a, Guest>;

pub(super) fn define(
    instance: &mut LinkerInstance<'_, Guest>,
    name: &str,
    interface: &str,
) -> Result<bool> {
    match (interface, name) {
        ("wasi:clocks/wall-clock", "now") => {
            instance.func_wrap(name, |mut store: Store<'_>, (): ()| {
                Ok((Datetime { seconds: wasi(&mut store)?.wall, nanoseconds: 0 },))
            })?;
        }
        ("wasi:clocks/wall-clock", "resolution") => {
            instance.func_wrap(name, |_: Store<'_>, (): ()| {
                Ok((Datetime { seconds: 1, nanoseconds: 0 },))
            })?;
        }
        ("wasi:clocks/monotonic-clock", "now") => {
            instance.func_wrap(name, |mut store: Store<'_>, (): ()| {
                Ok((wasi(&mut store)?.reading(),))
            })?;
        }
        ("wasi:clocks/monotonic-clock", "resolution") => {
            instance.func_wrap(name, |_: Store<'_>, (): ()| Ok((STEP,)))?;
        }
        ("wasi:clocks/monotonic-clock", "subscribe-instant") => {
            instance.func_wrap(name, |mut store: Store<'_>, (at,): (u64,)| {
                Ok((wasi(&mut store)?.moment(at)?,))
            })?;
        }
        ("wasi:clocks/monotonic-clock", "subscribe-duration") => {
            instance.func_wrap(name, |mut store: Store<'_>, (after,): (u64,)| {
                let wasi = wasi(&mut store)?;
                let at = wasi.monotonic.saturating_add(after);
                Ok((wasi.moment(at)?,))
            })?;
        }
        _ => return Ok(false),
    }
    Ok(true)
}

impl Wasi {
    fn reading(&mut self) -> u64 {
        let now = self.monotonic;
        self.monotonic = now.saturating_add(STEP);
        now
    }

    /// A handle to a moment of the monotonic clock.
    pub(super) fn moment(&mut self, at: u64) -> Result<Resource<Pollable>> {
        let full = |_| Ended(Failure::Limit(format!("{HANDLES} moments to wait for")));
        Ok(self.handles.push(Pollable(at)).map_err(full)?)
    }

    /// Whether the moment has come.
    pub(super) fn has_come(&self, moment: &Resource<Pollable>) -> Result<bool> {
        Ok(self.handles.get(moment)?.0 <= self.monotonic)
    }

    /// Waits, in no time, until the earliest of the moments has come.
    pub(super) fn sleep(&mut self, moments: &[Resource<Pollable>]) -> Result<()> {
        let mut earliest = u64::MAX;
        for moment in moments {
            earliest = earliest.min(self.handles.get(moment)?.0);
        }
        self.monotonic = self.monotonic.max(earliest);
        Ok(())
    }
}
