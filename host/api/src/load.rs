//! Files from a folder: the only place of this crate that does I/O.

use std::{
    ffi::OsStr,
    fs, io,
    io::Read,
    path::{Path, PathBuf},
};

use crate::{
    error::{Level, ManifestError, Note, Place, Problem},
    reader::{MAX_FILE, Reader, Reading},
};

/// The most files that are read of one folder.
pub const MAX_FILES: usize = 100_000;

/// The most bytes that are read of one folder.
pub const MAX_TOTAL: u64 = 1 << 30;

/// How deep folders are searched.
pub const MAX_FOLDERS: usize = 64;

/// Reads a file, or a folder's `.yaml`, `.yml` and `.json` files in the order
/// of their paths. Hidden folders and symbolic links within are left out.
#[must_use]
pub fn load(path: &Path) -> Reading {
    let mut reader = Reader::default();
    reader.load(path);
    reader.finish()
}

impl Reader {
    /// Reads what is at `path`, as [`load`] does.
    pub fn load(&mut self, path: &Path) {
        let mut walk = Walk { reader: self, files: 0, bytes: 0 };
        match fs::metadata(path) {
            Ok(found) if found.is_dir() => _ = walk.folder(path, 0),
            Ok(_) => _ = walk.file(path),
            Err(error) => walk.fail(path, Problem::Unreadable(error)),
        }
    }
}

struct Walk<'r> {
    reader: &'r mut Reader,
    files: usize,
    bytes: u64,
}

/// Whether to go on: a cap over the whole folder ends the walk.
type Going = Option<()>;

impl Walk<'_> {
    fn folder(&mut self, path: &Path, depth: usize) -> Going {
        let mut entries = match entries(path) {
            Ok(entries) => entries,
            Err(error) => {
                self.fail(path, Problem::Unreadable(error));
                return Some(());
            }
        };
        entries.sort();
        entries.iter().try_for_each(|entry| self.entry(entry, depth))
    }

    fn entry(&mut self, path: &Path, depth: usize) -> Going {
        let hidden = path.file_name().is_some_and(|name| name.as_encoded_bytes().starts_with(b"."));
        match fs::symlink_metadata(path) {
            Err(error) => self.fail(path, Problem::Unreadable(error)),
            Ok(found) if found.is_dir() && hidden => {}
            Ok(found) if found.is_dir() && depth == MAX_FOLDERS => {
                let (what, limit) = ("levels of folders", MAX_FOLDERS);
                self.fail(path, Problem::TooMany { what, limit });
            }
            Ok(found) if found.is_dir() => return self.folder(path, depth + 1),
            Ok(_) if !is_manifest(path) => {}
            Ok(found) if found.is_symlink() => self.pass_link(path),
            Ok(found) if found.is_file() => return self.file(path),
            Ok(_) => {}
        }
        Some(())
    }

    fn file(&mut self, path: &Path) -> Going {
        if self.files == MAX_FILES {
            let (what, limit) = ("files", MAX_FILES);
            self.fail(path, Problem::TooMany { what, limit });
            return None;
        }
        self.files += 1;
        match contents(path) {
            Ok(bytes) => {
                self.bytes += bytes.len() as u64;
                self.reader.add(&path.to_string_lossy(), &bytes);
            }
            Err(problem) => self.fail(path, problem),
        }
        if self.bytes > MAX_TOTAL {
            self.fail(path, Problem::TooLarge { limit: MAX_TOTAL });
            return None;
        }
        Some(())
    }

    fn pass_link(&mut self, path: &Path) {
        self.reader.reading.notes.push(Note {
            place: whole(path),
            level: Level::Warning,
            text: "not read: a symbolic link".to_owned(),
        });
    }

    fn fail(&mut self, path: &Path, problem: Problem) {
        let hint = match &problem {
            Problem::Unreadable(e) if e.kind() == io::ErrorKind::NotFound => Some("check the path"),
            _ => None,
        };
        self.reader.reject(ManifestError {
            place: whole(path),
            object: String::new(),
            field: String::new(),
            problem,
            hint: hint.map(str::to_owned),
        });
    }
}

fn entries(folder: &Path) -> io::Result<Vec<PathBuf>> {
    fs::read_dir(folder)?.map(|entry| Ok(entry?.path())).collect()
}

fn is_manifest(path: &Path) -> bool {
    let extension = path.extension().and_then(OsStr::to_str);
    extension.is_some_and(|e| ["yaml", "yml", "json"].contains(&e))
}

/// The bytes of a file. Its size is checked before and, as it may grow, while it is read.
fn contents(path: &Path) -> Result<Vec<u8>, Problem> {
    let file = fs::File::open(path).map_err(Problem::Unreadable)?;
    let size = file.metadata().map_err(Problem::Unreadable)?.len();
    if size > MAX_FILE {
        return Err(Problem::TooLarge { limit: MAX_FILE });
    }
    let mut bytes = Vec::with_capacity(usize::try_from(size).unwrap_or_default());
    file.take(MAX_FILE + 1).read_to_end(&mut bytes).map_err(Problem::Unreadable)?;
    match bytes.len() as u64 > MAX_FILE {
        true => Err(Problem::TooLarge { limit: MAX_FILE }),
        false => Ok(bytes),
    }
}

fn whole(path: &Path) -> Place {
    Place { file: path.to_string_lossy().into(), line: 0, column: 0 }
}
