//! Rust: `cargo`, for `wasm32-unknown-unknown`.

use std::{path::PathBuf, process::Command};

use serde::Deserialize;

use super::{read, tool};
use crate::{AuthorError, Project, component};

const TARGET: &str = "wasm32-unknown-unknown";

pub(super) fn build(project: &Project) -> Result<Vec<u8>, AuthorError> {
    let cargo = tool::on_path("cargo").ok_or(AuthorError::MissingTool {
        language: "Rust",
        tool: "cargo",
        how: "get Rust from https://rustup.rs",
    })?;
    ensure_target(project)?;
    let mut command = Command::new(cargo);
    // Only `cargo rustc` can make a `cdylib` alone: with an `rlib` beside it,
    // cargo leaves out link-time optimisation.
    command
        .args(["rustc", "--lib", "--crate-type", "cdylib", "--release", "--target", TARGET])
        .arg("--message-format=json-render-diagnostics")
        .current_dir(&project.root);
    let messages = tool::output(&mut command)?;
    let module = module(&messages)
        .ok_or_else(|| AuthorError::Component("cargo made no .wasm file of the library".into()))?;
    component::encode(&read(&module)?)
}

fn ensure_target(project: &Project) -> Result<(), AuthorError> {
    let mut rustc = Command::new("rustc");
    rustc.args(["--print", "target-libdir", "--target", TARGET]).current_dir(&project.root);
    let library = tool::output(&mut rustc)?;
    let there = std::path::Path::new(String::from_utf8_lossy(&library).trim()).is_dir();
    there.then_some(()).ok_or(AuthorError::MissingTool {
        language: "Rust",
        tool: "the target wasm32-unknown-unknown",
        how: "run `rustup target add wasm32-unknown-unknown`",
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
