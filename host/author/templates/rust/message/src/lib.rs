//! Writes a subject with a prefix, and a line a change.

use schemars::JsonSchema;
use serde::Deserialize;
use tagwarden_sdk::{About, Error, Input, Message, Plugin, about, export_message};

/// The settings, as a manifest gives them. Their JSON Schema is derived.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PluginName {
    /// What the subject starts with.
    prefix: String,
}

impl Plugin for PluginName {
    type Settings = Self;

    const ABOUT: About = about!();

    fn new(settings: Self) -> Result<Self, String> {
        Ok(settings)
    }
}

impl Message for PluginName {
    fn render(&self, input: &Input) -> Result<String, Error> {
        let count = input.changes.len();
        let values = if count == 1 { "value" } else { "values" };
        let mut text = format!("{}: update {count} {values}\n\n", self.prefix);
        for change in &input.changes {
            text += &format!("- {}: {} -> {}\n", change.file, change.old, change.new);
        }
        Ok(text)
    }
}

export_message!(PluginName);

#[cfg(test)]
mod tests {
    use super::*;
    use tagwarden_sdk::{Change, testing::rendered};

    #[test]
    fn writes_a_line_a_change() {
        let change = Change {
            file: "a.yaml".into(),
            old: "a:1".into(),
            new: "a:2".into(),
            ..Change::default()
        };
        let input = Input { changes: vec![change], ..Input::default() };
        let text = rendered::<PluginName>(r#"{"prefix": "chore"}"#, &input);
        assert_eq!(text, Ok("chore: update 1 value\n\n- a.yaml: a:1 -> a:2\n".to_owned()));
    }
}
