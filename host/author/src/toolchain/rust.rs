//! Rust: `cargo`, for `wasm32-unknown-unknown`, or for `wasm32-wasip1` where WASI is to
//! be granted.

use std::{path::PathBuf, process::Command};

use serde::Deserialize;

use super::{read, tool};
use crate::{AuthorError, Project, component};

/// What plugins are built for, and how to get it.
struct Target {
    triple: &'static str,
    name: &'static str,
    how: &'static str,
}

const PURE: Target = Target {
    triple: "wasm32-unknown-unknown",
    name: "the target wasm32-unknown-unknown",
    how: "run `rustup target add wasm32-unknown-unknown`",
};

const WASI: Target = Target {
    triple: "wasm32-wasip1",
    name: "the target wasm32-wasip1",
    how: "run `rustup target add wasm32-wasip1`, or drop `wasi` from the grants in \
          plugin.yaml: Rust needs no WASI",
};

pub(super) fn build(project: &Project) -> Result<Vec<u8>, AuthorError> {
    let cargo = tool::on_path("cargo").ok_or(AuthorError::MissingTool {
        language: "Rust",
        tool: "cargo",
        how: "get Rust from https://rustup.rs",
    })?;
    let target = if project.has_wasi() { WASI } else { PURE };
    ensure_target(project, &target)?;
    let mut command = Command::new(cargo);
    // Only `cargo rustc` can make a `cdylib` alone: with an `rlib` beside it,
    // cargo leaves out link-time optimisation.
    command
        .args(["rustc", "--lib", "--crate-type", "cdylib", "--release"])
        .args(["--target", target.triple])
        .arg("--message-format=json-render-diagnostics")
        .current_dir(&project.root);
    let messages = tool::output(&mut command)?;
    let module = module(&messages)
        .ok_or_else(|| AuthorError::Component("cargo made no .wasm file of the library".into()))?;
    component::encode(&read(&module)?, project.has_wasi())
}

fn ensure_target(project: &Project, target: &Target) -> Result<(), AuthorError> {
    let mut rustc = Command::new("rustc");
    rustc.args(["--print", "target-libdir", "--target", target.triple]).current_dir(&project.root);
    let library = tool::output(&mut rustc)?;
    let there = std::path::Path::new(String::from_utf8_lossy(&library).trim()).is_dir();
    there.then_some(()).ok_or(AuthorError::MissingTool {
        language: "Rust",
        tool: target.name,
        how: target.how,
    })
}

/// One of cargo's messages, as far as it matters here.
#[derive(Deserialize)]
struct Message {
    reason: String,
    #[serde(default)]
    filenames: Vec<PathBuf>,
}

/// The last module that cargo made: dependencies come first.
fn module(messages: &[u8]) -> Option<PathBuf> {
    let messages = serde_json::Deserializer::from_slice(messages).into_iter::<Message>();
    let artifacts = messages.filter_map(Result::ok).filter(|m| m.reason == "compiler-artifact");
    let files = artifacts.flat_map(|message| message.filenames);
    files.filter(|file| file.extension().is_some_and(|ext| ext == "wasm")).last()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_module_among_cargos_messages() {
        let messages = br#"{"reason":"compiler-artifact","filenames":["/t/libserde.rlib"]}
            {"reason":"build-script-executed","package_id":"x"}
            {"reason":"compiler-artifact","filenames":["/t/a.wasm"],"fresh":true}
            {"reason":"build-finished","success":true}"#;
        assert_eq!(module(messages), Some(PathBuf::from("/t/a.wasm")));
        assert_eq!(module(b""), None);
    }
}
