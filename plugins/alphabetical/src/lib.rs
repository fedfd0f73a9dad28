//! Selects the last tag in byte order, or the first.
//!
//! A policy of the world `tag-policy`; a filter may have put keys in place of the
//! tags. Invariant: candidates compare as Go compares strings, byte by byte.

use schemars::JsonSchema;
use serde::Deserialize;
use std::cmp::{Ordering, Reverse};
use std::convert::Infallible;
use tagwarden_plugin_heap as _;
pub use tagwarden_sdk::Order;
use tagwarden_sdk::{About, Context, Error, Plugin, Policy, Selection, Tags, export_policy};

/// Settings of the policy.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// `asc` (the default) selects the last tag in byte order, `desc` the first.
    #[serde(default)]
    pub order: Order,
}

/// Selects by byte order.
#[derive(Debug)]
pub struct Alphabetical {
    order: Order,
}

impl Plugin for Alphabetical {
    type Settings = Settings;

    const ABOUT: About = About {
        name: "alphabetical",
        version: env!("CARGO_PKG_VERSION"),
        summary: "Selects the last tag in byte order, or the first.",
    };

    fn new(settings: Settings) -> Result<Self, String> {
        Ok(Self { order: settings.order })
    }
}

impl Policy for Alphabetical {
    fn select(&self, tags: &Tags, context: &Context) -> Result<Selection, Error> {
        Ok(match self.order {
            Order::Asc => Selection::greatest(tags, context, |tag| Ok::<_, Infallible>(Bytes(tag))),
            Order::Desc => {
                Selection::greatest(tags, context, |tag| Ok::<_, Infallible>(Reverse(Bytes(tag))))
            }
        })
    }
}

export_policy!(Alphabetical);

/// A tag in byte order.
///
/// The order is that of `str`, which compares byte by byte where the C library
/// does not do it: in a sandbox, eight at a time take half as long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Bytes<'t>(&'t str);

impl Ord for Bytes<'_> {
    fn cmp(&self, other: &Self) -> Ordering {
        let (ours, theirs) = (self.0.as_bytes(), other.0.as_bytes());
        let (our_words, their_words) = (ours.as_chunks::<8>().0, theirs.as_chunks::<8>().0);
        for (our_word, their_word) in our_words.iter().zip(their_words) {
            let [our_word, their_word] = [our_word, their_word].map(|w| u64::from_be_bytes(*w));
            if our_word != their_word {
                return our_word.cmp(&their_word);
            }
        }
        let equal = 8 * our_words.len().min(their_words.len());
        ours[equal..].cmp(&theirs[equal..])
    }
}

impl PartialOrd for Bytes<'_> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chosen(settings: &str, tags: &[&str]) -> Option<u32> {
        let policy = tagwarden_sdk::load::<Alphabetical>(settings).unwrap();
        let tags = tags.iter().copied().collect();
        policy.select(&tags, &Context::default()).unwrap().chosen
    }

    #[test]
    fn orders_as_text_does() {
        let texts =
            ["", "a", "ab", "abcdefgh", "abcdefghi", "abcdefgi", "abcdefg", "é", "abcdefghé"];
        for (a, b) in texts.iter().flat_map(|a| texts.map(|b| (*a, b))) {
            assert_eq!(Bytes(a).cmp(&Bytes(b)), a.cmp(b), "{a} {b}");
        }
    }

    #[test]
    fn ascending_is_the_default_and_selects_the_last() {
        assert_eq!(chosen("{}", &["B", "a", "Z"]), Some(1));
        assert_eq!(chosen(r#"{"order": "desc"}"#, &["B", "a", "Z"]), Some(0));
    }

    #[test]
    fn compares_bytes_not_letters() {
        assert_eq!(chosen("{}", &["z", "é", "Z"]), Some(1));
        assert_eq!(chosen("{}", &["10", "9"]), Some(1));
    }

    #[test]
    fn equal_keys_go_to_the_last_candidate_in_either_order() {
        assert_eq!(chosen("{}", &["k", "k", "a"]), Some(1));
        assert_eq!(chosen(r#"{"order": "desc"}"#, &["k", "k", "z"]), Some(1));
    }

    #[test]
    fn refuses_another_order() {
        let refused = tagwarden_sdk::load::<Alphabetical>(r#"{"order": "up"}"#).unwrap_err();
        assert!(refused.contains("expected `asc` or `desc`"), "{refused}");
    }
}
