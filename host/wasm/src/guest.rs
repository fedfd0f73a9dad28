//! What the host keeps for one guest, and what it offers it.

use tagwarden_reconcile::ports::Failure;
use wasmtime::{Engine, Result, StoreContextMut, component::Linker};

use crate::{
    Limits,
    contract::{PACKAGE, VERSION},
    limiter::Limiter,
    log::Log,
    lookup::Lookup,
    wasi::{self, Wasi},
};

/// One guest's state, dropped with its sandbox.
pub(crate) struct Guest {
    pub(crate) limiter: Limiter,
    pub(crate) log: Log,
    /// What it may learn of images, where there are tags and it was granted.
    pub(crate) lookup: Option<Lookup>,
    /// The empty system, for those that were granted one.
    pub(crate) wasi: Option<Box<Wasi>>,
}

impl Guest {
    pub(crate) fn new(limits: &Limits) -> Self {
        Self { limiter: Limiter::new(limits), log: Log::default(), lookup: None, wasi: None }
    }

    /// Takes what a guest printed without a last line feed for a line.
    pub(crate) fn finish_lines(&mut self) {
        if self.wasi.is_some() {
            wasi::finish_lines(self);
        }
    }
}

/// The host ends a call from within, for a reason of its own.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(crate) struct Ended(pub(crate) Failure);

/// A linker with our own interfaces and nothing else: a log, which no decision
/// can depend on.
pub(crate) fn linker(engine: &Engine) -> Result<Linker<Guest>> {
    let mut linker = Linker::new(engine);
    let mut log = linker.instance(&format!("{PACKAGE}/log@{VERSION}"))?;
    log.func_wrap("debug", |mut guest: StoreContextMut<'_, Guest>, (message,): (String,)| {
        guest.data_mut().log.note(&message)
    })?;
    Ok(linker)
}
