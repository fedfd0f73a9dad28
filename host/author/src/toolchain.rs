//! How each language's own tools make a component.
//!
//! The tools compile; the bindings are generated and the component is encoded
//! here, so that an author needs nothing beside the language itself.

mod bindings;
mod c;
mod go;
mod javascript;
mod python;
mod rust;
mod tool;

use std::fs;

use crate::{AuthorError, Language, Project, contract};

/// Builds a project's component and writes it to [`Project::component`].
///
/// What the tools have to say goes to standard error.
pub fn build(project: &Project) -> Result<Vec<u8>, AuthorError> {
    let component = match project.language {
        Language::Rust => rust::build(project),
        Language::Go => go::build(project),
        Language::JavaScript => javascript::build(project),
        Language::Python => python::build(project),
        Language::C => c::build(project),
    }?;
    let path = project.component();
    fs::write(&path, &component).map_err(AuthorError::io("write", &path))?;
    Ok(component)
}

/// Writes the bindings that a language's own tools do not make, so that a new
/// project is whole in an editor; a build brings them up to date.
pub(crate) fn bind(project: &Project) -> Result<(), AuthorError> {
    match project.language {
        Language::Go => go::generate(project, &contract::world(project)?),
        Language::C => c::generate(project),
        Language::Rust | Language::JavaScript | Language::Python => Ok(()),
    }
}

/// A folder for what a tool writes, gone after the build.
fn scratch() -> Result<tempfile::TempDir, AuthorError> {
    tempfile::tempdir().map_err(AuthorError::io("make a folder in", std::env::temp_dir()))
}

fn read(path: &std::path::Path) -> Result<Vec<u8>, AuthorError> {
    fs::read(path).map_err(AuthorError::io("read", path))
}
