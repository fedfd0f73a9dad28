//! What is known of the object being read, and what was found wrong with it.

use std::{
    cell::RefCell,
    fmt,
    path::{Path, PathBuf},
    sync::Arc,
};

use crate::{
    error::{Level, ManifestError, Note, Place, Problem},
    tree::Position,
};

/// The versions of Flux's APIs, oldest first, after that of our own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Version {
    V1Alpha1,
    V1Beta1,
    V1Beta2,
    V1,
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::V1Alpha1 => "v1alpha1",
            Self::V1Beta1 => "v1beta1",
            Self::V1Beta2 => "v1beta2",
            Self::V1 => "v1",
        })
    }
}

/// The most errors that are told of one object.
const MAX_ERRORS: usize = 100;

/// One object's reading: its errors are all collected, none stops it.
pub(crate) struct Context {
    pub(crate) kind: &'static str,
    pub(crate) version: Version,
    file: Arc<str>,
    label: RefCell<String>,
    errors: RefCell<Vec<ManifestError>>,
    notes: RefCell<Vec<Note>>,
}

impl Context {
    /// A reading of an object of `kind` in `file`.
    pub(crate) fn new(file: Arc<str>, kind: &'static str, version: Version) -> Self {
        Self {
            kind,
            version,
            file,
            label: RefCell::new(kind.to_owned()),
            errors: RefCell::default(),
            notes: RefCell::default(),
        }
    }

    /// Says which object later errors concern.
    pub(crate) fn name(&self, name: impl fmt::Display) {
        *self.label.borrow_mut() = format!("{} {name}", self.kind);
    }

    /// A path as the manifest means it: from the folder that the manifest is in.
    pub(crate) fn beside(&self, path: &str) -> PathBuf {
        let folder = Path::new(&*self.file).parent().unwrap_or(Path::new(""));
        folder.join(path)
    }

    pub(crate) fn place(&self, at: Position) -> Place {
        Place { file: self.file.clone(), line: at.line, column: at.column }
    }

    /// Whether so much is wrong that more would help nobody.
    pub(crate) fn is_full(&self) -> bool {
        self.errors.borrow().len() >= MAX_ERRORS
    }

    /// Records a mistake.
    pub(crate) fn fail(&self, at: Position, field: &str, problem: Problem, hint: Option<String>) {
        if self.is_full() {
            return;
        }
        self.errors.borrow_mut().push(ManifestError {
            place: self.place(at),
            object: self.label.borrow().clone(),
            field: field.to_owned(),
            problem,
            hint,
        });
    }

    pub(crate) fn warn(&self, at: Position, field: &str, text: &str) {
        self.notes.borrow_mut().push(Note {
            place: self.place(at),
            level: Level::Warning,
            text: format!("{}: {field}: {text}", self.label.borrow()),
        });
    }

    /// What was found.
    pub(crate) fn finish(self) -> (Vec<ManifestError>, Vec<Note>) {
        (self.errors.into_inner(), self.notes.into_inner())
    }
}
