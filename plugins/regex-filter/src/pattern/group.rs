//! How groups open: names and flags.

use super::error::Problem;
use super::text::Text;

/// What flags change.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Flags {
    /// `i`: letters match in either case.
    pub(super) ignore_case: bool,
    /// `m`: `^` and `$` match at lines.
    pub(super) multi_line: bool,
    /// `s`: `.` matches a newline.
    pub(super) dot_matches_newline: bool,
    /// `U`: repetitions prefer fewer.
    pub(super) ungreedy: bool,
}

/// What a parenthesis opens.
pub(super) enum Opening {
    /// Flags for the rest of the group around: no group of its own.
    Flags(Flags),
    /// A group that only groups, with its flags.
    Plain(Flags),
    /// A group with a number and a name, which may be empty.
    Capturing(String),
}

/// Reads what follows a `(`.
pub(super) fn opening(text: &mut Text<'_>, flags: Flags) -> Result<Opening, Problem> {
    let before = *text;
    if !text.eat("?") {
        return Ok(Opening::Capturing(String::new()));
    }
    for (prefix, least) in [("P<", 3), ("<", 2)] {
        if text.0.len() >= least && text.eat(prefix) {
            return name(before, text).map(Opening::Capturing);
        }
    }
    let opening = read_flags(text, flags);
    opening.ok_or_else(|| Problem::InvalidGroup(format!("({}", before.up_to(*text))))
}

fn name(before: Text<'_>, text: &mut Text<'_>) -> Result<String, Problem> {
    let Some(name) = text.eat_until(">") else {
        return Err(Problem::InvalidName(format!("({}", before.0)));
    };
    let is_valid = |c: char| c.is_ascii_alphanumeric() || c == '_';
    match !name.is_empty() && name.chars().all(is_valid) {
        true => Ok(name.to_owned()),
        false => Err(Problem::InvalidName(format!("({}", before.up_to(*text)))),
    }
}

/// Reads flags up to `:` or `)`; none at anything else.
fn read_flags(text: &mut Text<'_>, mut flags: Flags) -> Option<Opening> {
    let mut sets = true;
    let mut needs_flag = false;
    loop {
        let next = text.next()?;
        match next {
            'i' => flags.ignore_case = sets,
            'm' => flags.multi_line = sets,
            's' => flags.dot_matches_newline = sets,
            'U' => flags.ungreedy = sets,
            '-' if sets => sets = false,
            ':' if !needs_flag => return Some(Opening::Plain(flags)),
            ')' if !needs_flag => return Some(Opening::Flags(flags)),
            _ => return None,
        }
        needs_flag = next == '-';
    }
}
