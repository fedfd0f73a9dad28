//! From trees to JSON, for the settings of plugins.

use std::collections::BTreeMap;

use serde_json::{Map, Value as Json};

use super::{Node, Value};

impl Node {
    /// This value as JSON with sorted keys, so that equal settings are equal
    /// texts; the node that JSON cannot express otherwise.
    pub(crate) fn to_json(&self) -> Result<Json, &Node> {
        match &self.value {
            Value::Null => Ok(Json::Null),
            Value::Bool(value) => Ok(Json::Bool(*value)),
            Value::Number(value) => Ok(Json::Number(value.clone())),
            Value::NotFinite => Err(self),
            Value::Text(text) => Ok(Json::String(text.clone())),
            Value::List(items) => items.iter().map(Self::to_json).collect(),
            Value::Map(entries) => {
                // Sorted here: another crate's feature can make serde_json keep the order.
                let sorted: BTreeMap<_, _> = entries.iter().map(|e| (&e.key, &e.value)).collect();
                let pairs =
                    sorted.into_iter().map(|(key, value)| Ok((key.clone(), value.to_json()?)));
                Ok(Json::Object(pairs.collect::<Result<Map<_, _>, _>>()?))
            }
        }
    }
}
