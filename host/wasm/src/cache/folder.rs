//! The folder's privacy.

use std::{
    fs::{self, DirBuilder},
    io,
    os::unix::fs::{DirBuilderExt, MetadataExt},
    path::Path,
};

/// Why a folder will not do.
#[derive(Debug)]
pub(crate) enum Refusal {
    /// Others may enter it: that needs a person's attention.
    NotPrivate(String),
    /// There can be no folder here.
    Io(io::Error),
}

impl From<io::Error> for Refusal {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

/// Makes the folder if there is none and checks that only this user may enter.
pub(super) fn prepare(folder: &Path) -> Result<(), Refusal> {
    if !folder.exists() {
        DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    }
    check(folder)
}

/// Checks that `path` is a folder of this user's and of nobody else's.
fn check(path: &Path) -> Result<(), Refusal> {
    // Of the path itself: a link could be turned elsewhere later.
    let found = fs::symlink_metadata(path)?;
    if !found.is_dir() {
        return Err(Refusal::NotPrivate("it is not a folder".into()));
    }
    let user = rustix::process::geteuid().as_raw();
    if found.uid() != user {
        let owner = found.uid();
        return Err(Refusal::NotPrivate(format!("it belongs to user {owner}, not to {user}")));
    }
    match found.mode() & 0o777 {
        mode if mode & 0o077 == 0 => Ok(()),
        mode => Err(Refusal::NotPrivate(format!("others may enter it (mode {mode:03o})"))),
    }
}
