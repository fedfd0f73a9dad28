//! A reader of YAML that knows where each byte stands and which comment
//! belongs to which value.
//!
//! Markers are comments, and the setters of existing repositories were read
//! by the reference's YAML library. Which value a comment belongs to, and
//! which files are readable at all, is that library's decision, so this reader
//! makes the same ones: it produces the tokens of its scanner in the same
//! order, with the same look-ahead, because the place of a comment depends on
//! them. No YAML crate at hand reports comments this way.
//!
//! Nothing recurses, aliases are never followed, and values are decoded only
//! on demand: depth, alias bombs and size cost nothing but the scan.

mod cursor;
mod documents;
mod parser;
mod scanner;
mod token;
mod value;

pub(super) use documents::{Chunk, split};
pub(super) use parser::{Comments, Event, Parser};
pub(super) use scanner::Text;
pub(super) use token::{MAX_FILE, ScalarToken, Style};
pub(super) use value::decode;

/// Why a text is no YAML that can be edited.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct SyntaxError {
    /// The line, counted from 1.
    pub line: usize,
    /// What is wrong there.
    pub problem: String,
}

impl SyntaxError {
    /// An error at a line counted from 0.
    fn new(line: usize, problem: impl Into<String>) -> Self {
        Self { line: line + 1, problem: problem.into() }
    }
}
