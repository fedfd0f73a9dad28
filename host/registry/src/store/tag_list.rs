//! Tags on disk, front-coded: each is what it shares with the one before and
//! the rest. Sorted tags share much, so the file is a third of the text.

use tagwarden_core::tags::TagSet;

/// The tags as bytes.
pub(super) fn encode(tags: &TagSet) -> Vec<u8> {
    let mut bytes = vec![];
    number(&mut bytes, tags.len());
    let mut before = "";
    for tag in tags.iter() {
        let shared = before.bytes().zip(tag.bytes()).take_while(|(a, b)| a == b).count();
        number(&mut bytes, shared);
        number(&mut bytes, tag.len() - shared);
        bytes.extend_from_slice(&tag.as_bytes()[shared..]);
        before = tag;
    }
    bytes
}

/// The tags back; none if the bytes are not what [`encode`] writes.
pub(super) fn decode(bytes: &[u8]) -> Option<TagSet> {
    let mut rest = bytes;
    let count = take_number(&mut rest)?;
    // Each tag takes two bytes at least.
    if count > bytes.len() / 2 {
        return None;
    }
    let mut text: Vec<u8> = vec![];
    let mut spans: Vec<(usize, usize)> = Vec::with_capacity(count);
    for _ in 0..count {
        let shared = take_number(&mut rest)?;
        let own = take_number(&mut rest)?;
        let (before, end) = spans.last().copied().unwrap_or_default();
        if shared > end - before {
            return None;
        }
        let (tail, left) = rest.split_at_checked(own)?;
        let start = text.len();
        text.extend_from_within(before..before + shared);
        text.extend_from_slice(tail);
        spans.push((start, text.len()));
        rest = left;
    }
    let text = String::from_utf8(text).ok()?;
    let tags: Option<Vec<&str>> = spans.iter().map(|(start, end)| text.get(*start..*end)).collect();
    let tags = TagSet::new(&tags?);
    (rest.is_empty() && tags.len() == count).then_some(tags)
}

fn number(bytes: &mut Vec<u8>, mut value: usize) {
    while value > 0x7f {
        bytes.push((value & 0x7f) as u8 | 0x80);
        value >>= 7;
    }
    bytes.push(value as u8);
}

fn take_number(rest: &mut &[u8]) -> Option<usize> {
    let mut value: u64 = 0;
    for shift in (0..63).step_by(7) {
        let (byte, left) = rest.split_first()?;
        *rest = left;
        value |= u64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return usize::try_from(value).ok();
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gives_back_what_it_encoded() {
        let many: Vec<String> =
            (0..5000).map(|i| format!("2026.01.{i:05}-{:x}", i * 7919)).collect();
        let long = "x".repeat(300);
        for tags in
            [TagSet::default(), TagSet::new(&["", "a", "ab", "é", "è", &long]), TagSet::new(&many)]
        {
            assert_eq!(decode(&encode(&tags)), Some(tags));
        }
    }

    #[test]
    fn is_smaller_than_the_text() {
        let many: Vec<String> = (0..5000).map(|i| format!("release-2026.01.01-{i:05}")).collect();
        let tags = TagSet::new(&many);
        assert!(encode(&tags).len() * 3 < tags.lines().text().len());
    }

    #[test]
    fn refuses_other_bytes_without_panic() {
        let good = encode(&TagSet::new(&["abc", "abd", "x"]));
        for length in 0..good.len() {
            assert_eq!(decode(&good[..length]), None, "cut at {length}");
        }
        for bad in
            [&[0xff; 20][..], &[1, 1, 0], &[2, 0, 1, b'a', 0, 1, b'a'], &[0, 0], &[1, 0, 1, 0xff]]
        {
            assert_eq!(decode(bad), None, "{bad:?}");
        }
    }
}
