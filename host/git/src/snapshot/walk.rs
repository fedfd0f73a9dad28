//! Reading files out of a tree.

use git2::{ObjectType, Odb, Oid, Repository, Tree, TreeEntry};
use tagwarden_reconcile::ports::{GitErrorKind, Interest, Visit};

use super::Stop;
use crate::{blobs::Blobs, failure::Failure};

/// Entries a walk looks at before it gives up: a small repository can name
/// one folder so often that its paths number in the billions.
const MAX_ENTRIES: usize = 2_000_000;
/// Folders within folders.
const MAX_DEPTH: usize = 128;
/// The kind bits of a tree entry's mode.
const KIND: i32 = 0o170_000;
const SYMLINK: i32 = 0o120_000;

/// A walk over the files below a folder.
pub struct Walk<'a> {
    repository: &'a Repository,
    objects: Odb<'a>,
    blobs: &'a mut Blobs,
    file_limit: u64,
    interest: &'a Interest<'a>,
    visitor: &'a mut dyn FnMut(Visit<'_>),
    left: usize,
    /// Files whose path is of interest.
    met: usize,
}

impl<'a> Walk<'a> {
    pub fn new(
        repository: &'a Repository,
        blobs: &'a mut Blobs,
        file_limit: u64,
        interest: &'a Interest<'a>,
        visitor: &'a mut dyn FnMut(Visit<'_>),
    ) -> Result<Self, Stop> {
        Ok(Self {
            objects: repository.odb()?,
            repository,
            blobs,
            file_limit,
            interest,
            visitor,
            left: MAX_ENTRIES,
            met: 0,
        })
    }

    /// Visits what lies below `path`, or the file at `path`; gives the number
    /// of files whose path is of interest.
    pub fn below(mut self, commit: Oid, path: &str) -> Result<usize, Stop> {
        let mut tree = self.repository.find_commit(commit)?.tree()?;
        let names = components(path)?;
        for (depth, name) in names.iter().enumerate() {
            let here = names[..=depth].join("/");
            let entry =
                tree.get_name(name).ok_or_else(|| no_folder(&here, "is not in the repository"))?;
            match kind(&entry) {
                Kind::Folder => {}
                Kind::File if depth + 1 == names.len() => {
                    self.file(entry.id(), &here)?;
                    return Ok(self.met);
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
            tree = self.repository.find_tree(id)?;
        }
        let prefix = if names.is_empty() { String::new() } else { names.join("/") + "/" };
        self.folder(&tree, &prefix, 0)?;
        Ok(self.met)
    }

    /// A tree's order is the order of its paths.
    fn folder(&mut self, tree: &Tree<'_>, prefix: &str, depth: usize) -> Result<(), Stop> {
        for entry in tree {
            self.left = self.left.checked_sub(1).ok_or_else(|| {
                Failure::new(
                    GitErrorKind::Other,
                    format!("over {MAX_ENTRIES} files; narrow the path to update"),
                )
            })?;
            self.entry(&entry, prefix, depth)?;
        }
        Ok(())
    }

    fn entry(&mut self, entry: &TreeEntry<'_>, prefix: &str, depth: usize) -> Result<(), Stop> {
        let kind = kind(entry);
        let name = match name(entry.name_bytes()) {
            Ok(name) => name,
            Err(reason) => {
                let shown = prefix.to_owned() + &printable(entry.name_bytes());
                self.skip(kind, &shown, reason);
                return Ok(());
            }
        };
        let path = format!("{prefix}{name}");
        match kind {
            Kind::Folder if depth >= MAX_DEPTH => self.skip(kind, &path, "nested too deep"),
            Kind::Folder => {
                let tree = self.repository.find_tree(entry.id())?;
                return self.folder(&tree, &(path + "/"), depth + 1);
            }
            Kind::File => return self.file(entry.id(), &path),
            Kind::Symlink => self.skip(kind, &path, "a symlink is not followed"),
            Kind::Submodule => self.skip(kind, &path, "a submodule is not followed"),
        }
        Ok(())
    }

    fn file(&mut self, id: Oid, path: &str) -> Result<(), Stop> {
        if !(self.interest.path)(path) {
            return Ok(());
        }
        self.met += 1;
        let known = self.blobs.get(id);
        if known == Some(false) {
            return Ok(());
        }
        // The header alone: a file over the limit is never unpacked.
        let (size, _) = self.objects.read_header(id)?;
        if size as u64 > self.file_limit {
            let reason = format!("{size} bytes, over the limit of {}", self.file_limit);
            (self.visitor)(Visit::Skipped { path, reason: &reason });
            return Ok(());
        }
        let object = self.objects.read(id)?;
        let bytes = object.data();
        let matters = known.unwrap_or_else(|| {
            let matters = (self.interest.content)(bytes);
            self.blobs.put(id, matters);
            matters
        });
        if matters {
            (self.visitor)(Visit::File { path, bytes });
        }
        Ok(())
    }

    /// Reports what would have been wanted, and every folder, for it may hold
    /// what is.
    fn skip(&mut self, kind: Kind, path: &str, reason: &str) {
        let is_leaf = matches!(kind, Kind::File | Kind::Symlink);
        let matters = (self.interest.path)(path);
        self.met += usize::from(is_leaf && matters);
        if !is_leaf || matters {
            (self.visitor)(Visit::Skipped { path, reason });
        }
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
