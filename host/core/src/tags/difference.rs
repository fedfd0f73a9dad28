//! What came and went between two scans.

use std::cmp::Ordering;

use serde::{Deserialize, Serialize};

use super::TagSet;

/// How many tags a difference names; it counts the others.
const MAX_NAMED: usize = 10;

/// What one list of tags has that another has not.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Difference {
    /// How many tags are new.
    pub new: u64,
    /// How many are gone.
    pub gone: u64,
    /// Some of the new ones, the greatest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub new_tags: Vec<String>,
    /// Some of those gone, the greatest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub gone_tags: Vec<String>,
}

impl Difference {
    /// What changed from `before` to `now`.
    #[must_use]
    pub fn between(before: &TagSet, now: &TagSet) -> Self {
        let mut difference = Self::default();
        merge(before, now, |step| match step {
            Step::Gone(index) => {
                difference.gone += 1;
                name(&mut difference.gone_tags, before.get(index));
            }
            Step::New(index) => {
                difference.new += 1;
                name(&mut difference.new_tags, now.get(index));
            }
            Step::Stayed { .. } => {}
        });
        difference
    }

    /// Whether nothing came or went.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.new == 0 && self.gone == 0
    }
}

fn name(named: &mut Vec<String>, tag: Option<&str>) {
    if named.len() < MAX_NAMED {
        named.extend(tag.map(ToOwned::to_owned));
    }
}

/// One step of a walk over two ordered lists.
pub(super) enum Step {
    /// Only the first list has it, at this index.
    Gone(usize),
    /// Only the second list has it, at this index.
    New(usize),
    /// Both have it.
    Stayed { before: usize, now: usize },
}

/// Walks over both lists from the greatest tag to the least: what is new is
/// mostly at that end, and a difference names what it meets first.
pub(super) fn merge(before: &TagSet, now: &TagSet, mut each: impl FnMut(Step)) {
    let (mut old, mut new) = (before.len(), now.len());
    loop {
        let (a, b) = (at(before, old), at(now, new));
        let order = match (a, b) {
            (None, None) => return,
            (Some(_), None) => Ordering::Greater,
            (None, Some(_)) => Ordering::Less,
            (Some(a), Some(b)) => a.cmp(b),
        };
        each(match order {
            Ordering::Greater => Step::Gone(old - 1),
            Ordering::Less => Step::New(new - 1),
            Ordering::Equal => Step::Stayed { before: old - 1, now: new - 1 },
        });
        old -= usize::from(order != Ordering::Less);
        new -= usize::from(order != Ordering::Greater);
    }
}

fn at(tags: &TagSet, end: usize) -> Option<&str> {
    tags.get(end.checked_sub(1)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn between(before: &[&str], now: &[&str]) -> Difference {
        Difference::between(&TagSet::new(before), &TagSet::new(now))
    }

    #[test]
    fn counts_and_names_what_came_and_went() {
        let difference = between(&["a", "b", "d"], &["b", "c", "d", "e"]);
        assert_eq!((difference.new, difference.gone), (2, 1));
        assert_eq!(difference.new_tags, ["e", "c"]);
        assert_eq!(difference.gone_tags, ["a"]);
        assert!(between(&["a"], &["a"]).is_empty());
    }

    #[test]
    fn names_a_few_and_counts_all() {
        let many: Vec<String> = (0..500).map(|i| format!("{i:03}")).collect();
        let difference = Difference::between(&TagSet::default(), &TagSet::new(&many));
        assert_eq!((difference.new, difference.gone), (500, 0));
        assert_eq!((difference.new_tags.len(), difference.new_tags[0].as_str()), (10, "499"));
    }
}
