//! A list of tags, with the time each was first seen, in few bytes.
//!
//! Front-coded, each tag is what it shares with the one before and the rest;
//! that alone leaves a third of the text, and DEFLATE halves it at least once
//! more, for what the tags do not share is mostly counting up.

use std::io::{Read, Write};

use flate2::{Compression, read::DeflateDecoder, write::DeflateEncoder};

use super::{FirstSeen, MAX_TAG_LENGTH, TagSet, is_tag};
use crate::lines::Lines;

/// The most bytes a list may have before compression: two million tags that share nothing.
const MAX_BYTES: u64 = 320 << 20;
/// What is taken as the size of a list on the word of its own header.
const MAX_TRUSTED: usize = 1 << 20;

/// Tags and times as bytes.
#[must_use]
pub fn pack(tags: &TagSet, first_seen: &FirstSeen) -> Vec<u8> {
    let mut bytes = vec![];
    number(&mut bytes, tags.len() as u64);
    number(&mut bytes, first_seen.runs().len() as u64);
    let mut last = 0;
    for (length, time) in first_seen.runs() {
        number(&mut bytes, length as u64);
        number(&mut bytes, zigzag(time.wrapping_sub(last)));
        last = time;
    }
    let mut before = "";
    for tag in tags.iter() {
        let shared = before.bytes().zip(tag.bytes()).take_while(|(a, b)| a == b).count();
        number(&mut bytes, shared as u64);
        number(&mut bytes, (tag.len() - shared) as u64);
        bytes.extend_from_slice(&tag.as_bytes()[shared..]);
        before = tag;
    }
    deflated(&bytes)
}

/// Tags and times back; none if the bytes are not what [`pack`] writes.
#[must_use]
pub fn unpack(bytes: &[u8]) -> Option<(TagSet, FirstSeen)> {
    read(&inflated(bytes)?)
}

/// Tags and times of what [`unpack`] finds under the compression.
#[must_use]
pub fn read(bytes: &[u8]) -> Option<(TagSet, FirstSeen)> {
    let mut rest = bytes;
    // Each tag takes two bytes at least, as does each run.
    let count = take_count(&mut rest, bytes.len() / 2)?;
    let runs = take_count(&mut rest, bytes.len() / 2)?;
    let first_seen = times(&mut rest, runs)?;
    let tags = TagSet::from_sorted(lines(rest, count)?)?;
    (first_seen.len() == count).then_some((tags, first_seen))
}

fn times(rest: &mut &[u8], runs: usize) -> Option<FirstSeen> {
    let mut seen = Vec::with_capacity(runs);
    let mut last: u64 = 0;
    for _ in 0..runs {
        let length = take_count(rest, u32::MAX as usize)?;
        last = last.wrapping_add(unzigzag(take_number(rest)?));
        seen.push((length, last));
    }
    Some(seen.into_iter().collect())
}

/// All of `rest` as `count` tags.
fn lines(mut rest: &[u8], count: usize) -> Option<Lines> {
    let mut text: Vec<u8> = Vec::with_capacity(rest.len().min(MAX_TRUSTED));
    let mut before = 0..0;
    for index in 0..count {
        let shared = take_count(&mut rest, before.len())?;
        let own = take_count(&mut rest, MAX_TAG_LENGTH - shared)?;
        let (tail, left) = rest.split_at_checked(own)?;
        if index > 0 {
            text.push(b'\n');
        }
        let start = text.len();
        text.extend_from_within(before.start..before.start + shared);
        text.extend_from_slice(tail);
        before = start..text.len();
        if !std::str::from_utf8(&text[before.clone()]).is_ok_and(is_tag) {
            return None;
        }
        rest = left;
    }
    let text = rest.is_empty().then(|| String::from_utf8(text).ok())??;
    Lines::from_text(text, count)
}

fn deflated(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = DeflateEncoder::new(vec![], Compression::fast());
    let written = encoder.write_all(bytes).and_then(|()| encoder.finish());
    written.expect("writing to memory does not fail")
}

fn inflated(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut plain = vec![];
    let read = DeflateDecoder::new(bytes).take(MAX_BYTES + 1).read_to_end(&mut plain).ok()?;
    (read as u64 <= MAX_BYTES).then_some(plain)
}

/// Small numbers for small differences of either sign.
fn zigzag(difference: u64) -> u64 {
    (difference << 1) ^ (0_u64.wrapping_sub(difference >> 63))
}

fn unzigzag(number: u64) -> u64 {
    (number >> 1) ^ 0_u64.wrapping_sub(number & 1)
}

fn number(bytes: &mut Vec<u8>, mut value: u64) {
    while value > 0x7f {
        bytes.push((value & 0x7f) as u8 | 0x80);
        value >>= 7;
    }
    bytes.push(value as u8);
}

fn take_count(rest: &mut &[u8], most: usize) -> Option<usize> {
    usize::try_from(take_number(rest)?).ok().filter(|count| *count <= most)
}

fn take_number(rest: &mut &[u8]) -> Option<u64> {
    let mut value: u64 = 0;
    for shift in (0..64).step_by(7) {
        let (byte, left) = rest.split_first()?;
        *rest = left;
        let part = u64::from(byte & 0x7f);
        if part << shift >> shift != part {
            return None;
        }
        value |= part << shift;
        if byte & 0x80 == 0 {
            return Some(value);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn round(tags: &TagSet, seen: &FirstSeen) {
        assert_eq!(unpack(&pack(tags, seen)), Some((tags.clone(), seen.clone())));
    }

    #[test]
    fn gives_back_what_it_packed() {
        let many: Vec<String> =
            (0..5000).map(|i| format!("2026.01.{i:05}-{:x}", i * 7919)).collect();
        let long = "x".repeat(MAX_TAG_LENGTH);
        for tags in [TagSet::default(), TagSet::new(&["a", "ab", "b", &long]), TagSet::new(&many)] {
            round(&tags, &FirstSeen::all(tags.len(), 1_780_000_000));
            let seen = (0..tags.len()).map(|i| (1, (i as u64 * 7919) % 100));
            round(&tags, &seen.collect());
        }
        let tags = TagSet::new(&["a", "b", "c"]);
        round(&tags, &[(1, u64::MAX), (1, 0), (1, u64::MAX / 2)].into_iter().collect());
    }

    #[test]
    fn is_a_small_part_of_the_text() {
        let many: Vec<String> = (0..5000).map(|i| format!("release-2026.01.01-{i:05}")).collect();
        let tags = TagSet::new(&many);
        let bytes = pack(&tags, &FirstSeen::all(tags.len(), 1));
        assert!(bytes.len() * 20 < tags.lines().text().len(), "{}", bytes.len());
    }

    #[test]
    fn refuses_every_cut() {
        let tags = TagSet::new(&["abc", "abd", "x"]);
        let good = pack(&tags, &FirstSeen::all(3, 9));
        for length in 0..good.len() {
            assert_eq!(unpack(&good[..length]), None, "cut at {length}");
        }
    }

    #[test]
    fn refuses_what_is_no_list_of_tags() {
        let one_run = |count: u8| [count, 1, count, 0];
        for (count, tags) in [
            (2, &[0, 1, b'b', 0, 1, b'a'][..]),
            (2, &[0, 1, b'a', 1, 0]),
            (1, &[0, 0]),
            (1, &[0, 1, 0xff]),
            (1, &[0, 1, b'\n']),
            (1, &[1, 0]),
            (1, &[0, 1, b'a', 0]),
            (2, &[0, 1, b'a']),
            (9, &[0, 1, b'a']),
        ] {
            let plain = [&one_run(count), tags].concat();
            assert_eq!(unpack(&deflated(&plain)), None, "{plain:?}");
        }
        assert_eq!(unpack(&deflated(&[1, 1, 2, 0, 0, 1, b'a'])), None, "times of another list");
        assert!(unpack(&deflated(&[1, 1, 1, 0, 0, 1, b'a'])).is_some());
    }

    #[test]
    fn refuses_more_than_may_be() {
        let bomb = deflated(&vec![0; 1 << 20]);
        assert_eq!(unpack(&bomb), None);
        assert_eq!(unpack(&[0xff; 100]), None);
    }
}
