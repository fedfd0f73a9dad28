//! What can be wrong with a pattern.

/// A pattern that does not parse.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("pattern `{}`: {problem}", excerpt(pattern))]
pub struct PatternError {
    pattern: String,
    problem: Problem,
}

/// What is wrong, with the part of the pattern where it is.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum Problem {
    #[error("it is longer than 16 KiB")]
    TooLong,
    #[error("it takes too much memory; repeat less")]
    TooLarge,
    #[error("it nests too deeply")]
    TooDeep,
    #[error("a `(` has no `)`")]
    MissingParenthesis,
    #[error("a `)` has no `(`")]
    UnexpectedParenthesis,
    #[error("`{0}` has no `]`")]
    MissingBracket(String),
    #[error("`{0}` is not a character class or range")]
    InvalidClass(String),
    #[error("`{0}` is not an escape sequence; RE2 has no backreferences")]
    InvalidEscape(String),
    #[error("it ends in a backslash")]
    TrailingBackslash,
    #[error("`{0}` is not a group name; use letters, digits and `_`")]
    InvalidName(String),
    #[error("`{0}` is not supported: RE2 has no lookaround and no such groups")]
    InvalidGroup(String),
    #[error("`{0}` repeats nothing")]
    NothingToRepeat(String),
    #[error("`{0}` repeats a repetition; use a group")]
    NestedRepeat(String),
    #[error("`{0}` does not repeat up to 1000 times in all")]
    InvalidCount(String),
}

impl PatternError {
    pub(super) fn new(pattern: &str, problem: Problem) -> Self {
        let pattern = pattern.to_owned();
        Self { pattern, problem }
    }
}

fn excerpt(pattern: &str) -> &str {
    let end = pattern.char_indices().nth(200);
    &pattern[..end.map_or(pattern.len(), |(end, _)| end)]
}
