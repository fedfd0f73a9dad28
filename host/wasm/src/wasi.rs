//! An empty WASI 0.2, for guests that cannot live without one.
//!
//! There is nothing in it: no files, network, environment or arguments. Its
//! wall clock stands still at the decision's time, its monotonic clock counts
//! readings, its randomness is the same every time, what is printed goes to the
//! guest's log, and who sleeps wakes at once at a later time. So a decision
//! stays a function of its input. A function that is not here exists and ends
//! the call that calls it: most guests import far more than they use.
//!
//! Written here rather than taken from `wasmtime-wasi`: that crate gives access
//! to a system, and being granted nothing is easiest to see where nothing is.

mod cli;
mod clocks;
mod io;
mod random;

pub(crate) use cli::finish_lines;

use std::fmt;

use tagwarden_reconcile::ports::Failure;
use wasmtime::{
    Result, StoreContextMut,
    component::{
        Component, Linker, LinkerInstance, Resource, ResourceTable, ResourceType,
        types::ComponentItem,
    },
};

use crate::guest::{Ended, Guest};

/// Handles to things of the system, alive at once.
const HANDLES: usize = 64;

/// One guest's empty system.
pub(crate) struct Wasi {
    /// Decision time in seconds since 1970-01-01 UTC.
    wall: u64,
    /// The next reading of the monotonic clock, in nanoseconds.
    monotonic: u64,
    random: random::Random,
    printed: cli::Printed,
    handles: ResourceTable,
}

impl fmt::Debug for Wasi {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Wasi").field("wall", &self.wall).finish_non_exhaustive()
    }
}

impl Wasi {
    /// A system at the time `now`.
    pub(crate) fn new(now: u64) -> Self {
        let mut handles = ResourceTable::new();
        handles.set_max_capacity(HANDLES);
        Self {
            wall: now,
            monotonic: clocks::FIRST,
            random: random::Random::default(),
            printed: cli::Printed::default(),
            handles,
        }
    }
}

/// Whether an import is of the system that can be granted.
pub(crate) fn is_part(import: &str) -> bool {
    import.starts_with("wasi:")
        && import.rsplit_once('@').is_some_and(|(_, version)| version.starts_with("0.2."))
}

/// Offers all that `component` imports of WASI.
pub(crate) fn link(linker: &mut Linker<Guest>, component: &Component) -> Result<()> {
    let engine = linker.engine().clone();
    for (import, item) in component.component_type().imports(&engine) {
        let ComponentItem::ComponentInstance(expected) = item.ty else { continue };
        let Some((interface, _)) = import.rsplit_once('@').filter(|_| is_part(import)) else {
            continue;
        };
        let mut instance = linker.instance(import)?;
        for (name, item) in expected.exports(&engine) {
            match item.ty {
                ComponentItem::ComponentFunc(_) => function(&mut instance, interface, name)?,
                ComponentItem::Resource(_) => resource(&mut instance, name)?,
                _ => {}
            }
        }
    }
    Ok(())
}

fn function(instance: &mut LinkerInstance<'_, Guest>, interface: &str, name: &str) -> Result<()> {
    let package = interface.split('/').next().unwrap_or_default();
    let defined = match package {
        "wasi:cli" => cli::define(instance, interface, name)?,
        "wasi:clocks" => clocks::define(instance, name, interface)?,
        "wasi:io" => io::define(instance, name)?,
        "wasi:random" => random::define(instance, name)?,
        "wasi:filesystem" => cli::no_files(instance, name)?,
        _ => false,
    };
    match defined {
        true => Ok(()),
        false => absent(instance, format!("{interface}#{name}")),
    }
}

/// A function that ends the call.
fn absent(instance: &mut LinkerInstance<'_, Guest>, function: String) -> Result<()> {
    let name = function.rsplit_once('#').map(|(_, name)| name.to_owned()).unwrap_or_default();
    instance.func_new(&name, move |_, _, _, _| {
        let trap = format!("it called {function}, and the granted WASI is empty");
        Err(Ended(Failure::Trap(trap)).into())
    })
}

/// A stream to read from, which is at its end.
struct Input;
/// A stream to write to: standard output or standard error.
struct Output;
/// A moment to wait for.
struct Pollable(u64);
/// Why a stream failed, which none does.
struct StreamError;
/// Something that there never is: a file, a socket, a terminal.
struct Nothing;

fn resource(instance: &mut LinkerInstance<'_, Guest>, name: &str) -> Result<()> {
    // The same resource has the same name wherever WASI uses it, but for one.
    let host = match name {
        "input-stream" => ResourceType::host::<Input>(),
        "output-stream" => ResourceType::host::<Output>(),
        "pollable" => ResourceType::host::<Pollable>(),
        "error" | "io-error" => ResourceType::host::<StreamError>(),
        _ => ResourceType::host::<Nothing>(),
    };
    let is_moment = name == "pollable";
    instance.resource(name, host, move |mut store, rep| {
        if is_moment {
            let moment: Resource<Pollable> = Resource::new_own(rep);
            wasi(&mut store)?.handles.delete(moment)?;
        }
        Ok(())
    })
}

/// The guest's system.
fn wasi<'a>(store: &'a mut StoreContextMut<'_, Guest>) -> Result<&'a mut Wasi> {
    let wasi = store.data_mut().wasi.as_deref_mut();
    wasi.ok_or_else(|| Ended(Failure::Trap("it has no WASI".into())).into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_version_that_is_spoken_is_part() {
        assert!(is_part("wasi:clocks/wall-clock@0.2.0"));
        assert!(is_part("wasi:sockets/tcp@0.2.12"));
        assert!(!is_part("wasi:clocks/wall-clock@0.3.0"));
        assert!(!is_part("wasi_snapshot_preview1"));
    }
}
