//! Patterns in the syntax of Go's package `regexp`.
//!
//! The crate `regex` reads much the same syntax, but not quite: it has Unicode
//! classes where Go has ASCII ones, nested classes and set operations where Go has
//! plain characters, flags that Go lacks. So patterns are parsed here, into the
//! form that crate compiles.

mod class;
mod error;
mod escape;
mod group;
mod parser;
mod repeat;
mod text;

pub use error::PatternError;
use error::Problem;
use regex_syntax::hir::Hir;

/// The longest pattern read.
const MAX_LENGTH: usize = 16 << 10;

/// A pattern.
#[derive(Debug)]
pub struct Pattern {
    source: String,
    hir: Hir,
    groups: Vec<String>,
}

impl Pattern {
    /// Parses a pattern.
    pub fn parse(pattern: &str) -> Result<Self, PatternError> {
        let failed = |problem| PatternError::new(pattern, problem);
        if pattern.len() > MAX_LENGTH {
            return Err(failed(Problem::TooLong));
        }
        let (hir, groups) = parser::parse(pattern).map_err(failed)?;
        Ok(Self { source: pattern.to_owned(), hir, groups })
    }

    /// The names of the groups by number, the whole match being the first; empty
    /// where a group has none.
    #[must_use]
    pub fn groups(&self) -> &[String] {
        &self.groups
    }

    /// What the pattern means, in the form that automata are compiled from.
    #[must_use]
    pub fn hir(&self) -> &Hir {
        &self.hir
    }

    pub(crate) fn too_large(&self) -> PatternError {
        PatternError::new(&self.source, Problem::TooLarge)
    }
}

/// Whether a character is in a Unicode class, e.g. `L`.
pub(crate) fn in_unicode_class(name: &str, c: char) -> bool {
    let class = class::unicode_class(name);
    class.is_some_and(|class| {
        let mut ranges = class.iter();
        ranges.any(|range| range.start() <= c && c <= range.end())
    })
}
