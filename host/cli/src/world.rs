//! The composition root: where the ports of the loop meet their adapters.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::Arc,
    time::{SystemTime, UNIX_EPOCH},
};

use tagwarden_access::HostToken;
use tagwarden_api::{Level, Reader};
use tagwarden_author::record::Recording;
use tagwarden_core::spec::Inventory;
use tagwarden_forge::ForgeClient;
use tagwarden_git::{Home, Mirrors};
use tagwarden_reconcile::{
    CONCURRENT_SCANS, Reconciler,
    ports::{self, StoreError},
};
use tagwarden_registry::{Environment, RegistryClient, StateStore};
use tagwarden_wasm::{Builder, CompilerProgram, EngineOptions, Origin, Plugins};
use tokio::runtime::Runtime;

use crate::{
    args::{Global, Manifests, PluginFile, PluginGrant, Reverts},
    output,
    problem::Problem,
    progress::TerminalReporter,
    vetting::{Admitted, Loaded, Vetting},
};

/// The largest component that is loaded.
const MAX_PLUGIN: u64 = 64 << 20;

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

/// The embedded plugins, and those of the command line in their place.
pub fn plugins(global: &Global) -> Result<Plugins, Problem> {
    loaded(global, vec![], &global.plugins)
}

/// The same, and those that were vetted.
pub fn plugins_with(global: &Global, vetted: Vec<Loaded>) -> Result<Plugins, Problem> {
    loaded(global, vetted, &global.plugins)
}

/// The plugins as a decision asks them; recorded, where that is wanted.
pub fn evaluator(global: &Global) -> Result<Arc<dyn ports::Plugins>, Problem> {
    let plugins = plugins(global)?;
    recorded(global, plugins.clone(), Arc::new(plugins))
}

/// The port, recorded where that is wanted; `plugins` knows their digests.
pub fn recorded(
    global: &Global,
    plugins: Plugins,
    port: Arc<dyn ports::Plugins>,
) -> Result<Arc<dyn ports::Plugins>, Problem> {
    let Some(path) = &global.record else {
        return Ok(port);
    };
    let digests = move |name: &str| plugins.sandbox().digest(name);
    Ok(Arc::new(Recording::open(port, digests, path)?))
}

/// The embedded plugins, those of the command line, and one more file.
pub fn plugins_and(global: &Global, file: &PluginFile) -> Result<Plugins, Problem> {
    let mut files = global.plugins.clone();
    files.push(file.clone());
    loaded(global, vec![], &files)
}

/// One component alone, to look at before it is vetted.
pub fn only(global: &Global, component: Loaded) -> Result<Plugins, Problem> {
    started(with(Plugins::builder(engine_options(global)), component))
}

fn with(builder: Builder, component: Loaded) -> Builder {
    let Loaded { vetted, resolved } = component;
    let origin = Origin::Vetted(vetted.source.to_string());
    let builder = builder.add(vetted.name.as_str(), resolved.bytes, origin);
    builder.limit(vetted.name.as_str(), vetted.limits).grant(vetted.name, vetted.grants)
}

fn loaded(global: &Global, vetted: Vec<Loaded>, files: &[PluginFile]) -> Result<Plugins, Problem> {
    let mut builder = Plugins::builder(engine_options(global));
    for plugin in tagwarden_embedded::all() {
        builder = builder.add(plugin.name, plugin.wasm, Origin::Embedded);
    }
    let builder = vetted.into_iter().fold(builder, with);
    with_files(builder, files, &global.grants)
}

/// How the engine is set up for everything but measurements.
pub fn engine_options(global: &Global) -> EngineOptions {
    EngineOptions {
        cache: state_folder(global).ok().map(|state| state.join("compiled")),
        compiler: Some(compiler()),
        ..EngineOptions::default()
    }
}

/// The embedded plugins, and those of the files in their place, with their grants.
pub fn loaded_into(
    options: EngineOptions,
    files: &[PluginFile],
    grants: &[PluginGrant],
) -> Result<Plugins, Problem> {
    let mut builder = Plugins::builder(options);
    for plugin in tagwarden_embedded::all() {
        builder = builder.add(plugin.name, plugin.wasm, Origin::Embedded);
    }
    with_files(builder, files, grants)
}

fn with_files(
    mut builder: Builder,
    files: &[PluginFile],
    grants: &[PluginGrant],
) -> Result<Plugins, Problem> {
    for plugin in files {
        let bytes = component(&plugin.path)?;
        builder = builder.add(plugin.name.as_str(), bytes, Origin::File(plugin.path.clone()));
    }
    for granted in grants {
        builder = builder.grant(granted.name.as_str(), [granted.grant]);
    }
    started(builder)
}

fn started(builder: Builder) -> Result<Plugins, Problem> {
    builder.build().map_err(|error| {
        Problem::failed(format!("the plugin engine did not start: {error}"))
            .hint("--state names another folder for the cache of compiled plugins")
    })
}

/// What compiles plugins that are not part of this program: this very program,
/// though its file may have been replaced meanwhile.
fn compiler() -> CompilerProgram {
    let path = match cfg!(target_os = "linux") {
        true => PathBuf::from("/proc/self/exe"),
        false => std::env::current_exe().unwrap_or_else(|_| "tagwarden".into()),
    };
    CompilerProgram { path, arguments: vec!["compile-component".into()] }
}

/// Reads a component's bytes; whether they are one is for the engine to say.
pub fn component(path: &Path) -> Result<Vec<u8>, Problem> {
    let unreadable = |error: std::io::Error| {
        Problem::io("read plugin", path, &error).hint("give the path of a .wasm component")
    };
    let size = fs::metadata(path).map_err(unreadable)?.len();
    if size > MAX_PLUGIN {
        let message = format!("{} is larger than {} MiB", path.display(), MAX_PLUGIN >> 20);
        return Err(Problem::failed(message).hint("strip it, or build it for size"));
    }
    fs::read(path).map_err(unreadable)
}

/// The same, with the command line's word on what people took back.
pub fn inventory_but(manifests: &Manifests, reverts: &Reverts) -> Result<Inventory, Problem> {
    let mut inventory = inventory(manifests)?;
    for automation in &mut inventory.automations {
        automation.ignore_reverts |= reverts.ignore_reverts;
    }
    Ok(inventory)
}

/// Reads the manifests; every mistake in them is reported, not the first alone.
pub fn inventory(manifests: &Manifests) -> Result<Inventory, Problem> {
    let mut reader = Reader::default();
    for path in &manifests.files {
        reader.load(path);
    }
    let reading = reader.finish();
    for note in &reading.notes {
        match note.level {
            Level::Warning => output::note(&note.to_string()),
            Level::Debug => tracing::debug!("{note}"),
        }
    }
    let Some((last, others)) = reading.errors.split_last() else {
        return Ok(reading.inventory);
    };
    for error in others {
        Problem::failed(error.to_string()).report();
    }
    Err(Problem::failed(last.to_string()))
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
