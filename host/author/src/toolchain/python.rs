//! Python: `componentize-py`, which puts the source beside a `CPython`.

use std::process::Command;

use super::{read, scratch, tool};
use crate::{AuthorError, Project};

pub(super) fn build(project: &Project) -> Result<Vec<u8>, AuthorError> {
    let found = tool::in_project(&project.root, &[".venv/bin"], "componentize-py");
    let componentize = found.ok_or(AuthorError::MissingTool {
        language: "Python",
        tool: "componentize-py",
        how: "run `pip install componentize-py`, or install it into .venv in the project",
    })?;
    let out = scratch()?;
    let component = out.path().join("plugin.wasm");
    let mut command = Command::new(componentize);
    command
        .args(["--quiet", "--wit-path", "wit", "--world", &project.world()])
        .arg("componentize")
        .args((!project.has_wasi()).then_some("--stub-wasi"))
        .args(["plugin", "--output"])
        .arg(&component)
        .current_dir(&project.root);
    tool::run(&mut command)?;
    read(&component)
}
