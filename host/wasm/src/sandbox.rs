//! The plugins there are, evaluated on the calling thread.

use std::{collections::BTreeMap, sync::Arc};

use tagwarden_core::{
    spec::PluginCall,
    tags::{Candidates, TagSet},
};
use tagwarden_reconcile::ports::{
    Choice, Context, EvaluationError, Failure, Filtered, MessageInput,
};

use crate::{
    PluginInfo, Usage, answer,
    call::{Asked, Caller},
    compile::Compiler,
    contract::{filter, message, policy},
    info, input,
    meter::Meter,
    plugin::Plugin,
    world::World,
};

/// Evaluates plugins on the calling thread, each call in a fresh sandbox.
pub struct Sandbox {
    plugins: BTreeMap<String, Plugin>,
    compiler: Compiler,
    caller: Caller,
}

impl Sandbox {
    pub(crate) fn new(
        plugins: BTreeMap<String, Plugin>,
        compiler: Compiler,
        caller: Caller,
    ) -> Self {
        Self { plugins, compiler, caller }
    }

    /// The names of the plugins, in order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.plugins.keys().map(String::as_str)
    }

    /// The digest of a plugin's component, e.g. `sha256:…`.
    #[must_use]
    pub fn digest(&self, name: &str) -> Option<String> {
        self.plugins.get(name).map(|plugin| plugin.digest().to_owned())
    }

    /// The bytes of a plugin's component.
    #[must_use]
    pub fn component(&self, name: &str) -> Option<&[u8]> {
        self.plugins.get(name).map(|plugin| plugin.bytes.as_ref())
    }

    /// Which tags the filter keeps, and the keys it extracts.
    pub fn filter(
        &self,
        call: &PluginCall,
        tags: &Arc<TagSet>,
        context: &Context,
    ) -> Result<Filtered, EvaluationError> {
        self.evaluate(call, |world, settings| {
            // The contract promises a plugin at least one.
            if tags.is_empty() {
                return Ok(Filtered::default());
            }
            let asked =
                filter::wire::Context { image: context.image.clone(), explain: context.explain };
            let about = asked_about(Candidates::all(Arc::clone(tags)), context);
            let given = self.caller.apply(world, settings, tags.lines(), &asked, about)?;
            let name = |index| tags.get(index).map(str::to_owned);
            let given = given.map_err(|error| answer::refusal(error, name))?;
            answer::filtered(given, tags.len(), context.explain)
        })
    }

    /// Which candidate the policy chooses.
    pub fn select(
        &self,
        call: &PluginCall,
        candidates: &Candidates,
        context: &Context,
    ) -> Result<Choice, EvaluationError> {
        self.evaluate(call, |world, settings| {
            if candidates.is_empty() {
                return Ok(Choice::default());
            }
            let asked = policy::wire::Context {
                image: context.image.clone(),
                current: context.current.clone(),
                now: context.now,
                explain: context.explain,
            };
            let about = asked_about(candidates.clone(), context);
            let given = self.caller.select(world, settings, candidates.keys(), &asked, about)?;
            let name = |index| candidates.tag(index).map(str::to_owned);
            let given = given.map_err(|error| answer::refusal(error, name))?;
            answer::choice(given, candidates.len(), context.explain)
        })
    }

    /// The text that the message plugin writes.
    pub fn message(
        &self,
        call: &PluginCall,
        input: &MessageInput,
    ) -> Result<String, EvaluationError> {
        self.evaluate(call, |world, settings| {
            match self.caller.render(world, settings, &input::to_wire(input))? {
                Ok(text) => answer::message(text),
                Err(message::wire::Error::InvalidSettings(reason)) => {
                    Err(answer::invalid_settings(&reason))
                }
                Err(message::wire::Error::Other(reason)) => {
                    Err(Failure::Plugin(answer::words(&reason)))
                }
            }
        })
    }

    /// Asks a plugin whether it accepts the settings.
    pub fn validate(&self, call: &PluginCall) -> Result<(), EvaluationError> {
        self.evaluate(call, |_, _| Ok(()))
    }

    /// What there is to know of a plugin without asking it to decide.
    pub fn inspect(&self, name: &str) -> Result<PluginInfo, EvaluationError> {
        let inspected = self.plugin(name).and_then(|plugin| {
            let component = self.compiler.component(plugin, &plugin.limits)?;
            Ok(info::of(name, plugin, &component, &self.caller))
        });
        inspected.map_err(|failure| failed(name, failure))
    }

    /// What the last evaluation used; none unless
    /// [`EngineOptions::metered`](crate::EngineOptions::metered).
    #[must_use]
    pub fn usage(&self) -> Option<Usage> {
        self.caller.meter().map(Meter::last)
    }

    fn evaluate<R>(
        &self,
        call: &PluginCall,
        decide: impl FnOnce(&World, &str) -> Result<R, Failure>,
    ) -> Result<R, EvaluationError> {
        let evaluated = self.plugin(&call.plugin).and_then(|plugin| {
            let world = plugin.world(&self.compiler, &self.caller)?;
            plugin.accepts(world, &self.caller, &call.settings)?;
            decide(world, &call.settings)
        });
        evaluated.map_err(|failure| failed(&call.plugin, failure))
    }

    fn plugin(&self, name: &str) -> Result<&Plugin, Failure> {
        self.plugins
            .get(name)
            .ok_or_else(|| Failure::Unknown { loaded: self.names().collect::<Vec<_>>().join(", ") })
    }
}

/// What a granted plugin may ask about.
fn asked_about(candidates: Candidates, context: &Context) -> Asked {
    Asked { now: context.now, images: Some((candidates, context.metadata.clone())) }
}

fn failed(plugin: &str, failure: Failure) -> EvaluationError {
    EvaluationError { plugin: plugin.to_owned(), failure }
}
