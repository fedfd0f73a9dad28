//! The grammar of ranges.
//!
//! A range is groups separated by `||`; a group is constraints separated by
//! space or comma; a constraint is an operator and a bound. A bound is up to three
//! numbers or wildcards, with prerelease and build metadata.

use super::constraint::{Constraint, Given, Operator};
use super::{Group, hyphen};
use crate::version::{identifiers, parse_loosely};

/// The longest range taken. The reference takes eight times less, or, in older
/// releases, anything.
const MAX_LENGTH: usize = 4096;

/// Why a range does not parse.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ConstraintError {
    /// The range is longer than any that makes sense.
    #[error("the range has {length} bytes; at most {MAX_LENGTH} are allowed")]
    TooLong {
        /// How long it is.
        length: usize,
    },
    /// A group is not a list of constraints.
    #[error("range `{range}`: `{group}` is not a constraint; write for example `>=1.0.0 <2.0.0`")]
    NotAConstraint {
        /// The range.
        range: String,
        /// The part between `||` that does not parse.
        group: String,
    },
    /// A bound has the form of a version but is none.
    #[error(
        "range `{range}`: `{bound}` is not a version: its numbers must fit 64 bits, and those \
         of its prerelease have no leading zeros"
    )]
    NotAVersion {
        /// The range.
        range: String,
        /// The bound.
        bound: String,
    },
}

/// Parses all groups of a range.
pub(super) fn groups(range: &str) -> Result<Vec<Group>, ConstraintError> {
    let length = range.len();
    if length > MAX_LENGTH {
        return Err(ConstraintError::TooLong { length });
    }
    let rewritten = hyphen::rewrite(range);
    let groups = rewritten.split("||").map(|group| {
        let terms = terms(group).ok_or_else(|| ConstraintError::NotAConstraint {
            range: range.to_owned(),
            group: group.trim().to_owned(),
        })?;
        let constraints = terms.into_iter().map(|term| {
            term.constraint().ok_or_else(|| ConstraintError::NotAVersion {
                range: range.to_owned(),
                bound: term.bound.to_owned(),
            })
        });
        Ok(Group::new(constraints.collect::<Result<_, _>>()?))
    });
    groups.collect()
}

/// A constraint as it is written.
struct Term<'r> {
    operator: Operator,
    bound: &'r str,
}

/// Splits a group into its constraints; none when it has another form.
fn terms(group: &str) -> Option<Vec<Term<'_>>> {
    let mut terms = Vec::new();
    let mut rest = skip_spaces(group);
    loop {
        let (operator, after) = operator(rest);
        let after = skip_spaces(after);
        let (bound, after) = after.split_at(bound_length(after)?);
        terms.push(Term { operator, bound });
        rest = skip_spaces(after);
        if rest.is_empty() {
            return Some(terms);
        }
        let is_separated = rest.len() < after.len();
        match rest.strip_prefix(',') {
            Some(after_comma) => rest = skip_spaces(after_comma),
            None if is_separated => {}
            None => return None,
        }
    }
}

fn operator(text: &str) -> (Operator, &str) {
    const OPERATORS: [(&str, Operator); 11] = [
        ("!=", Operator::NotEqual),
        (">=", Operator::GreaterOrEqual),
        ("=>", Operator::GreaterOrEqual),
        ("<=", Operator::LessOrEqual),
        ("=<", Operator::LessOrEqual),
        ("~>", Operator::Tilde),
        ("=", Operator::Equal),
        (">", Operator::Greater),
        ("<", Operator::Less),
        ("~", Operator::Tilde),
        ("^", Operator::Caret),
    ];
    let mut operators = OPERATORS.iter();
    operators
        .find_map(|(sign, operator)| Some((*operator, text.strip_prefix(sign)?)))
        .unwrap_or((Operator::Equal, text))
}

/// How long the bound at the start of `text` is; none when there is none.
///
/// Its numbers may hold characters that no number has: that is told apart later,
/// as it decides where hyphen ranges are seen.
pub(super) fn bound_length(text: &str) -> Option<usize> {
    let (parts, rest) = parts(text)?;
    parts[0]?;
    let rest = skip_identifiers(rest, '-');
    let rest = skip_identifiers(rest, '+');
    Some(text.len() - rest.len())
}

/// The three parts of a bound, as far as they are there, and what follows.
fn parts(text: &str) -> Option<([Option<&str>; 3], &str)> {
    let mut rest = text.strip_prefix('v').unwrap_or(text);
    let mut parts = [None; 3];
    for (index, part) in parts.iter_mut().enumerate() {
        let after = match index {
            0 => rest,
            _ => match rest.strip_prefix('.') {
                Some(after) => after,
                None => break,
            },
        };
        let length = after.bytes().take_while(|byte| is_part(*byte)).count();
        if length == 0 {
            break;
        }
        let (taken, left) = after.split_at(length);
        (*part, rest) = (Some(taken), left);
    }
    parts[0].is_some().then_some((parts, rest))
}

fn is_part(byte: u8) -> bool {
    byte.is_ascii_digit() || matches!(byte, b'x' | b'X' | b'*' | b'|')
}

fn skip_identifiers(text: &str, sign: char) -> &str {
    let length = text.strip_prefix(sign).and_then(identifiers);
    length.map_or(text, |length| &text[sign.len_utf8() + length..])
}

fn skip_spaces(text: &str) -> &str {
    text.trim_start_matches(|first: char| u8::try_from(first).is_ok_and(is_space))
}

/// What `\s` matches in the reference's patterns.
pub(super) fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r' | 0x0c)
}

impl Term<'_> {
    /// None when the bound is not a version after all.
    fn constraint(&self) -> Option<Constraint> {
        let (parts, rest) = parts(self.bound)?;
        let is_open = |part: Option<&str>| matches!(part, None | Some("x" | "X" | "*"));
        let [major, minor, patch] = parts.map(|part| part.unwrap_or("0"));
        let (given, version) = match parts.map(is_open) {
            [true, _, _] => (Given::Nothing, "0".to_owned()),
            [_, true, _] => (Given::Major, major.to_owned()),
            [_, _, true] => (Given::MajorMinor, format!("{major}.{minor}")),
            [false, false, false] => (Given::Everything, format!("{major}.{minor}.{patch}")),
        };
        let build = skip_identifiers(rest, '-');
        let prerelease = &rest[..rest.len() - build.len()];
        let version = version + prerelease;
        let (version, _) = parse_loosely(&version)?;
        Some(Constraint {
            operator: self.operator,
            given,
            major: version.major,
            minor: version.minor,
            patch: version.patch,
            prerelease: version.prerelease.to_owned(),
        })
    }
}
