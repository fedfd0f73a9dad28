//! Calls of plugins: Tagwarden's extension of Flux's fields.

use std::collections::BTreeMap;

use serde_json::Value as Json;
use tagwarden_core::spec::PluginCall;

use super::metadata;
use crate::fields::Field;

/// `{name, settings}`; the settings are any YAML, handed over as JSON.
pub(crate) fn call(field: &Field<'_>) -> Option<PluginCall> {
    field.record(|fields| {
        let name = fields.required("name").and_then(|f| metadata::name(&f));
        let settings = fields.optional("settings").and_then(|f| json(&f));
        Some(PluginCall::new(name?, settings.unwrap_or_else(|| "{}".to_owned())))
    })
}

fn json(field: &Field<'_>) -> Option<String> {
    match field.node().to_json() {
        Ok(json) => Some(json.to_string()),
        Err(_) => {
            field.invalid("holds a number that JSON cannot express", Some("put it in quotes"));
            None
        }
    }
}

/// A call of a first-party plugin whose settings are texts.
pub(crate) fn builtin(plugin: &str, settings: &[(&str, String)]) -> PluginCall {
    let sorted: BTreeMap<_, _> = settings.iter().map(|(key, text)| (*key, text.as_str())).collect();
    let object = sorted.into_iter().map(|(key, text)| (key.to_owned(), Json::from(text)));
    PluginCall::new(plugin, Json::Object(object.collect()).to_string())
}
