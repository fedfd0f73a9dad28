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
use tagwarden_plugin_heap as _;
use tagwarden_sdk::{About, Error, Filter, FilterContext, Filtered, Plugin, Tags};

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
    /// Patterns of tags that are dropped, whatever else they match: the exclusion
    /// list of an image repository.
    #[serde(default)]
    pub exclude: Vec<String>,
}

/// Filters by a pattern.
#[derive(Debug)]
pub struct RegexFilter {
    exclude: Vec<(String, Matcher)>,
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
        Self::parse(settings).map_err(|error| error.to_string())
    }
}

impl RegexFilter {
    fn parse(settings: Settings) -> Result<Self, PatternError> {
        let extract = settings.extract;
        let pattern = Pattern::parse(&settings.pattern)?;
        let template = (!extract.is_empty()).then(|| Template::parse(&extract, pattern.groups()));
        let groups = template.as_ref().map_or(0, Template::groups);
        let exclude = settings.exclude.into_iter().map(|excluded| {
            let matcher = Matcher::new(&Pattern::parse(&excluded)?, 0)?;
            Ok((excluded, matcher))
        });
        Ok(Self {
            exclude: exclude.collect::<Result<_, _>>()?,
            matcher: Matcher::new(&pattern, groups)?,
            template,
        })
    }
}

impl Filter for RegexFilter {
    fn apply(&self, tags: &Tags, context: &FilterContext) -> Result<Filtered, Error> {
        let exclude = self.exclude.iter();
        let mut exclude: Vec<_> = exclude.map(|(pattern, m)| (pattern, m.matches())).collect();
        let mut matches = self.matcher.matches();
        let mut filtered = match self.template {
            Some(_) => Filtered::by_key(),
            None => Filtered::by_tag(),
        };
        for (index, tag) in tags.iter() {
            if let Some(pattern) = excluding(&mut exclude, tag) {
                if context.explain {
                    filtered.reject(index, format!("matches the excluded pattern `{pattern}`"));
                }
            } else if matches.find(tag) {
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

/// The first pattern that excludes a tag.
fn excluding<'p>(exclude: &mut [(&'p String, Matches<'_>)], tag: &str) -> Option<&'p String> {
    let mut patterns = exclude.iter_mut();
    patterns.find_map(|(pattern, matches)| matches.find(tag).then_some(*pattern))
}

#[cfg(feature = "component")]
tagwarden_sdk::export_filter!(RegexFilter);

#[cfg(test)]
mod tests {
    use super::*;

    fn apply(pattern: &str, extract: &str, tags: &[&str]) -> Filtered {
        let settings = Settings {
            pattern: pattern.to_owned(),
            extract: extract.to_owned(),
            ..Settings::default()
        };
        explained(settings, tags)
    }

    fn explained(settings: Settings, tags: &[&str]) -> Filtered {
        let filter = RegexFilter::new(settings).unwrap();
        let context = FilterContext { explain: true, ..FilterContext::default() };
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
    fn drops_what_is_excluded_even_if_it_matches() {
        let settings = Settings {
            exclude: vec![r"\.sig$".to_owned(), "^sha256-".to_owned()],
            ..Settings::default()
        };
        let filtered = explained(settings, &["1.sig", "2", "sha256-3"]);
        assert_eq!(filtered.kept(), [1]);
        let reasons: Vec<_> = filtered.rejected().iter().map(|r| r.reason.as_str()).collect();
        let reason = |pattern| format!("matches the excluded pattern `{pattern}`");
        assert_eq!(reasons, [reason(r"\.sig$"), reason("^sha256-")]);
    }

    #[test]
    fn a_key_with_a_newline_is_an_error() {
        let settings =
            Settings { pattern: "a".to_owned(), extract: "$0\n".to_owned(), ..Settings::default() };
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
