//! Generated bindings, written into a project.

use std::{fs, path::Path};

use wit_bindgen_core::{Files, WorldGenerator};
use wit_parser::{Resolve, WorldId};

use crate::AuthorError;

/// What a generator makes of a world: each file's name and content.
pub(super) fn generate(
    mut generator: Box<dyn WorldGenerator>,
    (resolve, world): &(Resolve, WorldId),
) -> Result<Files, AuthorError> {
    let mut files = Files::default();
    // Generators rearrange the types they are given.
    let mut resolve = resolve.clone();
    generator
        .generate(&mut resolve, *world, &mut files)
        .map_err(|error| AuthorError::Component(format!("no bindings: {error:#}")))?;
    Ok(files)
}

/// Writes a file, and the folders above it; one that is the same stays untouched,
/// so that compilers' caches hold.
pub(super) fn write(path: &Path, bytes: &[u8]) -> Result<(), AuthorError> {
    if fs::read(path).is_ok_and(|old| old == bytes) {
        return Ok(());
    }
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(AuthorError::io("make", folder))?;
    }
    fs::write(path, bytes).map_err(AuthorError::io("write", path))
}
