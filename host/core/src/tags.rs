//! The tags of one image repository, and the candidates a policy decides on.

mod difference;
mod first_seen;
pub mod packed;

use std::sync::Arc;

pub use difference::Difference;
pub use first_seen::FirstSeen;

use crate::lines::Lines;

/// The most bytes a tag may have (OCI distribution grammar).
const MAX_TAG_LENGTH: usize = 128;

/// Whether `tag` fits the OCI grammar `[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}`,
/// widened by `+`, which some registries list although they cannot serve it.
#[must_use]
pub fn is_tag(tag: &str) -> bool {
    let bytes = tag.as_bytes();
    let Some(first) = bytes.first() else {
        return false;
    };
    bytes.len() <= MAX_TAG_LENGTH
        && (first.is_ascii_alphanumeric() || *first == b'_')
        && bytes.iter().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.' | b'-' | b'+'))
}

/// A set of tags, ordered by their bytes: a decision never depends on the
/// order in which a registry happened to list them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TagSet {
    lines: Lines,
}

impl TagSet {
    /// Sorts the tags and drops duplicates and anything with a line break.
    #[must_use]
    pub fn new<S: AsRef<str>>(tags: &[S]) -> Self {
        let mut sorted: Vec<&str> = tags.iter().map(AsRef::as_ref).collect();
        sorted.sort_unstable();
        sorted.dedup();
        Self { lines: sorted.into_iter().collect() }
    }

    /// Takes lines that are in order already, each once; others are not taken.
    #[must_use]
    pub fn from_sorted(lines: Lines) -> Option<Self> {
        let ascends = (1..lines.len()).all(|index| lines.get(index - 1) < lines.get(index));
        ascends.then_some(Self { lines })
    }

    /// How many tags there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.lines.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }

    /// The tag at `index` in byte order.
    #[must_use]
    pub fn get(&self, index: usize) -> Option<&str> {
        self.lines.get(index)
    }

    /// Where the tag is in byte order.
    #[must_use]
    pub fn position(&self, tag: &str) -> Option<usize> {
        let (mut low, mut high) = (0, self.len());
        while low < high {
            let middle = low + (high - low) / 2;
            match self.get(middle)?.cmp(tag) {
                std::cmp::Ordering::Equal => return Some(middle),
                std::cmp::Ordering::Less => low = middle + 1,
                std::cmp::Ordering::Greater => high = middle,
            }
        }
        None
    }

    /// All tags in byte order.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.lines.iter()
    }

    /// The tags as the lines a plugin reads.
    #[must_use]
    pub fn lines(&self) -> &Lines {
        &self.lines
    }

    /// The tags at the given indices, which keep their order.
    #[must_use]
    pub fn keep(&self, indices: &[u32]) -> Self {
        Self { lines: indices.iter().filter_map(|i| self.get(*i as usize)).collect() }
    }
}

/// What a policy chooses from: the tags a filter kept, each with its key.
#[derive(Clone, Debug)]
pub struct Candidates {
    tags: Arc<TagSet>,
    kept: Option<Vec<u32>>,
    keys: Option<Arc<Lines>>,
}

impl Candidates {
    /// Every tag, each its own key.
    #[must_use]
    pub fn all(tags: Arc<TagSet>) -> Self {
        Self { tags, kept: None, keys: None }
    }

    /// The tags at the indices `kept`, with one key each, or their own text.
    ///
    /// The caller has checked that `kept` ascends within `tags` and that
    /// `keys` is as long.
    #[must_use]
    pub fn kept(tags: Arc<TagSet>, kept: Vec<u32>, keys: Option<Lines>) -> Self {
        let keys = keys.unwrap_or_else(|| tags.keep(&kept).lines);
        Self { tags, kept: Some(kept), keys: Some(Arc::new(keys)) }
    }

    /// The same candidates but the one at `index`.
    #[must_use]
    pub fn without(&self, index: usize) -> Self {
        let left = || (0..self.len()).filter(|other| *other != index);
        let place = |left| self.tag_index(left).and_then(|place| u32::try_from(place).ok());
        let keys = left().filter_map(|left| self.keys().get(left)).collect();
        Self::kept(self.tags.clone(), left().filter_map(place).collect(), Some(keys))
    }

    /// Where the tag is among the candidates.
    #[must_use]
    pub fn position(&self, tag: &str) -> Option<usize> {
        let place = self.tags.position(tag)?;
        match &self.kept {
            None => Some(place),
            Some(kept) => kept.binary_search(&u32::try_from(place).ok()?).ok(),
        }
    }

    /// How many candidates there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.kept.as_ref().map_or(self.tags.len(), Vec::len)
    }

    /// Whether none is left.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The keys in candidate order: what a policy reads.
    #[must_use]
    pub fn keys(&self) -> &Lines {
        self.keys.as_deref().unwrap_or(&self.tags.lines)
    }

    /// The tag of the candidate at `index`.
    #[must_use]
    pub fn tag(&self, index: usize) -> Option<&str> {
        self.tags.get(self.tag_index(index)?)
    }

    /// The place in the tag set of the candidate at `index`.
    #[must_use]
    pub fn tag_index(&self, index: usize) -> Option<usize> {
        match &self.kept {
            None => (index < self.tags.len()).then_some(index),
            Some(kept) => kept.get(index).map(|i| *i as usize),
        }
    }

    /// The tag set the candidates come from.
    #[must_use]
    pub fn tags(&self) -> &Arc<TagSet> {
        &self.tags
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sorts_by_bytes_and_drops_duplicates() {
        let set = TagSet::new(&["b", "a", "B", "a"]);
        assert_eq!(set.iter().collect::<Vec<_>>(), ["B", "a", "b"]);
    }

    #[test]
    fn finds_each_tag_and_no_other() {
        let set = TagSet::new(&["a", "c", "e", "g"]);
        let places: Vec<_> = ["a", "c", "g", "b", "z", ""].map(|tag| set.position(tag)).into();
        assert_eq!(places, [Some(0), Some(1), Some(3), None, None, None]);
    }

    #[test]
    fn takes_only_lines_that_ascend() {
        let lines = |tags: &[&str]| tags.iter().copied().collect::<Lines>();
        assert_eq!(TagSet::from_sorted(lines(&["a", "b"])), Some(TagSet::new(&["b", "a"])));
        assert_eq!(TagSet::from_sorted(lines(&["b", "a"])), None);
        assert_eq!(TagSet::from_sorted(lines(&["a", "a"])), None);
    }

    #[test]
    fn knows_the_grammar_of_a_tag() {
        for good in ["1", "v1.2.3", "_x", "A-b_c.d", "1.0.0+build"] {
            assert!(is_tag(good), "{good}");
        }
        let long = "x".repeat(129);
        for bad in ["", ".a", "-a", "a/b", "a b", "a\n", "é", &long] {
            assert!(!is_tag(bad), "{bad:?}");
        }
    }

    #[test]
    fn candidates_lead_back_to_their_tags() {
        let tags = Arc::new(TagSet::new(&["a-1", "b", "c-2"]));
        let keys: Lines = ["1", "2"].into_iter().collect();
        let candidates = Candidates::kept(tags, vec![0, 2], Some(keys));
        assert_eq!(candidates.keys().text(), "1\n2");
        assert_eq!(candidates.tag(1), Some("c-2"));
        assert_eq!(candidates.tag_index(1), Some(2));
        assert_eq!(candidates.tag(2), None);
    }

    #[test]
    fn a_candidate_can_be_taken_out() {
        let tags = Arc::new(TagSet::new(&["a-1", "b", "c-2"]));
        let left = Candidates::all(tags.clone()).without(1);
        assert_eq!((left.keys().text(), left.tag(1)), ("a-1\nc-2", Some("c-2")));
        assert_eq!((left.position("c-2"), left.position("b")), (Some(1), None));
        assert!(left.without(0).without(0).is_empty());
        assert_eq!(tags.position("b"), Some(1));
        assert_eq!(tags.position("bb"), None);
    }

    #[test]
    fn without_a_filter_every_tag_is_its_own_key() {
        let candidates = Candidates::all(Arc::new(TagSet::new(&["b", "a"])));
        assert_eq!(candidates.keys().text(), "a\nb");
        assert_eq!(candidates.tag(1), Some("b"));
    }
}
