//! The composition root: where the ports of the loop meet their adapters.

mod manifests;
mod plugins;

use std::{
    path::{Path, PathBuf},
    sync::Arc,
    time::{SystemTime, UNIX_EPOCH},
};

use tagwarden_access::HostToken;
use tagwarden_core::spec::Inventory;
use tagwarden_forge::ForgeClient;
use tagwarden_git::{Home, Mirrors};
use tagwarden_reconcile::{CONCURRENT_SCANS, Reconciler, ports::StoreError};
use tagwarden_registry::{Environment, RegistryClient, StateStore};
use tokio::runtime::Runtime;

pub use self::{
    manifests::{inventory, inventory_but},
    plugins::{
        component, embedded, engine_options, evaluator, only, plugins, plugins_and, plugins_with,
        recorded, with_files,
    },
};
use crate::{
    args::Global,
    problem::Problem,
    progress::TerminalReporter,
    vetting::{Admitted, Vetting},
};

/// Everything plugged together.
pub struct World {
    pub runtime: Runtime,
    pub reconciler: Reconciler,
    pub plugins: Admitted,
}

impl World {
    /// Opens the state folder, vets the plugins and starts the engine.
    pub fn open(
        global: &Global,
        inventory: &Inventory,
        vetting: &Vetting,
    ) -> Result<Self, Problem> {
        let store = store(global)?;
        let runtime = runtime()?;
        let plugins = runtime.block_on(vetting.plugins(global, inventory))?;
        Ok(Self {
            runtime,
            reconciler: Reconciler {
                registry: Arc::new(registry(None).remembering(store.clone())),
                store,
                plugins: plugins.port.clone(),
                git: Arc::new(mirrors(global)?),
                forge: Arc::new(forge(global)?),
                reporter: Arc::new(TerminalReporter::new()),
                concurrent_scans: CONCURRENT_SCANS,
            },
            plugins,
        })
    }
}

/// The threads that wait for peers.
pub fn runtime() -> Result<Runtime, Problem> {
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    runtime.map_err(|error| Problem::failed(format!("cannot start threads: {error}")))
}

/// The client of every registry, with the credentials that this user has; of
/// this file alone, if it is named.
pub fn registry(docker_config: Option<&Path>) -> RegistryClient {
    RegistryClient::with(tagwarden_registry::Options {
        environment: Environment::new(std::env::vars_os(), std::env::home_dir()),
        docker_config: docker_config.map(Path::to_owned),
        ..tagwarden_registry::Options::default()
    })
}

/// The client of every forge.
fn forge(global: &Global) -> Result<ForgeClient, Problem> {
    let patience = Some(state_folder(global)?.join("forges.json"));
    Ok(ForgeClient::new(tagwarden_forge::Options { tokens: tokens(), patience }))
}

/// The tokens that CI systems give their jobs, for Git and for forges.
fn tokens() -> Vec<HostToken> {
    tagwarden_access::host_tokens(&|name| std::env::var(name).ok())
}

/// The mirrors of Git repositories.
pub fn mirrors(global: &Global) -> Result<Mirrors, Problem> {
    let folder = state_folder(global)?.join("git");
    let home = Home { tokens: tokens(), ..Home::of_user() };
    Ok(Mirrors::new(folder, tagwarden_git::Options { home, ..Default::default() }))
}

/// The store of tags and selections.
pub fn store(global: &Global) -> Result<Arc<StateStore>, Problem> {
    let store = StateStore::open(&state_folder(global)?);
    Ok(Arc::new(store.map_err(|error: StoreError| {
        Problem::failed(error.to_string())
            .hint("is another tagwarden running on it? --state names another folder")
    })?))
}

/// Where state is kept.
pub fn state_folder(global: &Global) -> Result<PathBuf, Problem> {
    if let Some(folder) = &global.state {
        return Ok(folder.clone());
    }
    let absolute = |path: PathBuf| path.is_absolute().then_some(path);
    let xdg = std::env::var_os("XDG_STATE_HOME").map(PathBuf::from).and_then(absolute);
    let base = xdg.or_else(|| std::env::home_dir().map(|home| home.join(".local/state")));
    base.map(|base| base.join("tagwarden")).ok_or_else(|| {
        Problem::failed("there is no home folder to keep state in")
            .hint("name a folder with --state")
    })
}

/// Seconds since 1970-01-01 UTC: the only look at the clock.
pub fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}
