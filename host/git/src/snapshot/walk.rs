//! Reading files out of a tree.
//!
//! What a tree comes to hangs on the tree alone, so it is remembered, and a folder
//! that was walked before is walked in memory: nothing is shown or left out that a
//! walk over its objects would not show or leave out.

use std::sync::Arc;

use git2::{ObjectType, Odb, Oid, Repository, TreeEntry};
use tagwarden_reconcile::ports::{GitErrorKind, Reply, Visit};

use super::Stop;
use crate::{
    failure::Failure,
    index::{self, Blob, Folder, Index, Sum},
};

/// Entries a walk looks at before it gives up: a small repository can name
/// one folder so often that its paths number in the billions.
const MAX_ENTRIES: u32 = 2_000_000;
/// Folders within folders.
const MAX_DEPTH: u32 = 128;
/// The kind bits of a tree entry's mode.
const KIND: i32 = 0o170_000;
const SYMLINK: i32 = 0o120_000;

/// A walk over the files below a folder.
pub struct Walk<'a> {
    pub repository: &'a Repository,
    pub index: &'a mut Index,
    pub file_limit: u64,
    /// Whether a file of this name is of interest.
    pub name: fn(&str) -> bool,
    /// Who looks at the files; without, the walk only remembers.
    pub guest: Option<Guest<'a>>,
}

/// Somebody who is shown files.
pub struct Guest<'a> {
    /// Whether a file of this content is of interest.
    pub content: &'a dyn Fn(&[u8]) -> bool,
    pub visitor: &'a mut dyn FnMut(Visit<'_>) -> Reply,
}

/// A walk under way.
struct Way<'a> {
    walk: Walk<'a>,
    objects: Odb<'a>,
    /// How many entries may still be looked at.
    left: u32,
}

/// What a folder turned out to be.
struct Found {
    sum: Sum,
    /// Whether anything in it is to be shown.
    holds: bool,
    /// Whether nothing in it was left aside, so that it can be remembered.
    is_whole: bool,
}

impl Walk<'_> {
    /// Visits what lies below `path`, or the file at `path`; gives the number
    /// of files whose name is of interest.
    pub fn below(self, commit: Oid, path: &str) -> Result<usize, Stop> {
        let names = components(path)?;
        let mut tree = self.repository.find_commit(commit)?.tree()?;
        let objects = self.repository.odb()?;
        let mut way = Way { walk: self, objects, left: MAX_ENTRIES };
        for (depth, name) in names.iter().enumerate() {
            let here = names[..=depth].join("/");
            let entry =
                tree.get_name(name).ok_or_else(|| no_folder(&here, "is not in the repository"))?;
            match kind(&entry) {
                Kind::Folder => {}
                Kind::File if depth + 1 == names.len() => {
                    let mut alone = Folder::default();
                    way.file(entry.id(), name, &here, &mut alone)?;
                    return Ok(alone.sum.met as usize);
                }
                Kind::File => return Err(no_folder(&here, "is a file")),
                Kind::Symlink => {
                    return Err(no_folder(&here, "is a symlink, which is not followed"));
                }
                Kind::Submodule => {
                    return Err(no_folder(&here, "is a submodule, which is not followed"));
                }
            }
            let id = entry.id();
            drop(entry);
            tree = way.walk.repository.find_tree(id)?;
        }
        let prefix = if names.is_empty() { String::new() } else { names.join("/") + "/" };
        Ok(way.folder(tree.id(), &prefix, 0)?.sum.met as usize)
    }
}

impl Way<'_> {
    /// A tree's order is the order of its paths.
    fn folder(&mut self, id: Oid, prefix: &str, depth: u32) -> Result<Found, Stop> {
        if let Some(known) = self.known(id, depth) {
            self.left -= known.sum.entries;
            self.recall(&known, prefix)?;
            return Ok(Found { sum: known.sum, holds: !known.entries.is_empty(), is_whole: true });
        }
        let tree = self.walk.repository.find_tree(id)?;
        let (mut here, mut is_whole) = (Folder::default(), true);
        for entry in &tree {
            self.left = self.left.checked_sub(1).ok_or_else(|| {
                Failure::new(
                    GitErrorKind::Other,
                    format!("over {MAX_ENTRIES} files; narrow the path to update"),
                )
            })?;
            here.sum.entries = here.sum.entries.saturating_add(1);
            is_whole &= self.entry(&entry, prefix, depth, &mut here)?;
        }
        let found = Found { sum: here.sum, holds: !here.entries.is_empty(), is_whole };
        if is_whole {
            self.walk.index.put_folder(id, here);
        }
        Ok(found)
    }

    /// What is known of a folder, where walking it would meet no limit.
    fn known(&mut self, id: Oid, depth: u32) -> Option<Arc<Folder>> {
        let known = self.walk.index.folder(id)?;
        let Sum { entries, depth: below, .. } = known.sum;
        (entries <= self.left && depth.saturating_add(below) <= MAX_DEPTH).then_some(known)
    }

    /// Walks a folder in memory. Its entries are counted already.
    fn recall(&mut self, folder: &Folder, prefix: &str) -> Result<(), Stop> {
        if self.walk.guest.is_none() {
            return Ok(());
        }
        for (kind, name, id) in &folder.entries {
            let path = format!("{prefix}{name}");
            match kind {
                index::Kind::File => {
                    self.show(*id, &path)?;
                }
                index::Kind::Folder => match self.walk.index.folder(*id) {
                    Some(folder) => self.recall(&folder, &(path + "/"))?,
                    None => {
                        self.folder(*id, &(path + "/"), 0)?;
                    }
                },
            }
        }
        Ok(())
    }

    /// Says whether the entry can be remembered as what it is now.
    fn entry(
        &mut self,
        entry: &TreeEntry<'_>,
        prefix: &str,
        depth: u32,
        here: &mut Folder,
    ) -> Result<bool, Stop> {
        let kind = kind(entry);
        let name = match name(entry.name_bytes()) {
            Ok(name) => name,
            Err(reason) => {
                let shown = printable(entry.name_bytes());
                return Ok(self.skip(kind, &shown, prefix, reason, here));
            }
        };
        match kind {
            Kind::Folder if depth >= MAX_DEPTH => {
                Ok(self.skip(kind, name, prefix, "nested too deep", here))
            }
            Kind::Folder => {
                let below = self.folder(entry.id(), &format!("{prefix}{name}/"), depth + 1)?;
                here.sum.add(below.sum);
                if below.holds {
                    here.entries.push((index::Kind::Folder, name.to_owned(), entry.id()));
                }
                Ok(below.is_whole)
            }
            Kind::File => self.file(entry.id(), name, &format!("{prefix}{name}"), here),
            Kind::Symlink => Ok(self.skip(kind, name, prefix, "a symlink is not followed", here)),
            Kind::Submodule => {
                Ok(self.skip(kind, name, prefix, "a submodule is not followed", here))
            }
        }
    }

    fn file(&mut self, id: Oid, name: &str, path: &str, here: &mut Folder) -> Result<bool, Stop> {
        if !(self.walk.name)(name) {
            return Ok(true);
        }
        here.sum.met = here.sum.met.saturating_add(1);
        let shown = self.show(id, path)?;
        if shown == Some(true) {
            here.entries.push((index::Kind::File, name.to_owned(), id));
        }
        Ok(shown.is_some())
    }

    /// Shows a file that is of interest, and says whether it is; nothing where
    /// that is not to be known.
    fn show(&mut self, id: Oid, path: &str) -> Result<Option<bool>, Stop> {
        let known = self.walk.index.blob(id);
        let Some(guest) = &mut self.walk.guest else {
            return Ok(known.map(|blob| blob != Blob::Dull));
        };
        match &known {
            Some(Blob::Dull) => return Ok(Some(false)),
            Some(Blob::Noted(note)) => {
                if (guest.visitor)(Visit::Noted { path, note }) != Reply::Show {
                    return Ok(Some(true));
                }
            }
            Some(Blob::Shown) | None => {}
        }
        // The header alone: a file over the limit is never unpacked.
        let (size, _) = self.objects.read_header(id)?;
        if size as u64 > self.walk.file_limit {
            let reason = format!("{size} bytes, over the limit of {}", self.walk.file_limit);
            (guest.visitor)(Visit::Skipped { path, reason: &reason });
            return Ok(None);
        }
        let object = self.objects.read(id)?;
        let bytes = object.data();
        let what = match known.is_some() || (guest.content)(bytes) {
            false => Blob::Dull,
            true => match (guest.visitor)(Visit::File { path, bytes }) {
                Reply::Note(note) => Blob::Noted(note.into()),
                Reply::Enough | Reply::Show => Blob::Shown,
            },
        };
        let matters = what != Blob::Dull;
        if known.is_none() || known == Some(Blob::Shown) && what != Blob::Shown {
            self.walk.index.put_blob(id, what);
        }
        Ok(Some(matters))
    }

    /// Reports what would have been wanted, and every folder, for it may hold
    /// what is. Says whether there was nothing to report.
    fn skip(
        &mut self,
        kind: Kind,
        name: &str,
        prefix: &str,
        reason: &str,
        here: &mut Folder,
    ) -> bool {
        let is_leaf = matches!(kind, Kind::File | Kind::Symlink);
        let matters = (self.walk.name)(name);
        if is_leaf && matters {
            here.sum.met = here.sum.met.saturating_add(1);
        }
        if is_leaf && !matters {
            return true;
        }
        if let Some(guest) = &mut self.walk.guest {
            (guest.visitor)(Visit::Skipped { path: &format!("{prefix}{name}"), reason });
        }
        false
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Folder,
    File,
    Symlink,
    Submodule,
}

fn kind(entry: &TreeEntry<'_>) -> Kind {
    match entry.kind() {
        Some(ObjectType::Tree) => Kind::Folder,
        Some(ObjectType::Blob) if entry.filemode_raw() & KIND == SYMLINK => Kind::Symlink,
        Some(ObjectType::Blob) => Kind::File,
        _ => Kind::Submodule,
    }
}

/// A name that cannot be mistaken for anything but a name.
fn name(bytes: &[u8]) -> Result<&str, &'static str> {
    let name = std::str::from_utf8(bytes).map_err(|_| "the name is not UTF-8")?;
    if name.chars().any(char::is_control) {
        return Err("the name has a control character");
    }
    if name.eq_ignore_ascii_case(".git") || matches!(name, "" | "." | "..") || name.contains('/') {
        return Err("the name has a meaning to Git or the file system");
    }
    Ok(name)
}

fn printable(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).replace(char::is_control, "\u{fffd}")
}

/// The folders named by `./a/b/`, as manifests write paths.
fn components(path: &str) -> Result<Vec<&str>, Failure> {
    let names: Vec<_> = path.split('/').filter(|name| !matches!(*name, "" | ".")).collect();
    if names.contains(&"..") {
        return Err(Failure::new(
            GitErrorKind::Configuration,
            format!("the path `{}` leads out of the repository", printable(path.as_bytes())),
        ));
    }
    Ok(names)
}

fn no_folder(path: &str, why: &str) -> Stop {
    Stop::Failure(Failure::new(
        GitErrorKind::NotFound,
        format!("the path `{}` {why}", printable(path.as_bytes())),
    ))
}
