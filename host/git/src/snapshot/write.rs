//! A commit, written object by object.

use std::{collections::BTreeMap, path::Path};

use git2::{FileMode, Oid, Repository, Signature, Time, Tree, build::TreeUpdateBuilder};
use tagwarden_core::spec::Author;
use tagwarden_reconcile::ports::{CommitRequest, FileWrite, GitErrorKind};

use super::Stop;
use crate::{failure::Failure, signing::Signer};

/// Writes blobs, trees and the commit on top of `base`; tells of each blob that has
/// a note.
pub fn commit(
    repository: &Repository,
    base: Oid,
    request: &CommitRequest,
    wrote: &mut dyn FnMut(Oid, &[u8]),
) -> Result<Oid, Stop> {
    let author = signature(&request.author, request.time)?;
    if request.message.contains('\0') {
        return Err(unusable("the commit message has a NUL character"));
    }
    let parent = repository.find_commit(base)?;
    let tree = parent.tree()?;
    // Of two writes to one file the later stands.
    let files: BTreeMap<&str, &FileWrite> =
        request.writes.iter().map(|write| (write.path.as_str(), write)).collect();
    let mut update = TreeUpdateBuilder::new();
    for (path, file) in files {
        let mode = mode(&tree, path)?;
        let blob = repository.blob(&file.bytes)?;
        if let Some(note) = &file.note {
            wrote(blob, note);
        }
        update.upsert(path, blob, mode);
    }
    let id = update.create_updated(repository, &tree)?;
    let tree = repository.find_tree(id)?;
    let Some(signing) = &request.signing else {
        return Ok(repository.commit(
            None,
            &author,
            &author,
            &request.message,
            &tree,
            &[&parent],
        )?);
    };
    let signer = Signer::new(signing)?;
    let buffer =
        repository.commit_create_buffer(&author, &author, &request.message, &tree, &[&parent])?;
    let content = std::str::from_utf8(&buffer).expect("headers and message are text");
    let signature = signer.sign(content.as_bytes())?;
    Ok(repository.commit_signed(content, signature.trim_end(), None)?)
}

/// The mode the file has, which it keeps.
fn mode(tree: &Tree<'_>, path: &str) -> Result<FileMode, Stop> {
    let mode = tree.get_path(Path::new(path)).map(|entry| entry.filemode());
    match mode {
        Ok(0o100_755) => Ok(FileMode::BlobExecutable),
        Ok(0o100_644 | 0o100_664) => Ok(FileMode::Blob),
        _ => Err(unusable(format!("`{path}` is not a regular file of the commit"))),
    }
}

fn signature(author: &Author, time: i64) -> Result<Signature<'static>, Stop> {
    // A line break in here would add headers to the commit.
    for (field, value) in [("name", &author.name), ("email", &author.email)] {
        if value.chars().any(|c| c.is_control() || matches!(c, '<' | '>')) {
            return Err(unusable(format!(
                "the commit author's {field} has a control character or an angle bracket"
            )));
        }
    }
    Signature::new(&author.name, &author.email, &Time::new(time, 0))
        .map_err(|error| unusable(format!("the commit author cannot be used: {}", error.message())))
}

fn unusable(message: impl Into<String>) -> Stop {
    Stop::Failure(Failure::new(GitErrorKind::Configuration, message))
}
