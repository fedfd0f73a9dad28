//! Collecting the plugins there are.

use std::{borrow::Cow, collections::BTreeMap};

use tagwarden_core::spec::{Grant, Grants, PluginLimits};

use crate::{
    EngineError, EngineOptions, Origin, Plugins, Sandbox, cache::Cache, call::Caller,
    compile::Compiler, engine, plugin::Plugin, text::one_line,
};

/// Collects the plugins there are.
pub struct Builder {
    options: EngineOptions,
    plugins: BTreeMap<String, Plugin>,
    grants: BTreeMap<String, Grants>,
    limits: BTreeMap<String, PluginLimits>,
}

impl Builder {
    /// No plugins yet.
    pub(crate) fn new(options: EngineOptions) -> Self {
        let (plugins, grants, limits) = Default::default();
        Self { options, plugins, grants, limits }
    }

    /// Adds a component by the name that policies call it by. It takes the
    /// place of an earlier one of that name.
    #[must_use]
    pub fn add(
        mut self,
        name: impl Into<String>,
        component: impl Into<Cow<'static, [u8]>>,
        origin: Origin,
    ) -> Self {
        let limits = self.options.limits.clone();
        self.plugins.insert(name.into(), Plugin::new(component.into(), origin, limits));
        self
    }

    /// Gives the plugin of that name, added before or after, more than its
    /// input. Nothing is granted by default.
    #[must_use]
    pub fn grant(
        mut self,
        name: impl Into<String>,
        grants: impl IntoIterator<Item = Grant>,
    ) -> Self {
        self.grants.entry(name.into()).or_default().extend(grants);
        self
    }

    /// Lets the plugin of that name, added before or after, use no more than
    /// this; where the engine's own limits are smaller, those hold.
    #[must_use]
    pub fn limit(mut self, name: impl Into<String>, limits: PluginLimits) -> Self {
        self.limits.insert(name.into(), limits);
        self
    }

    /// Starts the engine. Plugins are compiled when they are first called.
    ///
    /// Have one engine in a process: code compiled for one must not meet
    /// another, and each reserves address space and has a clock of its own.
    pub fn build(mut self) -> Result<Plugins, EngineError> {
        if let Some(name) = self.plugins.keys().find(|name| !is_name(name)) {
            return Err(EngineError::Name(one_line(name, 64)));
        }
        for (name, grants) in std::mem::take(&mut self.grants) {
            let plugin = self.plugins.get_mut(&name);
            plugin.ok_or_else(|| EngineError::Grant(one_line(&name, 64)))?.grants = grants;
        }
        for (name, limits) in &self.limits {
            let plugin = self.plugins.get_mut(name);
            plugin.ok_or_else(|| EngineError::Limit(one_line(name, 64)))?.limits =
                self.options.limits.within(limits);
        }
        let cache = self.options.cache.as_deref().map(Cache::open).transpose()?.flatten();
        let (engine, purpose) = engine::build(&self.options)?;
        let caller = Caller::new(engine.clone(), &self.options)
            .map_err(|error| EngineError::Engine(format!("{error:#}")))?;
        let program = self.options.compiler.clone();
        let compiler = Compiler::new(engine, cache, program, purpose);
        let sandbox = Sandbox::new(self.plugins, compiler, caller);
        Ok(Plugins::new(sandbox, &self.options))
    }
}

/// Whether plugins may go by this name.
pub(crate) fn is_name(name: &str) -> bool {
    let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
    (1..=63).contains(&name.len()) && name.bytes().all(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_which_names_will_do() {
        assert!(is_name("semver-2"));
        let long = "x".repeat(64);
        for bad in ["", "Semver", "a/b", "a b", "..", &long] {
            assert!(!is_name(bad), "{bad}");
        }
    }
}
