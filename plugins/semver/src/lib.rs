//! Selects the greatest version within a range.
//!
//! A policy of the world `tag-policy`: settings hold a range in the dialect that
//! Flux's users know (Go's Masterminds/semver), tags are versions as Flux reads
//! them. The range is parsed once; each tag is then read without allocation, short
//! ones all at once, the others in one pass over their bytes.
//!
//! Invariant: versions are in one total order; of equal versions (`v1.2.3` and
//! `1.2.3`, or `+build`) the last candidate wins. The crate `semver` does not fit
//! here: it refuses leading zeros and missing numbers, owns what it parses, and
//! ranks prerelease numbers beyond 64 bits unlike the reference.

mod range;
mod version;

pub use range::{ConstraintError, Range, Refusal};
pub use version::Version;

use schemars::JsonSchema;
use serde::Deserialize;
use std::fmt;
use tagwarden_plugin_heap as _;
use tagwarden_sdk::{About, Context, Error, Plugin, Policy, Selection, Tags};

/// Settings of the policy.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// The range of versions, e.g. `>=1.0.0 <2.0.0`, `1.2.x` or `^1.2 || ~3.4`.
    pub range: String,
}

/// Selects by version.
#[derive(Debug)]
pub struct Semver {
    range: Range,
}

impl Plugin for Semver {
    type Settings = Settings;

    const ABOUT: About = About {
        name: "semver",
        version: env!("CARGO_PKG_VERSION"),
        summary: "Selects the greatest version within a range.",
    };

    fn new(settings: Settings) -> Result<Self, String> {
        let range = Range::parse(&settings.range).map_err(|error| error.to_string())?;
        Ok(Self { range })
    }
}

impl Policy for Semver {
    fn select(&self, tags: &Tags, context: &Context) -> Result<Selection, Error> {
        Ok(Selection::greatest(tags, context, |tag| {
            let version = Version::parse(tag).ok_or(Rejected::NotAVersion)?;
            let checked = self.range.check(version);
            checked.map(|()| version).map_err(Rejected::Refused)
        }))
    }
}

#[cfg(feature = "component")]
tagwarden_sdk::export_policy!(Semver);

/// Why a tag cannot be chosen.
enum Rejected {
    NotAVersion,
    Refused(Refusal),
}

impl fmt::Display for Rejected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NotAVersion => "is not a version",
            Self::Refused(Refusal::Prerelease) => "is a prerelease, and the range names none",
            Self::Refused(Refusal::Outside) => "is outside of the range",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn select(range: &str, tags: &[&str], explain: bool) -> Selection {
        let settings = serde_json::json!({ "range": range }).to_string();
        let policy = tagwarden_sdk::load::<Semver>(&settings).unwrap();
        let context = Context { explain, ..Context::default() };
        let tags = tags.iter().copied().collect();
        policy.select(&tags, &context).unwrap()
    }

    #[test]
    fn selects_the_greatest_version_in_the_range() {
        let tags = ["1.10.0", "1.9.0", "2.0.0", "latest"];
        assert_eq!(select("1.x", &tags, false).chosen, Some(0));
        assert_eq!(select("3.x", &tags, false).chosen, None);
    }

    #[test]
    fn the_last_of_equal_versions_wins() {
        let tags = ["1.2.3", "1.2.3+a", "1.2.3+b", "v1.2.3"];
        assert_eq!(select("*", &tags, false).chosen, Some(3));
        assert_eq!(select("*", &tags[..3], false).chosen, Some(2));
    }

    #[test]
    fn says_why_a_tag_cannot_be_chosen() {
        let tags = ["1.2.3", "1.3.0-rc.1", "2.0.0", "latest"];
        let rejected = select("1.x", &tags, true).rejected;
        let reasons: Vec<_> = rejected.iter().map(|r| (r.index, r.reason.as_str())).collect();
        assert_eq!(
            reasons,
            [
                (1, "is a prerelease, and the range names none"),
                (2, "is outside of the range"),
                (3, "is not a version"),
            ]
        );
    }

    #[test]
    fn says_what_is_wrong_with_a_range() {
        let refused = tagwarden_sdk::load::<Semver>(r#"{"range": ">= 1.2.3.4"}"#).unwrap_err();
        assert_eq!(
            refused,
            "range `>= 1.2.3.4`: `>= 1.2.3.4` is not a constraint; \
             write for example `>=1.0.0 <2.0.0`"
        );
    }
}
