//! What a message is about: the automation and the changes it made.

pub(crate) mod image;
pub(crate) mod updated;

use crate::error::TemplateError;
use crate::text::Str;
use crate::value::Value;
use crate::value::list::{List, ListType};
use crate::value::map::{Key, Map, MapType, ObjectId};
use crate::value::structs::{self, CHANGE, RESULT, Struct, TEMPLATE_DATA};
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};

/// Everything a template can ask for.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Eq)]
pub struct TemplateData {
    /// The automation that made the changes.
    pub automation: Automation,
    /// The values that the automation gives its template.
    #[serde(default)]
    pub values: Option<BTreeMap<String, String>>,
    /// What was changed.
    #[serde(default)]
    pub changes: Vec<Change>,
}

/// The name of an automation.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Eq)]
pub struct Automation {
    /// Its namespace.
    pub namespace: String,
    /// Its name.
    pub name: String,
}

/// One changed scalar.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "camelCase")]
pub struct Change {
    /// The file, relative to the update's path.
    pub file: String,
    /// The object's `apiVersion`.
    #[serde(default)]
    pub api_version: String,
    /// The object's kind.
    #[serde(default)]
    pub kind: String,
    /// The object's name.
    #[serde(default)]
    pub name: String,
    /// The object's namespace.
    #[serde(default)]
    pub namespace: String,
    /// The scalar before.
    pub old: String,
    /// The scalar now.
    pub new: String,
    /// The marker: `namespace:policy`, `…:name`, `…:tag` or `…:digest`.
    pub setter: String,
    /// The whole reference that the policy selected, where it is known.
    #[serde(default)]
    pub image: Option<String>,
}

impl TemplateData {
    /// Reads the data from JSON: `{"automation": …, "values": …, "changes": […]}`.
    pub fn from_json(json: &str) -> Result<Self, TemplateError> {
        serde_json::from_str(json).map_err(|error| TemplateError::Data(error.to_string()))
    }

    /// The data as a template sees it. `.Updated` follows the fields that the
    /// type names, so that it is there to be asked for but is not printed.
    pub(crate) fn value(&self) -> Value {
        let Automation { namespace, name } = &self.automation;
        let values = match &self.values {
            None => Map::nil(MapType::Str),
            Some(values) => {
                let text = |text: &String| Str::from(text.as_str());
                let entry = |(key, value)| (Key::Str(text(key)), Value::Str(text(value)));
                Map::new(MapType::Str, values.iter().map(entry))
            }
        };
        let automation = structs::namespaced_name(namespace, name);
        let updated = updated::value(self);
        let fields = vec![automation, self.changed(), Value::Map(values), updated];
        Value::Struct(Struct::new(&TEMPLATE_DATA, fields))
    }

    fn changed(&self) -> Value {
        let files = if self.changes.is_empty() {
            Map::nil(MapType::FileChanges)
        } else {
            file_changes(&self.changes)
        };
        Value::Struct(Struct::new(&RESULT, vec![Value::Map(files), self.different_changes()]))
    }

    /// `.Changed.Changes`: each different change once. Flux gives them in
    /// random order; here they are in the order in which they were made.
    fn different_changes(&self) -> Value {
        let mut seen = BTreeSet::new();
        let mut changes = Vec::new();
        for change in &self.changes {
            if seen.insert((&change.old, &change.new, &change.setter)) {
                changes.push(change.value());
            }
        }
        if changes.is_empty() {
            return Value::List(List::nil(ListType::Changes));
        }
        Value::List(List::new(ListType::Changes, changes))
    }
}

impl Change {
    pub(crate) fn object(&self) -> ObjectId {
        ObjectId {
            api_version: Str::from(self.api_version.as_str()),
            kind: Str::from(self.kind.as_str()),
            name: Str::from(self.name.as_str()),
            namespace: Str::from(self.namespace.as_str()),
        }
    }

    fn value(&self) -> Value {
        let text = |text: &String| Value::str(text.as_str());
        let fields = vec![text(&self.old), text(&self.new), text(&self.setter)];
        Value::Struct(Struct::new(&CHANGE, fields))
    }
}

fn file_changes(changes: &[Change]) -> Map {
    let mut files: BTreeMap<Key, BTreeMap<Key, Vec<Value>>> = BTreeMap::new();
    for change in changes {
        let objects = files.entry(Key::Str(Str::from(change.file.as_str()))).or_default();
        objects.entry(Key::Object(change.object())).or_default().push(change.value());
    }
    let objects = |objects: BTreeMap<Key, Vec<Value>>| {
        let list = |(key, changes)| (key, Value::List(List::new(ListType::Changes, changes)));
        Value::Map(Map::new(MapType::ObjectChanges, objects.into_iter().map(list)))
    };
    Map::new(MapType::FileChanges, files.into_iter().map(|(file, inner)| (file, objects(inner))))
}

/// The entries of a struct's only field, when that is a map.
pub(crate) fn entries(value: &Value) -> Vec<(Key, Value)> {
    match value {
        Value::Struct(inner) => match inner.fields.first() {
            Some(Value::Map(map)) => map.entries(),
            _ => Vec::new(),
        },
        Value::Map(map) => map.entries(),
        _ => Vec::new(),
    }
}

fn items(value: &Value) -> Vec<Value> {
    match value {
        Value::List(list) => list.to_vec(),
        _ => Vec::new(),
    }
}

/// `.Changed.Objects`: the changes of each object, whichever file it is in.
pub(crate) fn all_objects(result: &Value) -> Value {
    let mut merged: BTreeMap<Key, Vec<Value>> = BTreeMap::new();
    for (_, objects) in entries(result) {
        for (key, changes) in entries(&objects) {
            merged.entry(key).or_default().extend(items(&changes));
        }
    }
    let list = |(key, changes)| (key, Value::List(List::new(ListType::Changes, changes)));
    Value::Map(Map::new(MapType::ObjectChanges, merged.into_iter().map(list)))
}
