//! What a message is to be about.

use std::collections::BTreeMap;

use serde::Deserialize;
use tagwarden_core::{change::Change, object::ObjectName};

use crate::question::Question;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Input {
    automation: Option<String>,
    #[serde(default)]
    values: BTreeMap<String, String>,
    #[serde(default)]
    changes: Vec<Changed>,
    /// What each policy selected, by `NAMESPACE/NAME`.
    #[serde(default)]
    images: BTreeMap<String, String>,
}

#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
struct Changed {
    file: String,
    api_version: String,
    kind: String,
    name: String,
    namespace: String,
    old: String,
    new: String,
    setter: String,
}

impl Input {
    pub(super) fn question(self) -> Question {
        let automation = self.automation.as_deref().and_then(|name| name.split_once('/'));
        let (namespace, name) = automation.unwrap_or(("flux-system", "apps"));
        Question::Message {
            automation: ObjectName::new(namespace, name),
            values: self.values,
            changes: self.changes.into_iter().map(Into::into).collect(),
            images: self.images,
        }
    }
}

impl From<Changed> for Change {
    fn from(changed: Changed) -> Self {
        let Changed { file, api_version, kind, name, namespace, old, new, setter } = changed;
        Self { file, api_version, kind, name, namespace, old, new, setter }
    }
}
