//! From trees to JSON, for the settings of plugins.

use serde_json::{Map, Number, Value as Json};

use super::{Node, Value};

impl Node {
    /// This value as JSON with sorted keys, so that equal settings are equal
    /// texts; the node that JSON cannot express otherwise.
    pub(crate) fn to_json(&self) -> Result<Json, &Node> {
        match &self.value {
            Value::Null => Ok(Json::Null),
            Value::Bool(value) => Ok(Json::Bool(*value)),
            Value::Integer(value) => integer(*value).ok_or(self),
            Value::Float(value) => Number::from_f64(*value).map(Json::Number).ok_or(self),
            Value::Text(text) => Ok(Json::String(text.clone())),
            Value::List(items) => items.iter().map(Self::to_json).collect(),
            Value::Map(entries) => {
                let pairs = entries
                    .iter()
                    .map(|e| Ok((e.key.clone(), e.value.to_json()?)));
                Ok(Json::Object(pairs.collect::<Result<Map<_, _>, _>>()?))
            }
        }
    }
}

fn integer(value: i128) -> Option<Json> {
    let signed = i64::try_from(value).map(Json::from);
    signed
        .or_else(|_| u64::try_from(value).map(Json::from))
        .ok()
}
