//! Keeps the tags that match an RE2 pattern, and extracts their keys.
//!
//! A filter of the world `tag-filter`: patterns are written in the syntax of Go's
//! package `regexp`, keys in that of its `Expand`, as Flux's users know them. The
//! pattern is parsed here and matched by the automata of the crate
//! `regex-automata`, in time linear in the tags.
//!
//! Invariant: what Go refuses is refused, what it takes means the same.

mod matcher;
mod pattern;
mod template;

pub use matcher::{Matcher, Matches};
pub use pattern::{Pattern, PatternError};
pub use template::Template;

use schemars::JsonSchema;
use serde::Deserialize;
use tagwarden_sdk::{About, Error, Filter, FilterContext, Filtered, Plugin, Tags, export_filter};

/// Settings of the filter.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// The pattern a tag must match somewhere, in the syntax of Go's package
    /// `regexp`. Empty: every tag matches.
    #[serde(default)]
    pub pattern: String,
    /// The key of a matching tag, e.g. `$timestamp`. Empty: the tag itself.
    #[serde(default)]
    pub extract: String,
    /// Patterns of tags that are dropped whatever else matches: the host applies
    /// the exclusion list of an image repository this way.
    #[serde(default)]
    pub exclude: Vec<String>,
}

/// Filters by a pattern.
#[derive(Debug)]
pub struct RegexFilter {
    matcher: Matcher,
    /// None: each tag is its own key.
    template: Option<Template>,
}

impl Plugin for RegexFilter {
    type Settings = Settings;

    const ABOUT: About = About {
        name: "regex-filter",
        version: env!("CARGO_PKG_VERSION"),
        summary: "Keeps the tags that match an RE2 pattern, and extracts their keys.",
    };

    fn new(settings: Settings) -> Result<Self, String> {
        let Settings { pattern, extract } = settings;
        let parsed = Pattern::parse(&pattern).map_err(|error| error.to_string())?;
        let template = (!extract.is_empty()).then(|| Template::parse(&extract, parsed.groups()));
        let groups = template.as_ref().map_or(0, Template::groups);
        let matcher = Matcher::new(&parsed, groups).map_err(|error| error.to_string())?;
        Ok(Self { matcher, template })
    }
}

impl Filter for RegexFilter {
    fn apply(&self, tags: &Tags, context: &FilterContext) -> Result<Filtered, Error> {
        let mut matches = self.matcher.matches();
        let mut filtered = match self.template {
            Some(_) => Filtered::by_key(),
            None => Filtered::by_tag(),
        };
        for (index, tag) in tags.iter() {
            if matches.find(tag) {
                filtered.keep(index, |key| {
                    if let Some(template) = &self.template {
                        template.expand(|group| matches.group(tag, group), key);
                    }
                })?;
            } else if context.explain {
                filtered.reject(index, "does not match the pattern");
            }
        }
        Ok(filtered)
    }
}

export_filter!(RegexFilter);

#[cfg(test)]
mod tests {
    use super::*;

    fn apply(pattern: &str, extract: &str, tags: &[&str]) -> Filtered {
        let settings = Settings {
            pattern: pattern.to_owned(),
            extract: extract.to_owned(),
        };
        let filter = RegexFilter::new(settings).unwrap();
        let context = FilterContext {
            explain: true,
            ..FilterContext::default()
        };
        filter.apply(&tags.iter().copied().collect(), &context).unwrap()
    }

    #[test]
    fn keeps_what_matches_and_extracts_keys() {
        let tags = ["2026.06.01-af3", "2026.06.02-0c1", "latest"];
        let filtered = apply(r"^(?P<ts>[0-9.]+)-[a-f0-9]+$", "$ts", &tags);
        assert_eq!(filtered.kept(), [0, 1]);
        assert_eq!(filtered.keys().unwrap(), ["2026.06.01", "2026.06.02"]);
        assert_eq!(filtered.rejected()[0].index, 2);
        assert_eq!(filtered.rejected()[0].reason, "does not match the pattern");
    }

    #[test]
    fn a_pattern_alone_leaves_tags_as_keys() {
        let filtered = apply("^v", "", &["1", "v1"]);
        assert_eq!((filtered.kept(), filtered.keys()), (&[1][..], None));
    }

    #[test]
    fn an_extract_alone_gives_every_tag_a_key() {
        let filtered = apply("", "${0}x$1", &["a", "b"]);
        assert_eq!(filtered.keys().unwrap(), ["x", "x"]);
    }

    #[test]
    fn a_key_with_a_newline_is_an_error() {
        let settings = Settings {
            pattern: "a".to_owned(),
            extract: "$0\n".to_owned(),
        };
        let filter = RegexFilter::new(settings).unwrap();
        let answer = filter.apply(&Tags::from_iter(["a"]), &FilterContext::default());
        assert_eq!(answer, Err(Error::invalid_tag(0, "its key has a newline")));
    }

    #[test]
    fn says_what_is_wrong_with_a_pattern() {
        let refused = tagwarden_sdk::load::<RegexFilter>(r#"{"pattern": "^(?=v)"}"#).unwrap_err();
        assert_eq!(
            refused,
            "pattern `^(?=v)`: `(?=` is not supported: RE2 has no lookaround and no such groups"
        );
    }
}
