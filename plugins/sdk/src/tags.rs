//! The candidates as a plugin reads them.

use memchr::memchr_iter;

/// The candidates of one decision, in ascending order of the bytes of their tags.
///
/// Where a filter extracted keys, a policy sees the keys here, in the same order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tags {
    /// One candidate a line, separated by newlines.
    lines: String,
    len: usize,
}

impl Tags {
    /// Candidates from the lines the host passes: at least one, perhaps empty.
    #[cfg(any(target_arch = "wasm32", test))]
    pub(crate) fn from_lines(lines: String) -> Self {
        let len = memchr_iter(b'\n', lines.as_bytes()).count() + 1;
        Self { lines, len }
    }

    /// How many candidates there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there are no candidates.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The candidate at `index`. This looks from the start: to read many, iterate.
    #[must_use]
    pub fn get(&self, index: u32) -> Option<&str> {
        self.iter().nth(index as usize).map(|(_, tag)| tag)
    }

    /// The candidates in order, each with its index.
    pub fn iter(&self) -> impl Iterator<Item = (u32, &str)> {
        let lines = self.lines.as_str();
        let ends = memchr_iter(b'\n', lines.as_bytes()).chain([lines.len()]);
        let mut start = 0;
        (0..).zip(ends).take(self.len).map(move |(index, end)| {
            let tag = &lines[start..end];
            start = end + 1;
            (index, tag)
        })
    }
}

/// Candidates as the host would pass them, for tests: the host passes tags sorted.
impl<'a> FromIterator<&'a str> for Tags {
    fn from_iter<I: IntoIterator<Item = &'a str>>(tags: I) -> Self {
        let mut lines = String::new();
        let mut len = 0;
        for tag in tags {
            if len > 0 {
                lines.push('\n');
            }
            lines.push_str(tag);
            len += 1;
        }
        Self { lines, len }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn listed(tags: &Tags) -> Vec<(u32, &str)> {
        tags.iter().collect()
    }

    #[test]
    fn numbers_the_lines() {
        let tags = Tags::from_iter(["a", "b", "c"]);
        assert_eq!(listed(&tags), [(0, "a"), (1, "b"), (2, "c")]);
        assert_eq!(tags.len(), 3);
        assert_eq!((tags.get(1), tags.get(3)), (Some("b"), None));
    }

    #[test]
    fn tells_no_candidate_from_an_empty_key() {
        assert_eq!(listed(&Tags::from_iter([])), []);
        assert_eq!(listed(&Tags::from_lines(String::new())), [(0, "")]);
        assert_eq!(listed(&Tags::from_lines("a\n".into())), [(0, "a"), (1, "")]);
        assert_eq!(listed(&Tags::from_iter(["", ""])), [(0, ""), (1, "")]);
        assert_eq!(Tags::from_iter([""]).len(), 1);
    }
}
