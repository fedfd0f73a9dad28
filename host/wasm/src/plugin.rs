//! A plugin by its name.

use std::{
    borrow::Cow,
    collections::HashMap,
    fmt,
    path::PathBuf,
    sync::{Mutex, OnceLock, PoisonError},
};

use tagwarden_core::spec::Grants;
use tagwarden_reconcile::ports::Failure;
use wasmtime::component::Component;

use crate::{
    Limits,
    answer::invalid_settings,
    call::Caller,
    compile::{self, Compiler},
    world::World,
};

/// How many settings a plugin's verdict is remembered for.
const REMEMBERED: usize = 1_024;

/// Where a plugin comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// It is part of the program.
    Embedded,
    /// A file that the user named.
    File(PathBuf),
    /// Where an operator found it, and vetted it.
    Vetted(String),
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Embedded => f.write_str("embedded"),
            Self::File(path) => path.display().fmt(f),
            Self::Vetted(source) => f.write_str(source),
        }
    }
}

/// A plugin that is compiled when it is first needed.
pub(crate) struct Plugin {
    pub(crate) bytes: Cow<'static, [u8]>,
    pub(crate) origin: Origin,
    pub(crate) grants: Grants,
    /// What one evaluation may use.
    pub(crate) limits: Limits,
    digest: OnceLock<String>,
    world: OnceLock<Result<World, Failure>>,
    verdicts: Mutex<HashMap<String, Result<(), Failure>>>,
}

impl Plugin {
    pub(crate) fn new(bytes: Cow<'static, [u8]>, origin: Origin, limits: Limits) -> Self {
        Self {
            bytes,
            origin,
            grants: Grants::new(),
            limits,
            digest: OnceLock::new(),
            world: OnceLock::new(),
            verdicts: Mutex::default(),
        }
    }

    /// The digest of its component, e.g. `sha256:…`.
    pub(crate) fn digest(&self) -> &str {
        self.digest.get_or_init(|| compile::digest(&self.bytes))
    }

    /// The plugin, ready to be called. Whoever comes first compiles it while
    /// the others wait; a component that cannot be loaded is not tried again.
    pub(crate) fn world(&self, compiler: &Compiler, caller: &Caller) -> Result<&World, Failure> {
        let world = self.world.get_or_init(|| {
            let component = compiler.component(self, &self.limits)?;
            self.link(&component, caller)
        });
        world.as_ref().map_err(Clone::clone)
    }

    /// Its component, linked with what it was granted, within its limits.
    pub(crate) fn link(&self, component: &Component, caller: &Caller) -> Result<World, Failure> {
        World::link(component, caller.linker(), &self.grants, self.limits.clone())
    }

    /// The plugin's verdict on its settings, asked for once.
    pub(crate) fn accepts(
        &self,
        world: &World,
        caller: &Caller,
        settings: &str,
    ) -> Result<(), Failure> {
        if let Some(verdict) = self.verdicts().get(settings) {
            return verdict.clone();
        }
        // A trap or a timeout is no verdict and is not remembered.
        let verdict = caller.validate(world, settings)?;
        let verdict = verdict.map_err(|reason| invalid_settings(&reason));
        let mut verdicts = self.verdicts();
        if verdicts.len() >= REMEMBERED {
            verdicts.clear();
        }
        verdicts.insert(settings.to_owned(), verdict.clone());
        verdict
    }

    fn verdicts(&self) -> std::sync::MutexGuard<'_, HashMap<String, Result<(), Failure>>> {
        // Verdicts are whole at every moment, whoever panicked meanwhile.
        self.verdicts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
