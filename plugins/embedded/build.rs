//! Builds the first-party plugins for the sandbox and encodes them as components.
//!
//! A second cargo builds them, in a target folder of its own: the first one holds
//! the lock of the outer folder while this script runs. The folder does not
//! depend on the outer profile, so development and release builds share it. It
//! needs no `--locked`: the outer cargo has brought `Cargo.lock` up to date.

use anyhow::{Context, Result, bail, ensure};
use std::env;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use wit_component::ComponentEncoder;

const TARGET: &str = "wasm32-unknown-unknown";

/// The profile of the plugins in the workspace's `Cargo.toml`.
const PROFILE: &str = "plugin";

/// The folders of the plugins; `src/lib.rs` embeds what is built here.
const PLUGINS: [&str; 5] = ["alphabetical", "go-template", "numerical", "regex-filter", "semver"];

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<()> {
    let workspace = workspace()?;
    watch(&workspace);
    ensure_target_is_installed()?;
    let out = PathBuf::from(variable("OUT_DIR")?);
    let target_folder = target_folder(&out);
    for plugin in PLUGINS {
        let module = build(&workspace, &target_folder, plugin)?;
        let component = encode(&module).with_context(|| format!("cannot encode {plugin}"))?;
        write_if_changed(&out.join(format!("{plugin}.wasm")), &component)?;
    }
    Ok(())
}

fn variable(name: &str) -> Result<OsString> {
    env::var_os(name).with_context(|| format!("cargo did not set {name}"))
}

fn workspace() -> Result<PathBuf> {
    let here = PathBuf::from(variable("CARGO_MANIFEST_DIR")?);
    let root = here.ancestors().nth(2);
    Ok(root.context("plugins/embedded has no workspace")?.into())
}

/// Runs this script again when anything changes that the components depend on.
fn watch(workspace: &Path) {
    println!("cargo::rerun-if-changed=build.rs");
    for path in ["wit", "Cargo.toml", "Cargo.lock", "plugins/sdk", "plugins/heap"] {
        println!("cargo::rerun-if-changed={}", workspace.join(path).display());
    }
    for plugin in PLUGINS {
        let folder = workspace.join("plugins").join(plugin);
        println!("cargo::rerun-if-changed={}", folder.display());
    }
}

fn ensure_target_is_installed() -> Result<()> {
    let output = Command::new(variable("RUSTC")?)
        .args(["--print", "target-libdir", "--target", TARGET])
        .output()
        .context("cannot run rustc")?;
    let library = String::from_utf8(output.stdout)?;
    ensure!(
        Path::new(library.trim()).is_dir(),
        "the plugins are built for {TARGET}, which this Rust toolchain lacks; \
         run `rustup target add {TARGET}`"
    );
    Ok(())
}

/// A folder beside the outer profiles, or in `out` where that cannot be told.
fn target_folder(out: &Path) -> PathBuf {
    let outer = out.ancestors().find(|folder| folder.join("CACHEDIR.TAG").exists());
    outer.unwrap_or(out).join("plugins")
}

/// Builds one plugin and returns its core module.
fn build(workspace: &Path, target_folder: &Path, plugin: &str) -> Result<Vec<u8>> {
    let package = format!("tagwarden-plugin-{plugin}");
    // Only `cargo rustc` can make a `cdylib` alone: with an `rlib` beside it,
    // cargo leaves out link-time optimisation.
    let mut cargo = Command::new(variable("CARGO")?);
    cargo
        .args(["rustc", "--lib", "--crate-type", "cdylib"])
        .args(["--target", TARGET, "--profile", PROFILE])
        .args(["--package", &package])
        .arg("--target-dir")
        .arg(target_folder)
        .current_dir(workspace)
        .env("CARGO_ENCODED_RUSTFLAGS", rust_flags(workspace))
        // Set by clippy and coverage tools, which have no business in there.
        .env_remove("RUSTC_WORKSPACE_WRAPPER")
        // Features that the host's crates ask for would change the plugins.
        .env_remove("CARGO_RESOLVER_FEATURE_UNIFICATION")
        .env_remove("RUSTFLAGS");
    let output = cargo.output().context("cannot run cargo")?;
    if !output.status.success() {
        let errors = String::from_utf8_lossy(&output.stderr);
        bail!("cannot build {package} for {TARGET}:\n{errors}");
    }
    let file = format!("{}.wasm", package.replace('-', "_"));
    let path = target_folder.join(TARGET).join(PROFILE).join(file);
    fs::read(&path).with_context(|| format!("cannot read {}", path.display()))
}

/// The memory a plugin has from the start, beside its stack: enough to decide about
/// hundreds of tags without asking for more.
const HEAP_BYTES: usize = 256 << 10;

/// Vector instructions halve the time to split tags; remapped paths make the
/// components the same on every machine.
fn rust_flags(workspace: &Path) -> String {
    let mut flags = vec!["-Ctarget-feature=+simd128".to_owned()];
    flags.push(format!("-Clink-arg=--initial-heap={HEAP_BYTES}"));
    flags.push(format!("--remap-path-prefix={}=", workspace.display()));
    if let Some(home) = cargo_home() {
        flags.push(format!("--remap-path-prefix={}=cargo", home.display()));
    }
    flags.join("\x1f")
}

fn cargo_home() -> Option<PathBuf> {
    let default = || env::home_dir().map(|home| home.join(".cargo"));
    env::var_os("CARGO_HOME").map(PathBuf::from).or_else(default)
}

fn encode(module: &[u8]) -> Result<Vec<u8>> {
    ComponentEncoder::default().validate(true).module(module)?.encode()
}

/// Leaves an unchanged file alone, so that what embeds it is not built again.
fn write_if_changed(path: &Path, bytes: &[u8]) -> Result<()> {
    if fs::read(path).is_ok_and(|old| old == bytes) {
        return Ok(());
    }
    fs::write(path, bytes).with_context(|| format!("cannot write {}", path.display()))
}
