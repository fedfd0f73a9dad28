//! C: `zig cc`, which carries its own WASI library, or clang with the WASI SDK's.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Command,
};

use super::{bindings, read, scratch, tool};
use crate::{AuthorError, Project, component, contract};

/// Where the generated bindings go.
const BINDINGS: &str = "bindings";

pub(super) fn build(project: &Project) -> Result<Vec<u8>, AuthorError> {
    let mut command = compiler()?;
    generate(project)?;
    let out = scratch()?;
    let module = out.path().join("plugin.wasm");
    command
        .args(["-mexec-model=reactor", "-std=c11", "-Wall", "-Wextra", "-Oz", "-s"])
        // By default the stack takes sixteen megabytes of every sandbox.
        .args(["-Wno-unused-parameter", "-Wl,-z,stack-size=65536"])
        .args(["-I", BINDINGS, "-o"])
        .arg(&module)
        .args(sources(&project.root, ".")?)
        .args(sources(&project.root, BINDINGS)?)
        .current_dir(&project.root);
    tool::run(&mut command)?;
    component::encode(&read(&module)?, project.has_wasi())
}

/// The first compiler there is that knows WASI's headers.
fn compiler() -> Result<Command, AuthorError> {
    let sdk = env::var_os("WASI_SDK_PATH").map(|sdk| Path::new(&sdk).join("bin/clang"));
    if let Some(clang) = sdk.filter(|clang| clang.is_file()) {
        let mut command = Command::new(clang);
        command.arg("--target=wasm32-wasip1");
        return Ok(command);
    }
    let mut zig = zig().ok_or(AuthorError::MissingTool {
        language: "C",
        tool: "zig cc",
        how: "run `pip install ziglang`, or get https://ziglang.org; \
              or set WASI_SDK_PATH to a WASI SDK, whose clang will do",
    })?;
    zig.args(["cc", "-target", "wasm32-wasi"]);
    Ok(zig)
}

fn zig() -> Option<Command> {
    if let Some(zig) = tool::on_path("zig") {
        return Some(Command::new(zig));
    }
    let pythons = ["python3", "python"].into_iter().filter_map(tool::on_path);
    pythons.into_iter().find_map(|python| {
        let module = || {
            let mut command = Command::new(&python);
            command.args(["-m", "ziglang"]);
            command
        };
        tool::answers(module().arg("version")).then(module)
    })
}

/// Writes the bindings beside the sources.
pub(super) fn generate(project: &Project) -> Result<(), AuthorError> {
    let world = contract::world(project)?;
    // The same names with grants as without, so that granting changes no code.
    let rename_world = Some(project.kind.world().to_owned());
    let options = wit_bindgen_c::Opts { rename_world, ..wit_bindgen_c::Opts::default() };
    for (name, bytes) in bindings::generate(options.build(), &world)?.iter() {
        bindings::write(&project.root.join(BINDINGS).join(name), bytes)?;
    }
    Ok(())
}

/// The C sources and objects of a folder, in order.
fn sources(root: &Path, folder: &str) -> Result<Vec<PathBuf>, AuthorError> {
    let path = root.join(folder);
    let entries = fs::read_dir(&path).map_err(AuthorError::io("read", &path))?;
    let names =
        entries.filter_map(Result::ok).map(|entry| Path::new(folder).join(entry.file_name()));
    let compiled = |file: &PathBuf| file.extension().is_some_and(|ext| ext == "c" || ext == "o");
    let mut sources: Vec<_> = names.filter(compiled).collect();
    sources.sort();
    Ok(sources)
}
