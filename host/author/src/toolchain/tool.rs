//! Finding and running the tools of a language.

use std::{
    env,
    ffi::OsStr,
    io,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use crate::AuthorError;

/// The program of that name on `PATH`.
pub(super) fn on_path(name: &str) -> Option<PathBuf> {
    let path = env::var_os("PATH")?;
    env::split_paths(&path).map(|folder| folder.join(name)).find(|file| is_executable(file))
}

/// The program of that name in one of the project's own folders, else on `PATH`.
pub(super) fn in_project(root: &Path, folders: &[&str], name: &str) -> Option<PathBuf> {
    let own = folders.iter().map(|folder| root.join(folder).join(name));
    // A relative path would be looked for from the folder that the tool runs in.
    let own = own.filter_map(|file| file.canonicalize().ok());
    own.into_iter().find(|file| is_executable(file)).or_else(|| on_path(name))
}

fn is_executable(file: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    file.metadata().is_ok_and(|data| data.is_file() && data.permissions().mode() & 0o111 != 0)
}

/// Whether a command starts at all and is content.
pub(super) fn answers(command: &mut Command) -> bool {
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}

/// Runs a tool to its end; all it says goes to standard error.
pub(super) fn run(command: &mut Command) -> Result<(), AuthorError> {
    command.stdout(io::stderr());
    finish(command).map(drop)
}

/// Runs a tool to its end and returns what it wrote to standard output.
pub(super) fn output(command: &mut Command) -> Result<Vec<u8>, AuthorError> {
    finish(command.stdout(Stdio::piped()))
}

fn finish(command: &mut Command) -> Result<Vec<u8>, AuthorError> {
    let tool = shown(command.get_program());
    let started = command.stdin(Stdio::null()).stderr(Stdio::inherit()).output();
    let output = started.map_err(AuthorError::io("run", &tool))?;
    match output.status.success() {
        true => Ok(output.stdout),
        false => Err(AuthorError::Tool { tool, status: output.status.to_string() }),
    }
}

fn shown(program: &OsStr) -> String {
    Path::new(program).file_name().unwrap_or(program).to_string_lossy().into_owned()
}
