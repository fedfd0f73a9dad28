//! One call of one plugin, in a sandbox of its own.

use std::sync::Arc;

use tagwarden_core::{lines::Lines, spec::Grant, tags::Candidates};
use tagwarden_reconcile::ports::{Failure, Metadata};
use wasmtime::{Engine, Result, Store, component::Linker};

use crate::{
    EngineOptions, Kind,
    contract::{filter, message, policy, types},
    failure::classify,
    guest::{Guest, linker},
    lookup::Lookup,
    meter::Meter,
    ticker::ticks,
    wasi::Wasi,
    world::{Exports, World},
};

/// Bytes of answer that each tag calls for: its index as a filter keeps it.
const INDEX_BYTES: usize = 8;

/// Bytes of answer for each tag with a reason.
const REASON_BYTES: usize = 256;

/// How much longer than the tags a filter's keys may be.
const KEYS_PER_TEXT: usize = 4;

/// What a call is about, as far as a granted plugin may ask.
#[derive(Default)]
pub(crate) struct Asked {
    /// Decision time in seconds since 1970-01-01 UTC.
    pub(crate) now: u64,
    /// The tags whose images it may look up, and who knows them.
    pub(crate) images: Option<(Candidates, Option<Arc<dyn Metadata>>)>,
}

/// What every call has in common.
pub(crate) struct Caller {
    engine: Engine,
    linker: Linker<Guest>,
    meter: Option<Meter>,
}

impl Caller {
    pub(crate) fn new(engine: Engine, options: &EngineOptions) -> Result<Self> {
        Ok(Self { linker: linker(&engine)?, engine, meter: options.metered.then(Meter::default) })
    }

    pub(crate) fn meter(&self) -> Option<&Meter> {
        self.meter.as_ref()
    }

    pub(crate) fn linker(&self) -> &Linker<Guest> {
        &self.linker
    }

    pub(crate) fn describe(&self, world: &World) -> Result<types::Description, Failure> {
        self.run(world, Asked::default(), 0, |store| match &world.exports {
            Exports::Policy(pre) => {
                pre.instantiate(&mut *store)?.tagwarden_policy_policy().call_describe(store)
            }
            Exports::Filter(pre) => {
                pre.instantiate(&mut *store)?.tagwarden_policy_filter().call_describe(store)
            }
            Exports::Message(pre) => {
                pre.instantiate(&mut *store)?.tagwarden_policy_message().call_describe(store)
            }
        })
    }

    pub(crate) fn validate(
        &self,
        world: &World,
        settings: &str,
    ) -> Result<Result<(), String>, Failure> {
        self.run(world, Asked::default(), 0, |store| match &world.exports {
            Exports::Policy(pre) => {
                let plugin = pre.instantiate(&mut *store)?;
                plugin.tagwarden_policy_policy().call_validate(store, settings)
            }
            Exports::Filter(pre) => {
                let plugin = pre.instantiate(&mut *store)?;
                plugin.tagwarden_policy_filter().call_validate(store, settings)
            }
            Exports::Message(pre) => {
                let plugin = pre.instantiate(&mut *store)?;
                plugin.tagwarden_policy_message().call_validate(store, settings)
            }
        })
    }

    pub(crate) fn select(
        &self,
        world: &World,
        settings: &str,
        candidates: &Lines,
        context: &policy::wire::Context,
        asked: Asked,
    ) -> Result<Result<policy::wire::Selection, types::Error>, Failure> {
        let Exports::Policy(pre) = &world.exports else {
            return Err(wrong_kind(world, Kind::Policy));
        };
        let budget = reasons(candidates, context.explain);
        self.run(world, asked, budget, |store| {
            let plugin = pre.instantiate(&mut *store)?;
            plugin.tagwarden_policy_policy().call_select(
                store,
                settings,
                candidates.text(),
                context,
            )
        })
    }

    pub(crate) fn apply(
        &self,
        world: &World,
        settings: &str,
        tags: &Lines,
        context: &filter::wire::Context,
        asked: Asked,
    ) -> Result<Result<filter::wire::Filtered, types::Error>, Failure> {
        let Exports::Filter(pre) = &world.exports else {
            return Err(wrong_kind(world, Kind::Filter));
        };
        let budget = reasons(tags, context.explain)
            + tags.len() * INDEX_BYTES
            + tags.text().len() * KEYS_PER_TEXT;
        self.run(world, asked, budget, |store| {
            let plugin = pre.instantiate(&mut *store)?;
            plugin.tagwarden_policy_filter().call_apply(store, settings, tags.text(), context)
        })
    }

    pub(crate) fn render(
        &self,
        world: &World,
        settings: &str,
        input: &message::wire::Input,
    ) -> Result<Result<String, message::wire::Error>, Failure> {
        let Exports::Message(pre) = &world.exports else {
            return Err(wrong_kind(world, Kind::Message));
        };
        self.run(world, Asked::default(), 0, |store| {
            let plugin = pre.instantiate(&mut *store)?;
            plugin.tagwarden_policy_message().call_render(store, settings, input)
        })
    }

    /// Opens a sandbox, makes the call, says what went wrong. The sandbox goes
    /// with the call, whatever its end: state never reaches the next one.
    fn run<R>(
        &self,
        world: &World,
        asked: Asked,
        answer_budget: usize,
        call: impl FnOnce(&mut Store<Guest>) -> Result<R>,
    ) -> Result<R, Failure> {
        let limits = &world.limits;
        let mut store = Store::new(&self.engine, guest(world, asked));
        store.limiter(|guest| &mut guest.limiter);
        store.set_epoch_deadline(ticks(limits.deadline));
        store.set_hostcall_fuel(limits.answer_bytes + answer_budget);
        store.set_max_component_handles(limits.handles);
        if self.meter.is_some() {
            let _metered_engines_take_fuel = store.set_fuel(u64::MAX);
        }
        let answer = call(&mut store);
        store.data_mut().finish_lines();
        if let Some(meter) = &self.meter {
            meter.note(&store, limits);
        }
        for line in store.data().log.lines() {
            tracing::debug!(plugin.log = line);
        }
        answer.map_err(|error| classify(&error, store.data(), limits))
    }
}

/// A guest with what it was granted.
fn guest(world: &World, asked: Asked) -> Guest {
    let mut guest = Guest::new(&world.limits);
    if world.grants.contains(&Grant::Wasi) {
        guest.wasi = Some(Box::new(Wasi::new(asked.now)));
    }
    if world.grants.contains(&Grant::Metadata)
        && let Some((candidates, metadata)) = asked.images
    {
        guest.lookup = Some(Lookup::new(candidates, metadata, &world.limits));
    }
    guest
}

fn reasons(tags: &Lines, explain: bool) -> usize {
    match explain {
        true => tags.len() * REASON_BYTES,
        false => 0,
    }
}

fn wrong_kind(world: &World, wanted: Kind) -> Failure {
    Failure::Load(format!("it is a {}, and a {wanted} is wanted here", world.kind()))
}
