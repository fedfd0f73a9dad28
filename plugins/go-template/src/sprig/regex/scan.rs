//! All matches, as Go walks over them: character by character, and never an
//! empty match right after another match.

use crate::text::decode;
use regex::bytes::Regex;
use std::ops::Range;

/// Where the pattern matches.
pub(super) fn matches<'t>(
    regex: &'t Regex,
    text: &'t [u8],
) -> impl Iterator<Item = Range<usize>> + 't {
    let mut at = 0;
    let mut last_end = None;
    std::iter::from_fn(move || {
        while at <= text.len() {
            let found = regex.find_at(text, at)?.range();
            if found.is_empty() && splits_character(text, found.start) {
                at = next_character(text, at);
                continue;
            }
            let repeats = found.is_empty() && last_end == Some(found.start);
            at = if found.end > at { found.end } else { next_character(text, at) };
            last_end = Some(found.end);
            if !repeats {
                return Some(found);
            }
        }
        None
    })
}

fn next_character(text: &[u8], at: usize) -> usize {
    at + decode(&text[at..]).1.max(1)
}

/// Whether a place lies within a character.
fn splits_character(text: &[u8], at: usize) -> bool {
    (1..4.min(at + 1)).any(|back| decode(&text[at - back..]).1 > back)
}
