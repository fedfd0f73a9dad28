//! Keeps the tags that match an RE2 pattern, and extracts their keys.

use regex::Regex;
use schemars::JsonSchema;
use serde::Deserialize;
use tagwarden_sdk::{About, Error, Filter, FilterContext, Filtered, Plugin, Tags, export_filter};

/// Settings of the filter.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// The pattern a tag must match, in Go's RE2 syntax.
    #[serde(default)]
    pub pattern: String,
    /// The key of a matching tag, e.g. `$timestamp`; empty: the tag itself.
    #[serde(default)]
    pub extract: String,
}

/// Filters by a pattern.
#[derive(Debug)]
pub struct RegexFilter {
    pattern: Regex,
    extract: String,
}

impl Plugin for RegexFilter {
    type Settings = Settings;

    const ABOUT: About = About {
        name: "regex-filter",
        version: env!("CARGO_PKG_VERSION"),
        summary: "Keeps the tags that match an RE2 pattern, and extracts their keys.",
    };

    fn new(settings: Settings) -> Result<Self, String> {
        Ok(Self {
            pattern: Regex::new(&settings.pattern).map_err(|error| error.to_string())?,
            extract: settings.extract,
        })
    }
}

impl Filter for RegexFilter {
    fn apply(&self, tags: &Tags, context: &FilterContext) -> Result<Filtered, Error> {
        let mut filtered = if self.extract.is_empty() {
            Filtered::by_tag()
        } else {
            Filtered::by_key()
        };
        for (index, tag) in tags.iter() {
            match self.pattern.captures(tag) {
                Some(groups) => {
                    filtered.keep(index, |key| groups.expand(&self.extract, key))?;
                }
                None if context.explain => filtered.reject(index, "does not match the pattern"),
                None => {}
            }
        }
        Ok(filtered)
    }
}

export_filter!(RegexFilter);
