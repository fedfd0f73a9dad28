//! Go's string and character literals, written and read.

use super::unicode::is_print;
use super::{chars, push_char};
use std::fmt::Write as _;

/// Writes `bytes` as a literal between `quote`s; with `ascii`, everything
/// beyond ASCII is escaped.
pub(crate) fn quote(bytes: &[u8], mark: char, ascii: bool) -> String {
    let mut out = String::with_capacity(bytes.len() + 2);
    out.push(mark);
    let mut at = 0;
    for (c, width) in chars(bytes) {
        if c == char::REPLACEMENT_CHARACTER && width == 1 {
            let _ = write!(out, "\\x{:02x}", bytes[at]);
        } else {
            escape(&mut out, c, mark, ascii);
        }
        at += width;
    }
    out.push(mark);
    out
}

/// Writes one character as a literal.
pub(crate) fn quote_char(c: char, ascii: bool) -> String {
    let mut out = String::from("'");
    escape(&mut out, c, '\'', ascii);
    out.push('\'');
    out
}

fn escape(out: &mut String, c: char, mark: char, ascii: bool) {
    let _ = match c {
        _ if c == mark || c == '\\' => write!(out, "\\{c}"),
        _ if is_print(c) && (!ascii || c.is_ascii()) => write!(out, "{c}"),
        '\x07' => write!(out, "\\a"),
        '\x08' => write!(out, "\\b"),
        '\x0C' => write!(out, "\\f"),
        '\n' => write!(out, "\\n"),
        '\r' => write!(out, "\\r"),
        '\t' => write!(out, "\\t"),
        '\x0B' => write!(out, "\\v"),
        _ if c < ' ' || c == '\x7F' => write!(out, "\\x{:02x}", u32::from(c)),
        _ if u32::from(c) < 0x10000 => write!(out, "\\u{:04x}", u32::from(c)),
        _ => write!(out, "\\U{:08x}", u32::from(c)),
    };
}

/// Whether a raw literal can hold the string unchanged.
pub(crate) fn can_backquote(bytes: &[u8]) -> bool {
    chars(bytes).all(|(c, width)| match c {
        char::REPLACEMENT_CHARACTER if width == 1 => false,
        '\u{FEFF}' | '`' | '\x7F' => false,
        _ => c >= ' ' || c == '\t',
    })
}

/// Reads a string literal, quotes included.
pub(crate) fn unquote(literal: &[u8]) -> Option<Vec<u8>> {
    let (&mark, rest) = literal.split_first()?;
    let (&end, inner) = rest.split_last()?;
    if mark != end {
        return None;
    }
    if mark == b'`' {
        return Some(inner.iter().copied().filter(|&b| b != b'\r').collect());
    }
    let mut out = Vec::with_capacity(inner.len());
    let mut rest = inner;
    while !rest.is_empty() {
        let (piece, width) = unescape(rest, mark)?;
        match piece {
            Piece::Char(c) => push_char(&mut out, c),
            Piece::Byte(b) => out.push(b),
        }
        rest = &rest[width..];
    }
    Some(out)
}

/// Reads a character literal, quotes included.
pub(crate) fn unquote_char(literal: &[u8]) -> Option<char> {
    let rest = literal.strip_prefix(b"'")?;
    let (piece, width) = unescape(rest, b'\'')?;
    if rest.get(width..)? != b"'" {
        return None;
    }
    Some(match piece {
        Piece::Char(c) => c,
        Piece::Byte(b) => char::from(b),
    })
}

enum Piece {
    Char(char),
    Byte(u8),
}

fn unescape(rest: &[u8], mark: u8) -> Option<(Piece, usize)> {
    let first = *rest.first()?;
    if first == mark || first == b'\n' {
        return None;
    }
    if first != b'\\' {
        let (c, width) = super::decode(rest);
        // An invalid byte stays the byte it was inside a string.
        let piece = match (c, width) {
            (char::REPLACEMENT_CHARACTER, 1) if mark == b'"' => Piece::Byte(first),
            _ => Piece::Char(c),
        };
        return Some((piece, width));
    }
    let letter = *rest.get(1)?;
    let simple = |c: char| Some((Piece::Char(c), 2));
    match letter {
        b'a' => simple('\x07'),
        b'b' => simple('\x08'),
        b'f' => simple('\x0C'),
        b'n' => simple('\n'),
        b'r' => simple('\r'),
        b't' => simple('\t'),
        b'v' => simple('\x0B'),
        b'\\' => simple('\\'),
        b'x' => Some((Piece::Byte(number(rest, 2, 2, 16)? as u8), 4)),
        b'u' => Some((Piece::Char(char::from_u32(number(rest, 2, 4, 16)?)?), 6)),
        b'U' => Some((Piece::Char(char::from_u32(number(rest, 2, 8, 16)?)?), 10)),
        b'0'..=b'7' => Some((Piece::Byte(u8::try_from(number(rest, 1, 3, 8)?).ok()?), 4)),
        b'\'' | b'"' if letter == mark => simple(char::from(letter)),
        _ => None,
    }
}

fn number(rest: &[u8], from: usize, digits: usize, radix: u32) -> Option<u32> {
    let digits = rest.get(from..from + digits)?;
    digits.iter().try_fold(0_u32, |value, &b| {
        let digit = char::from(b).to_digit(radix)?;
        value.checked_mul(radix)?.checked_add(digit)
    })
}
