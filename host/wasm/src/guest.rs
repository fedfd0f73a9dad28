//! What the host keeps for one guest, and what it offers it.

use wasmtime::{Engine, Result, StoreContextMut, component::Linker};

use crate::{
    Limits,
    contract::{PACKAGE, VERSION},
    limiter::Limiter,
    log::Log,
};

/// One guest's state, dropped with its sandbox.
pub(crate) struct Guest {
    pub(crate) limiter: Limiter,
    pub(crate) log: Log,
}

impl Guest {
    pub(crate) fn new(limits: &Limits) -> Self {
        Self { limiter: Limiter::new(limits), log: Log::default() }
    }
}

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
