//! Files in, everything they declare out.

mod encrypted;
mod object;
mod unpinned;

use std::{collections::HashMap, sync::Arc};

use tagwarden_core::{object::ObjectName, spec::Inventory};

use self::encrypted::Encrypted;
use crate::{
    context::{Context, Version},
    error::{Level, ManifestError, Note, Place, Problem},
    kind::{Document, Kind, recognise},
    tree::{Breakage, Documents, Node, Position},
};

/// The largest file that is read, in bytes.
pub const MAX_FILE: u64 = 10 << 20;

/// The most documents that are read of one file, those in a list included.
pub const MAX_DOCUMENTS: usize = 10_000;

/// The most errors that are told in all.
pub const MAX_ERRORS: usize = 10_000;

/// A file by its name and what it holds.
#[derive(Clone, Debug)]
pub struct SourceFile {
    /// The name by which errors call it.
    pub path: String,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

/// What was read, and what was wrong. Objects with an error are not in the inventory.
#[derive(Debug, Default)]
pub struct Reading {
    /// Every object that is right in itself; whether what it refers to is there, is not checked.
    pub inventory: Inventory,
    /// What is worth knowing.
    pub notes: Vec<Note>,
    /// What is wrong, in the order of the files and their lines.
    pub errors: Vec<ManifestError>,
}

/// Reads files one after the other, so that only one need be in memory.
#[derive(Debug, Default)]
pub struct Reader {
    pub(crate) reading: Reading,
    places: HashMap<(Kind, ObjectName), Place>,
    encrypted: Vec<Encrypted>,
}

/// Reads manifests.
#[must_use]
pub fn read(files: &[SourceFile]) -> Reading {
    let mut reader = Reader::default();
    for file in files {
        reader.add(&file.path, &file.bytes);
    }
    reader.finish()
}

impl Reader {
    /// Reads one more file.
    pub fn add(&mut self, path: &str, bytes: &[u8]) {
        let file: Arc<str> = path.into();
        if bytes.len() as u64 > MAX_FILE {
            self.fail(&file, Position::default(), Problem::TooLarge { limit: MAX_FILE });
            return;
        }
        match std::str::from_utf8(bytes) {
            Ok(text) => self.add_text(&file, text),
            Err(error) => {
                let before = &bytes[..error.valid_up_to()];
                let newlines = before.iter().filter(|b| **b == b'\n').count();
                let line = u32::try_from(newlines + 1).unwrap_or(u32::MAX);
                self.fail(&file, Position { line, column: 1 }, Problem::NotUtf8);
            }
        }
    }

    /// What all files declare together.
    #[must_use]
    pub fn finish(mut self) -> Reading {
        for secret in &self.encrypted {
            self.reading.errors.extend(secret.needed(&self.reading.inventory));
        }
        let unpinned = self.unpinned();
        self.reading.notes.extend(unpinned);
        self.reading
    }

    fn unpinned(&self) -> Vec<Note> {
        let kind = Kind::ImagePolicy;
        let note = |(name, advice): (&ObjectName, &str)| {
            let place = self.places.get(&(kind, name.clone()))?.clone();
            let text = format!("{} {name}: {advice}", kind.name());
            Some(Note { place, level: Level::Warning, text })
        };
        unpinned::policies(&self.reading.inventory).into_iter().filter_map(note).collect()
    }

    fn add_text(&mut self, file: &Arc<str>, text: &str) {
        let mut left = MAX_DOCUMENTS;
        for document in Documents::new(text) {
            match document {
                Ok(node) if self.take(file, &node, &mut left).is_none() => {
                    let (what, limit) = ("documents", MAX_DOCUMENTS);
                    self.fail(file, node.at, Problem::TooMany { what, limit });
                    return;
                }
                Ok(_) => {}
                Err(Breakage { at, reason }) => {
                    let hint = text.contains("{{").then_some("render templates first");
                    self.fail_with(file, at, Problem::Syntax(reason), hint);
                }
            }
        }
    }

    /// Takes a document, and counts it off; `None` if there are too many.
    fn take(&mut self, file: &Arc<str>, document: &Node, left: &mut usize) -> Option<()> {
        *left = left.checked_sub(1)?;
        match recognise(document) {
            Document::Known(kind, version) => self.take_object(file, document, kind, version),
            Document::List(items) => {
                return items.iter().try_for_each(|item| self.take(file, item, left));
            }
            Document::Foreign(what) => self.skip(file, document.at, &what),
            Document::Wrong(wrong) => self.reject(ManifestError {
                place: place(file, wrong.at),
                object: String::new(),
                field: wrong.field.to_owned(),
                problem: wrong.problem,
                hint: wrong.hint,
            }),
        }
        Some(())
    }

    fn take_object(&mut self, file: &Arc<str>, document: &Node, kind: Kind, version: Version) {
        if document.child("sops").is_some() {
            self.take_encrypted(file, document, kind);
            return;
        }
        let context = Context::new(file.clone(), kind.name(), version);
        let object = object::read(&context, kind, document);
        let (mut errors, notes) = context.finish();
        errors.sort_by(|a, b| a.place.cmp(&b.place));
        let sound = errors.is_empty();
        errors.into_iter().for_each(|error| self.reject(error));
        self.reading.notes.extend(notes);
        if let Some(object) = object.filter(|_| sound) {
            self.keep(kind, object, place(file, document.at));
        }
    }

    fn keep(&mut self, kind: Kind, object: object::Object, place: Place) {
        let name = object.name().clone();
        if let Some(first) = self.places.get(&(kind, name.clone())) {
            self.reject(ManifestError {
                problem: Problem::DuplicateObject(first.clone()),
                place,
                object: format!("{} {name}", kind.name()),
                field: String::new(),
                hint: Some("remove or rename one of them".to_owned()),
            });
            return;
        }
        self.places.insert((kind, name), place);
        object.put(&mut self.reading.inventory);
    }

    fn take_encrypted(&mut self, file: &Arc<str>, document: &Node, kind: Kind) {
        let encrypted = Encrypted::new(place(file, document.at), kind, document);
        match kind {
            Kind::Secret => {
                self.reading.notes.push(encrypted.note());
                self.encrypted.push(encrypted);
            }
            _ => self.reject(encrypted.error("this program")),
        }
    }

    /// Records a mistake, as long as somebody might still read it.
    pub(crate) fn reject(&mut self, error: ManifestError) {
        if self.reading.errors.len() < MAX_ERRORS {
            self.reading.errors.push(error);
        }
    }

    fn skip(&mut self, file: &Arc<str>, at: Position, what: &str) {
        self.reading.notes.push(Note {
            place: place(file, at),
            level: Level::Debug,
            text: format!("not read: {what}"),
        });
    }

    fn fail(&mut self, file: &Arc<str>, at: Position, problem: Problem) {
        self.fail_with(file, at, problem, None);
    }

    fn fail_with(&mut self, file: &Arc<str>, at: Position, problem: Problem, hint: Option<&str>) {
        self.reject(ManifestError {
            place: place(file, at),
            object: String::new(),
            field: String::new(),
            problem,
            hint: hint.map(str::to_owned),
        });
    }
}

fn place(file: &Arc<str>, at: Position) -> Place {
    Place { file: file.clone(), line: at.line, column: at.column }
}
