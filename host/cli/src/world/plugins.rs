//! The plugins: those of the program, those that were vetted, those of the
//! command line, and the engine they run in.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::Arc,
};

use tagwarden_author::record::Recording;
use tagwarden_reconcile::ports;
use tagwarden_wasm::{Builder, CompilerProgram, EngineOptions, Origin, Plugins};

use super::state_folder;
use crate::{
    args::{Global, PluginFile, PluginGrant},
    problem::Problem,
    vetting::Loaded,
};

/// The largest component that is loaded.
const MAX_PLUGIN: u64 = 64 << 20;

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
    let builder = vetted.into_iter().fold(embedded(engine_options(global)), with);
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

/// The plugins that are part of the program.
pub fn embedded(options: EngineOptions) -> Builder {
    tagwarden_embedded::all().iter().fold(Plugins::builder(options), |builder, plugin| {
        builder.add(plugin.name, plugin.wasm, Origin::Embedded)
    })
}

/// Starts the engine with the files in the place of what is there, and their grants.
pub fn with_files(
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
