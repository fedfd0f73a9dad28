//! What can be wrong with a manifest, and what is worth knowing of it.

use std::{fmt, io, sync::Arc};

/// A mistake in a manifest, at its place.
#[derive(Debug, thiserror::Error)]
#[error("{place}: {}{}{problem}{}", Prefix(object), Prefix(field), Suffix(hint.as_deref()))]
pub struct ManifestError {
    /// Where.
    pub place: Place,
    /// The object it concerns, e.g. `ImagePolicy flux-system/checkout`; empty for the whole file.
    pub object: String,
    /// The path of the field it concerns, e.g. `spec.policy.semver.range`; empty for none.
    pub field: String,
    /// What is wrong.
    #[source]
    pub problem: Problem,
    /// What to do about it.
    pub hint: Option<String>,
}

/// A line and column of a file; both count from 1, and are 0 for a file as a whole.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// The file, as the user would name it.
    pub file: Arc<str>,
    /// The line.
    pub line: u32,
    /// The column, in characters.
    pub column: u32,
}

/// The kinds of mistakes. None of them carries a value of a Secret.
#[derive(Debug, thiserror::Error)]
pub enum Problem {
    /// The file or folder cannot be read.
    #[error("cannot be read: {0}")]
    Unreadable(#[source] io::Error),
    /// The file is larger than the cap.
    #[error("is larger than {} MiB, the most that is read", limit >> 20)]
    TooLarge {
        /// The cap in bytes.
        limit: u64,
    },
    /// There is more of something than the cap.
    #[error("has more than {limit} {what}, the most that are read")]
    TooMany {
        /// What there is too much of.
        what: &'static str,
        /// The cap.
        limit: usize,
    },
    /// The file is not text.
    #[error("is not UTF-8 text")]
    NotUtf8,
    /// The file is not YAML.
    #[error("not YAML: {0}")]
    Syntax(String),
    /// The object's version is not one that is known.
    #[error("`{0}` is not a version that is known")]
    UnknownVersion(String),
    /// The object's kind is not one of its group.
    #[error("`{kind}` is not a kind of {group}")]
    UnknownKind {
        /// The kind.
        kind: String,
        /// Its API group.
        group: String,
    },
    /// The kind has no such field in this version.
    #[error("is not a field of {0}")]
    UnknownField(String),
    /// A required field is not there.
    #[error("is missing")]
    Missing,
    /// The value has another type than the field.
    #[error("must be {expected}, not {found}")]
    WrongType {
        /// The field's type.
        expected: &'static str,
        /// The value's.
        found: &'static str,
    },
    /// The value has the right type, but is not valid.
    #[error("{0}")]
    Invalid(String),
    /// Exactly one of several fields is wanted.
    #[error("needs exactly one of {wanted}, and has {found}")]
    NotExactlyOne {
        /// The fields to choose from.
        wanted: &'static str,
        /// Those that are there.
        found: String,
    },
    /// A key stands twice in a mapping.
    #[error("stands twice; first in line {0}")]
    DuplicateKey(u32),
    /// Two objects have the same kind and name.
    #[error("is declared twice; first at {0}")]
    DuplicateObject(Place),
    /// The object is encrypted, and needed.
    #[error("is encrypted with SOPS, and {0} needs it")]
    Encrypted(String),
}

/// Something about a manifest that is no mistake.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// Where.
    pub place: Place,
    /// Whether the user should see it without asking.
    pub level: Level,
    /// What.
    pub text: String,
}

/// How much a note matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// For those who look for it, e.g. a kind that is not ours.
    Debug,
    /// The user may expect something that will not happen.
    Warning,
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, self.text)
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            0 => write!(f, "{}", self.file),
            line => write!(f, "{}:{line}:{}", self.file, self.column),
        }
    }
}

struct Prefix<'a>(&'a str);

impl fmt::Display for Prefix<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            "" => Ok(()),
            text => write!(f, "{text}: "),
        }
    }
}

struct Suffix<'a>(Option<&'a str>);

impl fmt::Display for Suffix<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Some(hint) => write!(f, " ({hint})"),
            None => Ok(()),
        }
    }
}
