//! Keeps the tags of one variant, and has them compared without its suffix.

use schemars::JsonSchema;
use serde::Deserialize;
use tagwarden_sdk::{
    About, Error, Filter, FilterContext, Filtered, Plugin, Tags, about, export_filter,
};

/// The settings, as a manifest gives them. Their JSON Schema is derived.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PluginName {
    /// What a tag ends with; the rest of it is its key.
    suffix: String,
}

impl Plugin for PluginName {
    type Settings = Self;

    const ABOUT: About = about!();

    fn new(settings: Self) -> Result<Self, String> {
        Ok(settings)
    }
}

impl Filter for PluginName {
    fn apply(&self, tags: &Tags, context: &FilterContext) -> Result<Filtered, Error> {
        let suffix = &self.suffix;
        let mut filtered = Filtered::by_key();
        for (index, tag) in tags.iter() {
            match tag.strip_suffix(suffix) {
                Some(key) => filtered.keep(index, |keys| keys.push_str(key))?,
                None if context.explain => {
                    filtered.reject(index, format!("does not end with {suffix}"));
                }
                None => {}
            }
        }
        Ok(filtered)
    }
}

export_filter!(PluginName);

#[cfg(test)]
mod tests {
    use super::*;
    use tagwarden_sdk::testing::kept;

    #[test]
    fn keeps_the_variant_and_drops_its_suffix() {
        let tags = ["1.2.0", "1.2.0-alpine", "latest"];
        let kept = kept::<PluginName>(r#"{"suffix": "-alpine"}"#, &tags);
        assert_eq!(kept, Ok(vec![("1.2.0-alpine".to_owned(), "1.2.0".to_owned())]));
    }

    #[test]
    fn a_suffix_is_needed() {
        let refused = kept::<PluginName>("{}", &["latest"]).unwrap_err();
        assert!(refused.contains("suffix"), "{refused}");
    }
}
