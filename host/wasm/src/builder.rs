//! Collecting the plugins there are.

use std::{borrow::Cow, collections::BTreeMap};

use crate::{
    EngineError, EngineOptions, Origin, Plugins, Sandbox, cache::Cache, call::Caller,
    compile::Compiler, engine, plugin::Plugin, text::one_line,
};

/// Collects the plugins there are.
pub struct Builder {
    options: EngineOptions,
    plugins: BTreeMap<String, Plugin>,
}

impl Builder {
    /// No plugins yet.
    pub(crate) fn new(options: EngineOptions) -> Self {
        Self { options, plugins: BTreeMap::new() }
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
        self.plugins.insert(name.into(), Plugin::new(component.into(), origin));
        self
    }

    /// Starts the engine. Plugins are compiled when they are first called.
    ///
    /// Have one engine in a process: code compiled for one must not meet
    /// another, and each reserves address space and has a clock of its own.
    pub fn build(self) -> Result<Plugins, EngineError> {
        if let Some(name) = self.plugins.keys().find(|name| !is_name(name)) {
            return Err(EngineError::Name(one_line(name, 64)));
        }
        let cache = self.options.cache.as_deref().map(Cache::open).transpose()?.flatten();
        let engine = engine::build(&self.options)?;
        let caller = Caller::new(engine.clone(), self.options.limits.clone())
            .map_err(|error| EngineError::Engine(format!("{error:#}")))?;
        let sandbox = Sandbox::new(self.plugins, Compiler::new(engine, cache), caller);
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
