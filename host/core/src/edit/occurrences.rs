//! Where a file speaks of markers, and whether it can be read at all.

use memchr::memmem;

use super::yaml::{MAX_FILE, SyntaxError};

/// What every marker contains.
const NEEDLE: &[u8] = b"$imagepolicy";

/// A place that may be a marker.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Occurrence {
    /// The byte offset of the dollar sign.
    pub place: usize,
    /// Whether it is in double quotes, as in every well-formed marker.
    pub quoted: bool,
}

/// The places that may be markers, if there are any in double quotes or braces.
pub(super) fn find(bytes: &[u8]) -> Vec<Occurrence> {
    memmem::find_iter(bytes, NEEDLE)
        .map(|place| Occurrence {
            place,
            quoted: place > 0
                && bytes[place - 1] == b'"'
                && bytes.get(place + NEEDLE.len()) == Some(&b'"'),
        })
        .collect()
}

/// The text of a file, if it is one that YAML allows.
pub(super) fn text(bytes: &[u8]) -> Result<&str, SyntaxError> {
    let at = |place: usize, problem: &str| SyntaxError {
        line: line_of(bytes, place),
        problem: problem.to_owned(),
    };
    if bytes.len() > MAX_FILE {
        return Err(at(0, "the file is larger than 4 GiB"));
    }
    let text = std::str::from_utf8(bytes)
        .map_err(|error| at(error.valid_up_to(), "the text is not UTF-8"))?;
    match control_character(bytes) {
        Some(place) => Err(at(place, "the text holds a control character")),
        None => Ok(text),
    }
}

/// The line of a place, counted from 1.
pub(super) fn line_of(bytes: &[u8], place: usize) -> usize {
    1 + memchr::memchr_iter(b'\n', &bytes[..place.min(bytes.len())]).count()
}

/// The first character that YAML does not allow.
fn control_character(bytes: &[u8]) -> Option<usize> {
    let follows = |place: usize, n: usize| bytes.get(place + n).copied().unwrap_or(0);
    bytes.iter().enumerate().position(|(place, byte)| match byte {
        b'\t' | b'\n' | b'\r' => false,
        0..0x20 | 0x7F => true,
        0xC2 => matches!(follows(place, 1), 0x80..=0x84 | 0x86..=0x9F),
        0xEF => follows(place, 1) == 0xBF && matches!(follows(place, 2), 0xBE | 0xBF),
        _ => false,
    })
}
