//! Streams that end at once or go to the log, and waiting that takes no time.

use tagwarden_reconcile::ports::Failure;
use wasmtime::{
    Result, StoreContextMut,
    component::{ComponentType, LinkerInstance, Lower, Resource},
};

use super::{Input, Output, Pollable, StreamError, wasi};
use crate::guest::{Ended, Guest};

/// How much may be written at once; the log has caps of its own.
const WRITABLE: u64 = 4_096;

/// The most moments that are waited for at once.
const MOMENTS: usize = super::HANDLES;

#[derive(ComponentType, Lower)]
#[component(variant)]
#[expect(dead_code, reason = "no stream here fails, but the type says that one may")]
enum Failed {
    #[component(name = "last-operation-failed")]
    LastOperationFailed(Resource<StreamError>),
    #[component(name = "closed")]
    Closed,
}

type Store<'a> = StoreContextMut<'a, Guest>;
type Done<T> = Result<(Result<T, Failed>,)>;

pub(super) fn define(instance: &mut LinkerInstance<'_, Guest>, name: &str) -> Result<bool> {
    match name {
        "poll" | "[method]pollable.ready" | "[method]pollable.block" => waiting(instance, name)?,
        _ if name.starts_with("[method]input-stream.") => return input(instance, name),
        _ if name.starts_with("[method]output-stream.") => return output(instance, name),
        "[method]error.to-debug-string" => {
            instance.func_wrap(name, |_: Store<'_>, (_,): (Resource<StreamError>,)| {
                Ok((String::new(),))
            })?;
        }
        _ => return Ok(false),
    }
    Ok(true)
}

fn waiting(instance: &mut LinkerInstance<'_, Guest>, name: &str) -> Result<()> {
    match name {
        "poll" => instance.func_wrap(name, poll),
        "[method]pollable.ready" => {
            instance.func_wrap(name, |mut store: Store<'_>, (moment,): (Resource<Pollable>,)| {
                Ok((wasi(&mut store)?.has_come(&moment)?,))
            })
        }
        _ => instance.func_wrap(name, |mut store: Store<'_>, (moment,): (Resource<Pollable>,)| {
            wasi(&mut store)?.sleep(&[moment])
        }),
    }
}

/// The indices of the moments that have come; if none has, the earliest does.
fn poll(mut store: Store<'_>, (moments,): (Vec<Resource<Pollable>>,)) -> Result<(Vec<u32>,)> {
    if moments.is_empty() || moments.len() > MOMENTS {
        return Err(Ended(Failure::Limit(format!("waiting for {MOMENTS} moments"))).into());
    }
    let wasi = wasi(&mut store)?;
    let mut come = Vec::new();
    for waited in 0..2 {
        for (index, moment) in (0..).zip(&moments) {
            if wasi.has_come(moment)? {
                come.push(index);
            }
        }
        if waited == 1 || !come.is_empty() {
            break;
        }
        wasi.sleep(&moments)?;
    }
    Ok((come,))
}

fn input(instance: &mut LinkerInstance<'_, Guest>, name: &str) -> Result<bool> {
    match name.rsplit('.').next().unwrap_or_default() {
        "read" | "blocking-read" => {
            instance.func_wrap(
                name,
                |_: Store<'_>, (_, _): (Resource<Input>, u64)| -> Done<Vec<u8>> {
                    Ok((Err(Failed::Closed),))
                },
            )?;
        }
        "skip" | "blocking-skip" => {
            instance.func_wrap(
                name,
                |_: Store<'_>, (_, _): (Resource<Input>, u64)| -> Done<u64> {
                    Ok((Err(Failed::Closed),))
                },
            )?;
        }
        "subscribe" => {
            instance.func_wrap(name, |mut store: Store<'_>, (_,): (Resource<Input>,)| {
                Ok((wasi(&mut store)?.moment(0)?,))
            })?;
        }
        _ => return Ok(false),
    }
    Ok(true)
}

fn output(instance: &mut LinkerInstance<'_, Guest>, name: &str) -> Result<bool> {
    match name.rsplit('.').next().unwrap_or_default() {
        "check-write" => {
            instance.func_wrap(name, |_: Store<'_>, (_,): (Resource<Output>,)| -> Done<u64> {
                Ok((Ok(WRITABLE),))
            })?;
        }
        "write" | "blocking-write-and-flush" => {
            instance.func_wrap(
                name,
                |mut store: Store<'_>, (to, bytes): (Resource<Output>, Vec<u8>)| -> Done<()> {
                    super::cli::print(store.data_mut(), to.rep(), &bytes)?;
                    Ok((Ok(()),))
                },
            )?;
        }
        "flush" | "blocking-flush" => {
            instance.func_wrap(name, |_: Store<'_>, (_,): (Resource<Output>,)| -> Done<()> {
                Ok((Ok(()),))
            })?;
        }
        "subscribe" => {
            instance.func_wrap(name, |mut store: Store<'_>, (_,): (Resource<Output>,)| {
                Ok((wasi(&mut store)?.moment(0)?,))
            })?;
        }
        _ => return Ok(false),
    }
    Ok(true)
}
