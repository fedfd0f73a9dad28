//! What a policy is given and what it answers.

use crate::{Error, Images, Plugin, Rejection, Tags};
use std::fmt::Display;

/// What a decision may depend on besides settings and tags.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Context {
    /// The image repository, e.g. `registry.example.com/team/checkout`.
    pub image: String,
    /// The tag selected now, if any: always a tag, never a key.
    pub current: Option<String>,
    /// Decision time in seconds since 1970-01-01 UTC: the only clock.
    pub now: u64,
    /// Whether to say of every candidate that could not be chosen why not.
    pub explain: bool,
    /// The images behind the candidates, for a plugin that is granted `metadata`.
    pub images: Images,
}

/// A policy's decision.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Selection {
    /// The index of the chosen candidate; none when no candidate will do.
    pub chosen: Option<u32>,
    /// Candidates that could not have been chosen, by ascending index; one that
    /// merely ranks lower is not among them. Empty unless asked to explain.
    pub rejected: Vec<Rejection>,
}

impl Selection {
    /// Chooses the candidate that `rank` ranks greatest, among equals the last
    /// one, as the contract asks. A candidate that `rank` refuses is not chosen;
    /// the reason is written out only when asked to explain.
    pub fn greatest<'t, K: Ord, R: Display>(
        tags: &'t Tags,
        context: &Context,
        mut rank: impl FnMut(&'t str) -> Result<K, R>,
    ) -> Self {
        let mut best: Option<(K, u32)> = None;
        let mut rejected = Vec::new();
        for (index, tag) in tags.iter() {
            match rank(tag) {
                Ok(key) if best.as_ref().is_none_or(|(top, _)| key >= *top) => {
                    best = Some((key, index));
                }
                Err(reason) if context.explain => {
                    let reason = reason.to_string();
                    rejected.push(Rejection { index, reason });
                }
                Ok(_) | Err(_) => {}
            }
        }
        let chosen = best.map(|(_, index)| index);
        Self { chosen, rejected }
    }
}

/// A plugin that chooses the current tag of an image.
///
/// The same settings, tags and context give the same selection.
pub trait Policy: Plugin {
    /// Chooses among the candidates. Among equals, choose the last one.
    fn select(&self, tags: &Tags, context: &Context) -> Result<Selection, Error>;
}

#[cfg(test)]
mod tests {
    use super::*;

    fn by_first_digit(explain: bool) -> Selection {
        let tags = Tags::from_iter(["1a", "2a", "2b", "x", "y1"]);
        let context = Context { explain, ..Context::default() };
        Selection::greatest(&tags, &context, |tag| {
            let digit = tag.chars().next().and_then(|first| first.to_digit(10));
            digit.ok_or("has no digit in front")
        })
    }

    #[test]
    fn the_last_of_equals_is_the_greatest() {
        assert_eq!(by_first_digit(false).chosen, Some(2));
    }

    #[test]
    fn gives_reasons_only_when_asked() {
        assert_eq!(by_first_digit(false).rejected, []);
        let rejected = by_first_digit(true).rejected;
        let indices: Vec<_> = rejected.iter().map(|rejection| rejection.index).collect();
        assert_eq!(indices, [3, 4]);
        assert_eq!(rejected[0].reason, "has no digit in front");
    }

    #[test]
    fn chooses_nothing_when_nothing_will_do() {
        let tags = Tags::from_iter(["a"]);
        let none = Selection::greatest(&tags, &Context::default(), |_| Err::<u8, _>("no"));
        assert_eq!(none.chosen, None);
    }
}
