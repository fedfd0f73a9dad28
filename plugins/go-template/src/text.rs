//! Byte strings with Go's reading of them: any bytes, decoded as UTF-8 where a
//! character is asked for.

pub(crate) mod case;
pub(crate) mod quote;
pub(crate) mod unicode;

use std::fmt;
use std::ops::Deref;
use std::rc::Rc;

/// An immutable byte string, cheap to clone. `trunc` may cut a character in
/// two, so this cannot be a `str`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Str(Rc<[u8]>);

impl Str {
    pub(crate) fn lossy(&self) -> String {
        lossy(&self.0)
    }
}

impl Deref for Str {
    type Target = [u8];
    fn deref(&self) -> &[u8] {
        &self.0
    }
}

impl From<&str> for Str {
    fn from(text: &str) -> Self {
        Self(Rc::from(text.as_bytes()))
    }
}

impl From<&[u8]> for Str {
    fn from(bytes: &[u8]) -> Self {
        Self(Rc::from(bytes))
    }
}

impl From<Vec<u8>> for Str {
    fn from(bytes: Vec<u8>) -> Self {
        Self(Rc::from(bytes))
    }
}

impl From<String> for Str {
    fn from(text: String) -> Self {
        Self::from(text.into_bytes())
    }
}

impl fmt::Display for Str {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.lossy())
    }
}

impl fmt::Debug for Str {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.lossy(), f)
    }
}

/// Decodes the first character. An invalid byte reads as U+FFFD of width 1;
/// the empty string as U+FFFD of width 0.
pub(crate) fn decode(bytes: &[u8]) -> (char, usize) {
    let Some(&first) = bytes.first() else {
        return (char::REPLACEMENT_CHARACTER, 0);
    };
    if first < 0x80 {
        return (char::from(first), 1);
    }
    let width = match first {
        0xC2..=0xDF => 2,
        0xE0..=0xEF => 3,
        0xF0..=0xF4 => 4,
        _ => return (char::REPLACEMENT_CHARACTER, 1),
    };
    bytes
        .get(..width)
        .and_then(|sequence| std::str::from_utf8(sequence).ok())
        .and_then(|text| text.chars().next())
        .map_or((char::REPLACEMENT_CHARACTER, 1), |c| (c, width))
}

/// Decodes the last character, in the manner of [`decode`].
pub(crate) fn decode_last(bytes: &[u8]) -> (char, usize) {
    for width in (1..=bytes.len().min(4)).rev() {
        let tail = &bytes[bytes.len() - width..];
        let (c, size) = decode(tail);
        if size == width && (width > 1 || tail[0] < 0x80) {
            return (c, width);
        }
    }
    (char::REPLACEMENT_CHARACTER, bytes.len().min(1))
}

/// The characters of a byte string with their widths.
pub(crate) fn chars(bytes: &[u8]) -> impl Iterator<Item = (char, usize)> + '_ {
    let mut rest = bytes;
    std::iter::from_fn(move || {
        let (c, width) = decode(rest);
        rest = rest.get(width..)?;
        (width > 0).then_some((c, width))
    })
}

/// Text for people: each invalid byte becomes U+FFFD.
pub(crate) fn lossy(bytes: &[u8]) -> String {
    match std::str::from_utf8(bytes) {
        Ok(text) => text.to_owned(),
        Err(_) => chars(bytes).map(|(c, _)| c).collect(),
    }
}

/// Appends a character to a byte string.
pub(crate) fn push_char(out: &mut Vec<u8>, c: char) {
    let mut buffer = [0; 4];
    out.extend_from_slice(c.encode_utf8(&mut buffer).as_bytes());
}

/// Whether an action's name may hold this character.
pub(crate) fn is_word(c: char) -> bool {
    c == '_' || unicode::is_letter(c) || unicode::is_digit(c)
}

/// Where `needle` starts in `hay`.
pub(crate) fn find(hay: &[u8], needle: &[u8]) -> Option<usize> {
    if needle.is_empty() {
        return Some(0);
    }
    memchr::memmem::find(hay, needle)
}

/// Replaces every `from` by `to`; an empty `from` matches before each
/// character and at the end.
pub(crate) fn replace(hay: &[u8], from: &[u8], to: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(hay.len());
    if from.is_empty() {
        let mut at = 0;
        for (_, width) in chars(hay) {
            out.extend_from_slice(to);
            out.extend_from_slice(&hay[at..at + width]);
            at += width;
        }
        out.extend_from_slice(to);
        return out;
    }
    let mut rest = hay;
    while let Some(at) = find(rest, from) {
        out.extend_from_slice(&rest[..at]);
        out.extend_from_slice(to);
        rest = &rest[at + from.len()..];
    }
    out.extend_from_slice(rest);
    out
}

/// Removes leading and trailing characters that `gone` accepts.
pub(crate) fn trim(bytes: &[u8], gone: impl Fn(char) -> bool) -> &[u8] {
    let mut rest = bytes;
    loop {
        let (c, width) = decode(rest);
        if width == 0 || !gone(c) {
            break;
        }
        rest = &rest[width..];
    }
    loop {
        let (c, width) = decode_last(rest);
        if width == 0 || !gone(c) {
            return rest;
        }
        rest = &rest[..rest.len() - width];
    }
}

/// Splits at `separator` into at most `limit` pieces (no limit when negative);
/// an empty separator splits into characters.
pub(crate) fn split(bytes: &[u8], separator: &[u8], limit: i64) -> Vec<Str> {
    let mut pieces = Vec::new();
    if limit == 0 {
        return pieces;
    }
    let mut rest = bytes;
    let open = |pieces: &Vec<Str>| limit < 0 || (pieces.len() as i64) < limit - 1;
    if separator.is_empty() {
        while open(&pieces) && !rest.is_empty() {
            let (_, width) = decode(rest);
            pieces.push(Str::from(&rest[..width]));
            rest = &rest[width..];
        }
        if !rest.is_empty() {
            pieces.push(Str::from(rest));
        }
        return pieces;
    }
    while open(&pieces) {
        let Some(at) = find(rest, separator) else { break };
        pieces.push(Str::from(&rest[..at]));
        rest = &rest[at + separator.len()..];
    }
    pieces.push(Str::from(rest));
    pieces
}
