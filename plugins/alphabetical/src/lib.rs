//! Selects the last tag in byte order, or the first.
//!
//! A policy of the world `tag-policy`; a filter may have put keys in place of the
//! tags. Invariant: candidates compare as Go compares strings, byte by byte.

use schemars::JsonSchema;
use serde::Deserialize;
use std::cmp::Reverse;
use std::convert::Infallible;
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
            Order::Asc => Selection::greatest(tags, context, Ok::<_, Infallible>),
            Order::Desc => {
                Selection::greatest(tags, context, |tag| Ok::<_, Infallible>(Reverse(tag)))
            }
        })
    }
}

export_policy!(Alphabetical);

#[cfg(test)]
mod tests {
    use super::*;

    fn chosen(settings: &str, tags: &[&str]) -> Option<u32> {
        let policy = tagwarden_sdk::load::<Alphabetical>(settings).unwrap();
        let tags = tags.iter().copied().collect();
        policy.select(&tags, &Context::default()).unwrap().chosen
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
