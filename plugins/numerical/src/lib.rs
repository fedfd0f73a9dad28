//! Selects the greatest number, or the smallest.

use schemars::JsonSchema;
use serde::Deserialize;
use tagwarden_sdk::{About, Context, Error, Plugin, Policy, Selection, Tags, export_policy};

/// Which end of the numbers wins.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Order {
    /// Numbers ascend, and the last one wins.
    #[default]
    Asc,
    /// Numbers descend, and the last one wins: the smallest.
    Desc,
}

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
        Ok(Self {
            order: settings.order,
        })
    }
}

impl Policy for Numerical {
    fn select(&self, tags: &Tags, _context: &Context) -> Result<Selection, Error> {
        let mut best: Option<(f64, u32)> = None;
        for (index, tag) in tags.iter() {
            let Ok(number) = tag.parse::<f64>() else {
                return Err(Error::invalid_tag(index, "is not a number"));
            };
            let number = match self.order {
                Order::Asc => number,
                Order::Desc => -number,
            };
            if best.is_none_or(|(top, _)| number >= top) {
                best = Some((number, index));
            }
        }
        Ok(Selection {
            chosen: best.map(|(_, index)| index),
            ..Selection::default()
        })
    }
}

export_policy!(Numerical);
