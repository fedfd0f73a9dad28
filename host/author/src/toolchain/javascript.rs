//! JavaScript: `componentize-qjs`, which puts the source beside a `QuickJS`.

use std::process::Command;

use super::{read, scratch, tool};
use crate::{AuthorError, Project};

const BIN: &str = "node_modules/.bin";

pub(super) fn build(project: &Project) -> Result<Vec<u8>, AuthorError> {
    let find = || tool::in_project(&project.root, &[BIN], "componentize-qjs");
    let componentize = match find() {
        Some(found) => found,
        None => {
            install(project)?;
            find().ok_or_else(missing)?
        }
    };
    let out = scratch()?;
    let component = out.path().join("plugin.wasm");
    let mut command = Command::new(componentize);
    command
        .args(["--wit", "wit", "--world", &project.world(), "--js", "plugin.js"])
        // Without asynchrony and with WASI stubbed, nothing but our interfaces is left.
        .arg("--sync")
        .args((!project.has_wasi()).then_some("--stub-wasi"))
        .arg("--output")
        .arg(&component)
        .current_dir(&project.root);
    tool::run(&mut command)?;
    read(&component)
}

/// Installs what `package.json` names into the project, as its author would.
fn install(project: &Project) -> Result<(), AuthorError> {
    let npm = tool::on_path("npm").ok_or_else(missing)?;
    let mut command = Command::new(npm);
    tool::run(command.args(["install", "--no-audit", "--no-fund"]).current_dir(&project.root))
}

fn missing() -> AuthorError {
    AuthorError::MissingTool {
        language: "JavaScript",
        tool: "componentize-qjs",
        how: "get Node.js 20 or newer, then run `npm install` in the project",
    }
}
