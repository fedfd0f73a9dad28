//! Chooses the greatest build number behind a prefix.

use schemars::JsonSchema;
use serde::Deserialize;
use tagwarden_sdk::{
    About, Context, Error, Plugin, Policy, Selection, Tags, about, export_policy,
};

/// The settings, as a manifest gives them. Their JSON Schema is derived.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PluginName {
    /// What a tag starts with; the rest of it is its number.
    prefix: String,
}

impl Plugin for PluginName {
    type Settings = Self;

    const ABOUT: About = about!();

    fn new(settings: Self) -> Result<Self, String> {
        Ok(settings)
    }
}

impl Policy for PluginName {
    fn select(&self, tags: &Tags, context: &Context) -> Result<Selection, Error> {
        Ok(Selection::greatest(tags, context, |tag| self.number(tag)))
    }
}

impl PluginName {
    /// A tag's number, or why it has none.
    fn number(&self, tag: &str) -> Result<u64, String> {
        let prefix = &self.prefix;
        let rest =
            tag.strip_prefix(prefix).ok_or_else(|| format!("does not start with {prefix}"))?;
        let is_number = rest.bytes().all(|byte| byte.is_ascii_digit());
        let number = rest.parse().ok().filter(|_| is_number);
        number.ok_or_else(|| format!("has no number after {prefix}"))
    }
}

export_policy!(PluginName);

#[cfg(test)]
mod tests {
    use super::*;
    use tagwarden_sdk::testing::chosen;

    const SETTINGS: &str = r#"{"prefix": "build-"}"#;

    #[test]
    fn the_greatest_number_wins() {
        let tags = ["build-9", "build-10", "latest"];
        assert_eq!(chosen::<PluginName>(SETTINGS, &tags), Ok(Some("build-10")));
        assert_eq!(chosen::<PluginName>(SETTINGS, &["latest"]), Ok(None));
    }

    #[test]
    fn a_prefix_is_needed() {
        let refused = chosen::<PluginName>("{}", &["build-1"]).unwrap_err();
        assert!(refused.contains("prefix"), "{refused}");
    }
}
