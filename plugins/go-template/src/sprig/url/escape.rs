//! Percent escapes, which differ by the part of the URL.

use crate::text::lossy;
use crate::text::quote::quote;

/// A part of a URL.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    Path,
    Host,
    Zone,
    User,
    Fragment,
}

fn must_escape(b: u8, part: Part) -> bool {
    if b.is_ascii_alphanumeric() || b"-_.~".contains(&b) {
        return false;
    }
    if matches!(part, Part::Host | Part::Zone) {
        return !b"!$&'()*+,;=:[]<>\"".contains(&b);
    }
    if b"$&+,/:;=?@".contains(&b) {
        return match part {
            Part::Path => b == b'?',
            Part::User => b"@/?:".contains(&b),
            _ => false,
        };
    }
    !(part == Part::Fragment && b"!()*".contains(&b))
}

pub(super) fn escape(text: &[u8], part: Part) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    for &b in text {
        if must_escape(b, part) {
            out.extend_from_slice(format!("%{b:02X}").as_bytes());
        } else {
            out.push(b);
        }
    }
    out
}

fn hex(b: u8) -> Option<u8> {
    char::from(b).to_digit(16).map(|digit| digit as u8)
}

pub(super) fn unescape(text: &[u8], part: Part) -> Result<Vec<u8>, String> {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((&b, after)) = rest.split_first() {
        if b != b'%' {
            if matches!(part, Part::Host | Part::Zone) && b < 0x80 && must_escape(b, part) {
                let shown = quote(&[b], '"', false);
                return Err(format!("invalid character {shown} in host name"));
            }
            out.push(b);
            rest = after;
            continue;
        }
        let wrong = || {
            let shown = quote(&rest[..rest.len().min(3)], '"', false);
            format!("invalid URL escape {shown}")
        };
        let (Some(high), Some(low)) =
            (after.first().copied().and_then(hex), after.get(1).copied().and_then(hex))
        else {
            return Err(wrong());
        };
        let byte = high << 4 | low;
        let allowed = match part {
            Part::Host => high >= 8 || byte == b'%',
            Part::Zone => byte == b'%' || byte == b' ' || !must_escape(byte, Part::Host),
            _ => true,
        };
        if !allowed {
            return Err(wrong());
        }
        out.push(byte);
        rest = &after[2..];
    }
    Ok(out)
}

/// The text of a port that is none.
pub(super) fn invalid_port(port: &[u8]) -> String {
    format!("invalid port {} after host", quote(lossy(port).as_bytes(), '"', false))
}
