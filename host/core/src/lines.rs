//! Many short strings in one buffer.

/// An immutable list of strings without line breaks, kept as one text with a
/// string a line, so that a hundred thousand tags are one allocation and cross
/// into a plugin as one copy.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lines {
    text: String,
    /// The byte offset at which each line ends, its line feed excluded.
    ends: Vec<u32>,
}

impl Lines {
    /// Takes a text of `count` lines joined by line feeds, none after the last.
    ///
    /// The count tells no line at all from a single empty one. Nothing is
    /// given back when it is not the number of lines, or when the text
    /// outgrows 4 GiB.
    #[must_use]
    pub fn from_text(text: String, count: usize) -> Option<Self> {
        let end = u32::try_from(text.len()).ok()?;
        if count == 0 {
            return text.is_empty().then(Self::default);
        }
        let mut ends = Vec::with_capacity(count.min(text.len() + 1));
        // Tags are short, too short for a search to pay off: a plain loop.
        let bytes = (0u32..).zip(text.as_bytes());
        ends.extend(bytes.filter(|(_, byte)| **byte == b'\n').map(|(at, _)| at));
        ends.push(end);
        (ends.len() == count).then_some(Self { text, ends })
    }

    /// How many lines there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether there is no line at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// The line at `index`, if there is one.
    #[must_use]
    pub fn get(&self, index: usize) -> Option<&str> {
        let end = *self.ends.get(index)? as usize;
        let start = match index {
            0 => 0,
            _ => self.ends[index - 1] as usize + 1,
        };
        Some(&self.text[start..end])
    }

    /// All lines in order.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        (0..self.len()).filter_map(|index| self.get(index))
    }

    /// All lines joined by line feeds, without one at the end.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }
}

impl<'a> FromIterator<&'a str> for Lines {
    /// Collects the lines that hold no line feed, up to 4 GiB of them.
    fn from_iter<I: IntoIterator<Item = &'a str>>(lines: I) -> Self {
        let mut text = String::new();
        let mut ends = Vec::new();
        for line in lines.into_iter().filter(|line| !line.contains('\n')) {
            let start = text.len() + usize::from(!ends.is_empty());
            let Ok(end) = u32::try_from(start + line.len()) else {
                break;
            };
            if !ends.is_empty() {
                text.push('\n');
            }
            text.push_str(line);
            ends.push(end);
        }
        Self { text, ends }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gives_back_each_line_and_the_joined_text() {
        let lines: Lines = ["a", "", "bc"].into_iter().collect();
        assert_eq!(lines.text(), "a\n\nbc");
        assert_eq!(lines.iter().collect::<Vec<_>>(), ["a", "", "bc"]);
        assert_eq!(lines.get(3), None);
    }

    #[test]
    fn a_single_empty_line_is_still_a_line() {
        let lines: Lines = ["", "x"].into_iter().collect();
        assert_eq!(lines.iter().collect::<Vec<_>>(), ["", "x"]);
        let lines: Lines = [""].into_iter().collect();
        assert_eq!(lines.len(), 1);
    }

    #[test]
    fn leaves_out_a_line_with_a_line_feed() {
        let lines: Lines = ["a\nb", "c"].into_iter().collect();
        assert_eq!(lines.text(), "c");
    }

    #[test]
    fn takes_a_text_apart_when_the_count_is_right() {
        let lines = Lines::from_text("a\n\nbc".into(), 3).unwrap();
        assert_eq!(lines.iter().collect::<Vec<_>>(), ["a", "", "bc"]);
        assert_eq!(Lines::from_text("a\nb".into(), 3), None);
        assert_eq!(Lines::from_text("a\nb".into(), 1), None);
        assert_eq!(Lines::from_text("a".into(), 0), None);
    }

    #[test]
    fn the_count_tells_no_line_from_an_empty_one() {
        assert_eq!(Lines::from_text(String::new(), 0).unwrap().len(), 0);
        assert_eq!(Lines::from_text(String::new(), 1).unwrap().get(0), Some(""));
    }
}
