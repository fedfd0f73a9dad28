//! One call of one plugin, in a sandbox of its own.

use tagwarden_core::lines::Lines;
use tagwarden_reconcile::ports::Failure;
use wasmtime::{Engine, Result, Store, component::Linker};

use crate::{
    Kind, Limits,
    contract::{filter, message, policy, types},
    failure::classify,
    guest::{Guest, linker},
    ticker::ticks,
    world::World,
};

/// Bytes of answer that each tag calls for: its index as a filter keeps it.
const INDEX_BYTES: usize = 8;

/// Bytes of answer for each tag with a reason.
const REASON_BYTES: usize = 256;

/// How much longer than the tags a filter's keys may be.
const KEYS_PER_TEXT: usize = 4;

/// What every call has in common.
pub(crate) struct Caller {
    engine: Engine,
    linker: Linker<Guest>,
    limits: Limits,
}

impl Caller {
    pub(crate) fn new(engine: Engine, limits: Limits) -> Result<Self> {
        Ok(Self { linker: linker(&engine)?, engine, limits })
    }

    pub(crate) fn linker(&self) -> &Linker<Guest> {
        &self.linker
    }

    pub(crate) fn limits(&self) -> &Limits {
        &self.limits
    }

    pub(crate) fn describe(&self, world: &World) -> Result<types::Description, Failure> {
        self.run(0, |store| match world {
            World::Policy(pre) => {
                pre.instantiate(&mut *store)?.tagwarden_policy_policy().call_describe(store)
            }
            World::Filter(pre) => {
                pre.instantiate(&mut *store)?.tagwarden_policy_filter().call_describe(store)
            }
            World::Message(pre) => {
                pre.instantiate(&mut *store)?.tagwarden_policy_message().call_describe(store)
            }
        })
    }

    pub(crate) fn validate(
        &self,
        world: &World,
        settings: &str,
    ) -> Result<Result<(), String>, Failure> {
        self.run(0, |store| match world {
            World::Policy(pre) => {
                let plugin = pre.instantiate(&mut *store)?;
                plugin.tagwarden_policy_policy().call_validate(store, settings)
            }
            World::Filter(pre) => {
                let plugin = pre.instantiate(&mut *store)?;
                plugin.tagwarden_policy_filter().call_validate(store, settings)
            }
            World::Message(pre) => {
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
    ) -> Result<Result<policy::wire::Selection, types::Error>, Failure> {
        let World::Policy(pre) = world else {
            return Err(wrong_kind(world, Kind::Policy));
        };
        let budget = reasons(candidates, context.explain);
        self.run(budget, |store| {
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
    ) -> Result<Result<filter::wire::Filtered, types::Error>, Failure> {
        let World::Filter(pre) = world else {
            return Err(wrong_kind(world, Kind::Filter));
        };
        let budget = reasons(tags, context.explain)
            + tags.len() * INDEX_BYTES
            + tags.text().len() * KEYS_PER_TEXT;
        self.run(budget, |store| {
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
        let World::Message(pre) = world else {
            return Err(wrong_kind(world, Kind::Message));
        };
        self.run(0, |store| {
            let plugin = pre.instantiate(&mut *store)?;
            plugin.tagwarden_policy_message().call_render(store, settings, input)
        })
    }

    /// Opens a sandbox, makes the call, says what went wrong. The sandbox goes
    /// with the call, whatever its end: state never reaches the next one.
    fn run<R>(
        &self,
        answer_budget: usize,
        call: impl FnOnce(&mut Store<Guest>) -> Result<R>,
    ) -> Result<R, Failure> {
        let mut store = Store::new(&self.engine, Guest::new(&self.limits));
        store.limiter(|guest| &mut guest.limiter);
        store.set_epoch_deadline(ticks(self.limits.deadline));
        store.set_hostcall_fuel(self.limits.answer_bytes + answer_budget);
        store.set_max_component_handles(self.limits.handles);
        let answer = call(&mut store);
        for line in store.data().log.lines() {
            tracing::debug!(plugin.log = line);
        }
        answer.map_err(|error| classify(&error, store.data(), &self.limits))
    }
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
