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
    /// Appends one line. A line with a line feed in it, or one that would
    /// make the text outgrow 4 GiB, is refused and handed back as `false`.
    #[must_use]
    pub fn push(&mut self, line: &str) -> bool {
        if line.contains('\n') {
            return false;
        }
        let start = if self.ends.is_empty() { 0 } else { self.text.len() + 1 };
        let Ok(end) = u32::try_from(start + line.len()) else {
            return false;
        };
        if !self.ends.is_empty() {
            self.text.push('\n');
        }
        self.text.push_str(line);
        self.ends.push(end);
        true
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
    /// Collects the lines that hold no line feed.
    fn from_iter<I: IntoIterator<Item = &'a str>>(lines: I) -> Self {
        let mut all = Self::default();
        for line in lines {
            let _refused = all.push(line);
        }
        all
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
        let mut lines = Lines::default();
        assert!(lines.push(""));
        assert!(lines.push("x"));
        assert_eq!(lines.iter().collect::<Vec<_>>(), ["", "x"]);
    }

    #[test]
    fn refuses_a_line_with_a_line_feed() {
        let mut lines = Lines::default();
        assert!(!lines.push("a\nb"));
        assert!(lines.is_empty());
    }
}
