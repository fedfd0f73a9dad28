//! Replacement texts: `$name`, `${name}`, `$1`, `$$`.

use crate::text::{chars, is_word};
use regex::bytes::{Captures, Regex};

/// Appends a replacement with its references filled in.
pub(super) fn expand(out: &mut Vec<u8>, text: &[u8], regex: &Regex, groups: &Captures<'_>) {
    let mut rest = text;
    while let Some(at) = memchr::memchr(b'$', rest) {
        out.extend_from_slice(&rest[..at]);
        rest = &rest[at + 1..];
        if let Some(after) = rest.strip_prefix(b"$") {
            out.push(b'$');
            rest = after;
            continue;
        }
        let Some((name, after)) = reference(rest) else {
            out.push(b'$');
            continue;
        };
        rest = after;
        let found = match number(name) {
            Some(index) => groups.get(index),
            None => named(name, regex, groups),
        };
        if let Some(found) = found {
            out.extend_from_slice(found.as_bytes());
        }
    }
    out.extend_from_slice(rest);
}

/// The name after a `$`, and what follows it.
fn reference(rest: &[u8]) -> Option<(&[u8], &[u8])> {
    let braced = rest.strip_prefix(b"{");
    let inner = braced.unwrap_or(rest);
    let length = chars(inner).take_while(|&(c, _)| is_word(c)).map(|(_, width)| width).sum();
    let (name, after) = inner.split_at(length);
    if name.is_empty() {
        return None;
    }
    match braced {
        Some(_) => Some((name, after.strip_prefix(b"}")?)),
        None => Some((name, after)),
    }
}

fn number(name: &[u8]) -> Option<usize> {
    if name.len() > 1 && name[0] == b'0' || name.len() > 9 || !name.iter().all(u8::is_ascii_digit) {
        return None;
    }
    std::str::from_utf8(name).ok()?.parse().ok()
}

fn named<'t>(name: &[u8], regex: &Regex, groups: &Captures<'t>) -> Option<regex::bytes::Match<'t>> {
    let position = regex.capture_names().position(|known| known.map(str::as_bytes) == Some(name));
    groups.get(position?)
}
