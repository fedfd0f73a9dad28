//! A program's surroundings: nothing but a log.

use tagwarden_reconcile::ports::Failure;
use wasmtime::{
    Result, StoreContextMut,
    component::{LinkerInstance, Resource, Val},
};

use super::{Input, Nothing, Output};
use crate::guest::{Ended, Guest};

/// The longest line that is waited for.
const LINE_BYTES: usize = 1_000;

/// Standard output and standard error.
const STREAMS: usize = 2;

/// What was printed since the last line feed, by stream.
#[derive(Default)]
pub(super) struct Printed([Vec<u8>; STREAMS]);

type Store<'a> = StoreContextMut<'a, Guest>;

pub(super) fn define(
    instance: &mut LinkerInstance<'_, Guest>,
    interface: &str,
    name: &str,
) -> Result<bool> {
    match name {
        "get-environment" => {
            instance
                .func_wrap(name, |_: Store<'_>, (): ()| Ok((Vec::<(String, String)>::new(),)))?;
        }
        "get-arguments" => {
            instance.func_wrap(name, |_: Store<'_>, (): ()| Ok((Vec::<String>::new(),)))?;
        }
        "initial-cwd" => {
            instance.func_wrap(name, |_: Store<'_>, (): ()| Ok((None::<String>,)))?;
        }
        "exit" => {
            instance.func_wrap(name, |_: Store<'_>, (_,): (Result<(), ()>,)| exit())?;
        }
        "exit-with-code" => {
            instance.func_wrap(name, |_: Store<'_>, (_,): (u8,)| exit())?;
        }
        "get-stdin" => {
            instance
                .func_wrap(name, |_: Store<'_>, (): ()| Ok((Resource::<Input>::new_own(0),)))?;
        }
        "get-stdout" | "get-stderr" => {
            let stream = u32::from(interface == "wasi:cli/stderr");
            instance.func_wrap(name, move |_: Store<'_>, (): ()| {
                Ok((Resource::<Output>::new_own(stream),))
            })?;
        }
        "get-terminal-stdin" | "get-terminal-stdout" | "get-terminal-stderr" => {
            instance.func_wrap(name, |_: Store<'_>, (): ()| Ok((None::<Resource<Nothing>>,)))?;
        }
        _ => return Ok(false),
    }
    Ok(true)
}

fn exit() -> Result<()> {
    Err(Ended(Failure::Trap("it exited".into())).into())
}

/// A file system without a root.
pub(super) fn no_files(instance: &mut LinkerInstance<'_, Guest>, name: &str) -> Result<bool> {
    match name {
        "get-directories" => {
            instance.func_wrap(name, |_: Store<'_>, (): ()| {
                Ok((Vec::<(Resource<Nothing>, String)>::new(),))
            })?;
        }
        // Untyped, for its type lists every error a file system may have.
        "filesystem-error-code" => {
            instance.func_new(name, |_, _, _, results| {
                results[0] = Val::Option(None);
                Ok(())
            })?;
        }
        _ => return Ok(false),
    }
    Ok(true)
}

/// Passes what is printed on to the log, line by line.
pub(super) fn print(guest: &mut Guest, stream: u32, bytes: &[u8]) -> Result<()> {
    let Some(wasi) = &mut guest.wasi else { return Ok(()) };
    let line = &mut wasi.printed.0[stream as usize % STREAMS];
    for byte in bytes {
        match byte {
            b'\n' => guest.log.note(&String::from_utf8_lossy(&std::mem::take(line)))?,
            byte => line.push(*byte),
        }
        if line.len() >= LINE_BYTES {
            guest.log.note(&String::from_utf8_lossy(&std::mem::take(line)))?;
        }
    }
    Ok(())
}

/// Passes on what was printed without a last line feed.
pub(crate) fn finish_lines(guest: &mut Guest) {
    let Some(wasi) = &mut guest.wasi else { return };
    for line in &mut wasi.printed.0 {
        if !line.is_empty() {
            // The call is over: a flood no longer matters.
            let _flood = guest.log.note(&String::from_utf8_lossy(&std::mem::take(line)));
        }
    }
}
