//! Splitting text into short lines.

/// One in each byte of a word.
const ONES: u64 = 0x0101_0101_0101_0101;

/// The lines of a text, as `str::split` at newlines gives them.
///
/// A search for the next newline costs more to start than a tag is long, so eight
/// bytes are looked at together and the newlines in them remembered.
pub(super) struct Lines<'t> {
    text: &'t str,
    words: std::slice::Iter<'t, [u8; 8]>,
    /// What is left of the text after the last whole word, filled up with zeros.
    tail: Option<[u8; 8]>,
    /// Where the next word starts.
    read: usize,
    /// The newlines in the word before, each marked in its byte.
    newlines: u64,
    /// Where the next line starts; none after the last.
    start: Option<usize>,
}

impl<'t> Lines<'t> {
    pub(super) fn of(text: &'t str) -> Self {
        let (words, rest) = text.as_bytes().as_chunks::<8>();
        let mut tail = [0; 8];
        tail[..rest.len()].copy_from_slice(rest);
        let (words, tail) = (words.iter(), Some(tail));
        Self { text, words, tail, read: 0, newlines: 0, start: Some(0) }
    }

    pub(super) fn none() -> Self {
        Self { start: None, ..Self::of("") }
    }
}

impl<'t> Iterator for Lines<'t> {
    type Item = &'t str;

    fn next(&mut self) -> Option<&'t str> {
        while self.newlines == 0 {
            let Some(word) = self.words.next().copied().or_else(|| self.tail.take()) else {
                return self.start.take().map(|start| &self.text[start..]);
            };
            self.newlines = newlines(u64::from_le_bytes(word));
            self.read += word.len();
        }
        let end = self.read - 8 + self.newlines.trailing_zeros() as usize / 8;
        self.newlines &= self.newlines - 1;
        let start = self.start.replace(end + 1)?;
        Some(&self.text[start..end])
    }
}

/// The newlines among eight bytes: the highest bit of each.
fn newlines(word: u64) -> u64 {
    const LOW_BITS: u64 = 0x7f * ONES;
    let differs = word ^ (ONES * b'\n' as u64);
    // Adding carries into a byte's highest bit if any lower one is set.
    !(((differs & LOW_BITS) + LOW_BITS) | differs | LOW_BITS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn splits_at_newlines_wherever_they_are() {
        let long = "0123456789abcdef".repeat(3);
        let texts =
            ["", "\n", "\n\n", "a", "a\nb", "1234567\n", "12345678\n9", "é\n\u{8a}\u{80}\n"];
        for text in texts.into_iter().chain([long.as_str()]) {
            for joined in [text.to_owned(), format!("{long}\n{text}"), format!("{text}\n{long}\n")]
            {
                let lines: Vec<_> = Lines::of(&joined).collect();
                assert_eq!(lines, joined.split('\n').collect::<Vec<_>>(), "{joined:?}");
            }
        }
        assert_eq!(Lines::none().next(), None);
    }

    #[test]
    fn marks_newlines_and_nothing_else() {
        for byte in 0..=u8::MAX {
            let marks = newlines(u64::from_le_bytes([byte; 8]));
            let expected = if byte == b'\n' { 0x80 * ONES } else { 0 };
            assert_eq!(marks, expected, "{byte}");
            let single = newlines(u64::from_le_bytes([0, 0, b'\n', byte, 0, 0, 0, 0]));
            assert_eq!(single.trailing_zeros() / 8, 2);
        }
    }
}
