//! Escape sequences that stand for one character.

use super::class;
use super::error::Problem;
use super::text::Text;
use regex_syntax::hir::ClassUnicode;

/// Reads an escaped character outside of brackets. The class is empty for half a
/// surrogate pair, which matches nothing.
pub(super) fn character(text: &mut Text<'_>) -> Result<ClassUnicode, Problem> {
    let point = code_point(text)?;
    Ok(class::of_range(point, point))
}

/// Reads an escaped character.
pub(super) fn code_point(text: &mut Text<'_>) -> Result<u32, Problem> {
    let before = *text;
    text.next();
    let first = text.next().ok_or(Problem::TrailingBackslash)?;
    let point = match first {
        'a' => Some(0x07),
        'f' => Some(0x0c),
        'n' => Some(0x0a),
        'r' => Some(0x0d),
        't' => Some(0x09),
        'v' => Some(0x0b),
        'x' => hexadecimal(text),
        '0' => Some(octal(0, text)),
        // A single digit would be a backreference.
        '1'..='7' => match text.peek() {
            Some('0'..='7') => Some(octal(first as u32 - '0' as u32, text)),
            _ => None,
        },
        first if first.is_ascii() && !first.is_ascii_alphanumeric() => Some(first.into()),
        _ => None,
    };
    point.ok_or_else(|| Problem::InvalidEscape(before.up_to(*text)))
}

/// Reads up to two more octal digits.
fn octal(first: u32, text: &mut Text<'_>) -> u32 {
    let mut value = first;
    for _ in 0..2 {
        match text.peek().and_then(|digit| digit.to_digit(8)) {
            Some(digit) => value = value * 8 + digit,
            None => break,
        }
        text.next();
    }
    value
}

/// Reads two digits, or any number of them in braces.
fn hexadecimal(text: &mut Text<'_>) -> Option<u32> {
    let digit = |c: char| c.to_digit(16);
    let first = text.next()?;
    if first != '{' {
        let (high, low) = (digit(first), text.next().and_then(digit));
        return Some(high? * 16 + low?);
    }
    let mut value = None;
    loop {
        match text.next()? {
            '}' => return value,
            next => {
                let next = value.unwrap_or(0) * 16 + digit(next)?;
                value = (next <= char::MAX.into()).then_some(next);
                value?;
            }
        }
    }
}
