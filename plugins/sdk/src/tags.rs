//! The candidates as a plugin reads them.

mod lines;

use lines::Lines;
use memchr::memchr_iter;

/// The candidates of one decision, in ascending order of the bytes of their tags.
///
/// Where a filter extracted keys, a policy sees the keys here, in the same order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tags {
    /// One candidate a line, separated by newlines; none when there is none.
    lines: Option<String>,
}

impl Tags {
    /// Candidates from the lines the host passes: at least one, perhaps empty.
    #[cfg(any(target_arch = "wasm32", test))]
    pub(crate) fn from_lines(lines: String) -> Self {
        Self { lines: Some(lines) }
    }

    /// How many candidates there are. This counts them.
    #[must_use]
    pub fn len(&self) -> usize {
        let lines = self.lines.as_deref();
        lines.map_or(0, |lines| memchr_iter(b'\n', lines.as_bytes()).count() + 1)
    }

    /// Whether there are no candidates.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.lines.is_none()
    }

    /// The candidate at `index`. This looks from the start: to read many, iterate.
    #[must_use]
    pub fn get(&self, index: u32) -> Option<&str> {
        self.iter().nth(index as usize).map(|(_, tag)| tag)
    }

    /// The candidates in order, each with its index.
    pub fn iter(&self) -> impl Iterator<Item = (u32, &str)> {
        (0..).zip(self.lines.as_deref().map_or_else(Lines::none, Lines::of))
    }
}

/// Candidates as the host would pass them, for tests: the host passes tags sorted.
impl<'a> FromIterator<&'a str> for Tags {
    fn from_iter<I: IntoIterator<Item = &'a str>>(tags: I) -> Self {
        let lines = tags.into_iter().map(str::to_owned);
        let lines = lines.reduce(|lines, tag| lines + "\n" + &tag);
        Self { lines }
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
