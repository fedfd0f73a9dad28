//! The contract with the host, as projects carry it.

use std::path::Path;

use include_dir::{Dir, include_dir};
use wit_parser::{PackageId, Resolve, SourceMap, WorldId};

use crate::{AuthorError, Project};

/// The files of `wit/`.
pub(crate) static WIT: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/../../wit");

/// Reads a project's copy of the contract and finds the project's world in it.
pub(crate) fn world(project: &Project) -> Result<(Resolve, WorldId), AuthorError> {
    find(&project.wit(), &project.world())
}

fn find(folder: &Path, world: &str) -> Result<(Resolve, WorldId), AuthorError> {
    let malformed = |error: anyhow::Error| AuthorError::Malformed {
        path: folder.into(),
        reason: format!("{error:#}"),
    };
    let mut resolve = Resolve::default();
    let (package, _) = resolve.push_path(folder).map_err(malformed)?;
    let world = resolve.select_world(&[package], Some(world)).map_err(malformed)?;
    Ok((resolve, world))
}

/// The contract as it is carried.
pub(crate) fn carried() -> Result<(Resolve, PackageId), AuthorError> {
    let malformed = |reason| AuthorError::Malformed { path: "wit".into(), reason };
    let mut sources = SourceMap::default();
    for file in WIT.files() {
        sources.push(file.path(), String::from_utf8_lossy(file.contents()));
    }
    let parsed = sources.parse().map_err(|(_, error)| malformed(error.to_string()))?;
    let mut resolve = Resolve::default();
    let package = resolve.push_group(parsed).map_err(|error| malformed(error.to_string()))?;
    Ok((resolve, package))
}

/// The world of a kind, as it is carried.
#[cfg(test)]
pub(crate) fn carried_world(kind: crate::Kind) -> (Resolve, WorldId) {
    let (resolve, package) = carried().expect("the contract is well-formed");
    let world = resolve.select_world(&[package], Some(kind.world()));
    let world = world.expect("the contract has a world of every kind");
    (resolve, world)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Kind;

    #[test]
    fn the_contract_carried_has_a_world_of_every_kind() {
        for kind in Kind::ALL {
            carried_world(kind);
        }
    }
}
