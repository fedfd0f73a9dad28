//! What a filter is given and what it answers.

use crate::{Error, Images, Plugin, Rejection, Tags};

/// What an answer may depend on besides settings and tags.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FilterContext {
    /// The image repository, e.g. `registry.example.com/team/checkout`.
    pub image: String,
    /// Whether to say of every tag that is dropped why.
    pub explain: bool,
    /// The images behind the tags, for a plugin that is granted `metadata`.
    pub images: Images,
}

/// What is left of the tags.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filtered {
    kept: Vec<u32>,
    keys: Option<String>,
    rejected: Vec<Rejection>,
}

impl Filtered {
    /// An answer in which each tag is its own key.
    #[must_use]
    pub fn by_tag() -> Self {
        Self::default()
    }

    /// An answer in which each tag kept has a key.
    #[must_use]
    pub fn by_key() -> Self {
        Self { keys: Some(String::new()), ..Self::default() }
    }

    /// Keeps a tag. Indices must come in ascending order.
    ///
    /// Where tags have keys, `write_key` appends this one's; it fails when the
    /// key has a newline, which the boundary cannot carry.
    pub fn keep(&mut self, index: u32, write_key: impl FnOnce(&mut String)) -> Result<(), Error> {
        if let Some(keys) = &mut self.keys {
            if !self.kept.is_empty() {
                keys.push('\n');
            }
            let start = keys.len();
            write_key(keys);
            if keys.as_bytes()[start..].contains(&b'\n') {
                return Err(Error::invalid_tag(index, "its key has a newline"));
            }
        }
        self.kept.push(index);
        Ok(())
    }

    /// Drops a tag and says why. Indices must come in ascending order.
    pub fn reject(&mut self, index: u32, reason: impl Into<String>) {
        let reason = reason.into();
        self.rejected.push(Rejection { index, reason });
    }

    /// The indices of the tags kept, ascending.
    #[must_use]
    pub fn kept(&self) -> &[u32] {
        &self.kept
    }

    /// The key of each tag kept, in the same order; none where tags are keys.
    #[must_use]
    pub fn keys(&self) -> Option<Vec<&str>> {
        let keys = self.keys.as_deref()?;
        Some(keys.split('\n').take(self.kept.len()).collect())
    }

    /// The tags dropped with a reason.
    #[must_use]
    pub fn rejected(&self) -> &[Rejection] {
        &self.rejected
    }

    /// Kept indices, keys as lines, rejections.
    #[cfg(target_arch = "wasm32")]
    pub(crate) fn into_parts(self) -> (Vec<u32>, Option<String>, Vec<Rejection>) {
        (self.kept, self.keys, self.rejected)
    }
}

/// A plugin that decides which tags a policy gets to see, and by which keys.
///
/// The same settings and tags give the same answer.
pub trait Filter: Plugin {
    /// Filters the tags.
    fn apply(&self, tags: &Tags, context: &FilterContext) -> Result<Filtered, Error>;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_keys_apart_even_empty_ones() {
        let mut filtered = Filtered::by_key();
        for (index, key) in [(1, ""), (4, "x"), (7, "")] {
            filtered.keep(index, |keys| keys.push_str(key)).unwrap();
        }
        assert_eq!(filtered.kept(), [1, 4, 7]);
        assert_eq!(filtered.keys().unwrap(), ["", "x", ""]);
        assert_eq!(Filtered::by_key().keys().unwrap(), [""; 0]);
    }

    #[test]
    fn refuses_a_key_that_would_be_two() {
        let refused = Filtered::by_key().keep(3, |keys| keys.push_str("a\nb"));
        assert_eq!(refused, Err(Error::invalid_tag(3, "its key has a newline")));
    }

    #[test]
    fn writes_no_keys_where_tags_are_keys() {
        let mut filtered = Filtered::by_tag();
        filtered.keep(0, |keys| keys.push('x')).unwrap();
        assert_eq!(filtered.keys(), None);
        assert_eq!(filtered.kept(), [0]);
    }
}
