//! Selects the greatest version within a range.

use schemars::JsonSchema;
use serde::Deserialize;
use tagwarden_sdk::{About, Context, Error, Plugin, Policy, Selection, Tags, export_policy};

/// Settings of the policy.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// The range of versions, e.g. `>=1.0.0 <2.0.0`.
    pub range: String,
}

/// Selects by version.
#[derive(Debug)]
pub struct Semver {
    range: semver::VersionReq,
}

impl Plugin for Semver {
    type Settings = Settings;

    const ABOUT: About = About {
        name: "semver",
        version: env!("CARGO_PKG_VERSION"),
        summary: "Selects the greatest version within a range.",
    };

    fn new(settings: Settings) -> Result<Self, String> {
        let range = settings.range.replace(' ', ",");
        let range = semver::VersionReq::parse(&range).map_err(|error| error.to_string())?;
        Ok(Self { range })
    }
}

impl Policy for Semver {
    fn select(&self, tags: &Tags, context: &Context) -> Result<Selection, Error> {
        Ok(Selection::greatest(tags, context, |tag| {
            let version = semver::Version::parse(tag.strip_prefix('v').unwrap_or(tag))
                .map_err(|_| "is not a version")?;
            self.range
                .matches(&version)
                .then_some(version)
                .ok_or("is outside of the range")
        }))
    }
}

export_policy!(Semver);
