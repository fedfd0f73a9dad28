//! Selects the greatest number, or the smallest.
//!
//! A policy of the world `tag-policy`. Every tag (or key) must be a number in a
//! form that Go's `strconv.ParseFloat` takes; one that is none fails the policy, as
//! in Flux, since leaving it out could select an older image.
//!
//! Invariant: numbers compare exactly, without rounding to 64-bit floats, in one
//! total order. `NaN` loses to every number in either order; of equal numbers
//! (`7`, `007`, `7.0`) the last candidate wins.

mod number;

pub use number::{Number, ParseError};

use schemars::JsonSchema;
use serde::Deserialize;
use std::cmp::Reverse;
use tagwarden_plugin_heap as _;
pub use tagwarden_sdk::Order;
use tagwarden_sdk::{About, Context, Error, Plugin, Policy, Selection, Tags, export_policy};

/// Settings of the policy.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// `asc` (the default) selects the greatest number, `desc` the smallest.
    #[serde(default)]
    pub order: Order,
}

/// Selects by number.
#[derive(Debug)]
pub struct Numerical {
    order: Order,
}

impl Plugin for Numerical {
    type Settings = Settings;

    const ABOUT: About = About {
        name: "numerical",
        version: env!("CARGO_PKG_VERSION"),
        summary: "Selects the greatest number, or the smallest.",
    };

    fn new(settings: Settings) -> Result<Self, String> {
        Ok(Self { order: settings.order })
    }
}

impl Policy for Numerical {
    fn select(&self, tags: &Tags, _context: &Context) -> Result<Selection, Error> {
        let chosen = match self.order {
            Order::Asc => last_greatest(tags, |number| number)?,
            // The outer option keeps NaN below the numbers, which are reversed.
            Order::Desc => {
                last_greatest(tags, |number| number.is_comparable().then_some(Reverse(number)))?
            }
        };
        Ok(Selection { chosen, ..Selection::default() })
    }
}

/// The index of the last candidate that no other exceeds.
fn last_greatest<'t, K: Ord>(
    tags: &'t Tags,
    key: impl Fn(Number<'t>) -> K,
) -> Result<Option<u32>, Error> {
    let mut best: Option<(K, u32)> = None;
    for (index, tag) in tags.iter() {
        let number = Number::parse(tag)
            .map_err(|error| Error::invalid_tag(index, format!("`{tag}` {error}")))?;
        let key = key(number);
        if best.as_ref().is_none_or(|(greatest, _)| key >= *greatest) {
            best = Some((key, index));
        }
    }
    Ok(best.map(|(_, index)| index))
}

export_policy!(Numerical);

#[cfg(test)]
mod tests {
    use super::*;

    fn select(order: Order, tags: &[&str]) -> Result<Option<u32>, Error> {
        let policy = Numerical::new(Settings { order }).unwrap();
        let tags = tags.iter().copied().collect();
        let selection = policy.select(&tags, &Context::default())?;
        Ok(selection.chosen)
    }

    #[test]
    fn long_timestamps_compare_exactly() {
        let tags = ["20260601448251567", "20260601448251568", "20260601448251566"];
        assert_eq!(select(Order::Asc, &tags), Ok(Some(1)));
        assert_eq!(select(Order::Desc, &tags), Ok(Some(2)));
    }

    #[test]
    fn the_last_of_equal_numbers_wins() {
        let tags = ["+7", "-0", "0", "007", "7", "7.0", "70e-1"];
        assert_eq!(select(Order::Asc, &tags), Ok(Some(6)));
        assert_eq!(select(Order::Desc, &tags), Ok(Some(2)));
    }

    #[test]
    fn nan_loses_in_either_order() {
        assert_eq!(select(Order::Asc, &["-inf", "nan"]), Ok(Some(0)));
        assert_eq!(select(Order::Desc, &["inf", "nan"]), Ok(Some(0)));
        assert_eq!(select(Order::Desc, &["NaN", "nan"]), Ok(Some(1)));
    }

    #[test]
    fn a_tag_that_is_no_number_fails_the_policy_by_name() {
        let error = select(Order::Asc, &["1", "latest", "2"]).unwrap_err();
        assert_eq!(error, Error::invalid_tag(1, "`latest` is not a number"));
        let error = select(Order::Asc, &["1e999999999"]).unwrap_err();
        let reason = "`1e999999999` is greater than any 64-bit float";
        assert_eq!(error, Error::invalid_tag(0, reason));
    }

    #[test]
    fn no_candidates_no_choice() {
        assert_eq!(select(Order::Asc, &[]), Ok(None));
    }
}
