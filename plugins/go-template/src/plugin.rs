//! The template as a plugin of the world `commit-message`.

use crate::{Automation, Change, DEFAULT_TEMPLATE, TemplateData, parse, render};
use schemars::JsonSchema;
use serde::Deserialize;
use tagwarden_plugin_heap as _;
use tagwarden_sdk::{About, Error, Input, Message, Plugin, export_message};

/// Settings of the plugin.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// The template, in the language of Go's `text/template`. Empty: a message
    /// that says no more than that images were updated.
    #[serde(default)]
    pub template: String,
}

/// Renders a template.
#[derive(Debug)]
pub struct GoTemplate {
    template: String,
}

impl Plugin for GoTemplate {
    type Settings = Settings;

    const ABOUT: About = About {
        name: "go-template",
        version: env!("CARGO_PKG_VERSION"),
        summary: "Renders a commit message from a Go text/template.",
    };

    fn new(settings: Settings) -> Result<Self, String> {
        let template = match settings.template.as_str() {
            "" => DEFAULT_TEMPLATE.to_owned(),
            _ => settings.template,
        };
        parse::parse(template.as_bytes()).map_err(|error| error.to_string())?;
        Ok(Self { template })
    }
}

impl Message for GoTemplate {
    fn render(&self, input: &Input) -> Result<String, Error> {
        let message = render(&self.template, &input.into());
        message.map_err(|error| Error::Other(error.to_string()))
    }
}

impl From<&Input> for TemplateData {
    fn from(input: &Input) -> Self {
        let values = input.values.iter().cloned().collect();
        Self {
            automation: Automation {
                namespace: input.automation.namespace.clone(),
                name: input.automation.name.clone(),
            },
            values: Some(values),
            changes: input.changes.iter().map(Into::into).collect(),
        }
    }
}

impl From<&tagwarden_sdk::Change> for Change {
    fn from(change: &tagwarden_sdk::Change) -> Self {
        Self {
            file: change.file.clone(),
            api_version: change.api_version.clone(),
            kind: change.kind.clone(),
            name: change.name.clone(),
            namespace: change.namespace.clone(),
            old: change.old.clone(),
            new: change.new.clone(),
            setter: change.setter.clone(),
            image: change.image.clone(),
        }
    }
}

export_message!(GoTemplate);

#[cfg(test)]
mod tests {
    use super::*;

    fn rendered(settings: &str) -> Result<String, Error> {
        let change = tagwarden_sdk::Change {
            file: "app.yaml".to_owned(),
            new: "1.2.4".to_owned(),
            ..tagwarden_sdk::Change::default()
        };
        let input = Input {
            values: vec![("cluster".to_owned(), "prod".to_owned())],
            changes: vec![change],
            ..Input::default()
        };
        tagwarden_sdk::load::<GoTemplate>(settings).unwrap().render(&input)
    }

    #[test]
    fn renders_the_input() {
        let settings = r#"{"template": "{{ .Values.cluster }}{{ range .Changed.Changes }} {{ .NewValue }}{{ end }}"}"#;
        assert_eq!(rendered(settings), Ok("prod 1.2.4".to_owned()));
        assert_eq!(rendered("{}"), Ok(DEFAULT_TEMPLATE.to_owned()));
    }

    #[test]
    fn a_template_that_does_not_parse_is_a_wrong_setting() {
        let refused = tagwarden_sdk::load::<GoTemplate>(r#"{"template": "{{ if }}"}"#);
        assert!(refused.is_err());
    }

    #[test]
    fn a_template_that_fails_gives_no_message() {
        assert!(rendered(r#"{"template": "{{ fail \"no\" }}"}"#).is_err());
    }
}
