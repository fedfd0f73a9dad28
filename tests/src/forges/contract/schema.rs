//! The part of JSON Schema that the descriptions use; unknown fields are wrong.

use std::collections::BTreeMap;

use serde_json::Value;

/// Schemas by the names that others refer to them by.
pub(super) type Schemas = BTreeMap<String, Value>;

/// Whether a value is what a schema says; if not, where and why.
pub(super) fn check(
    schemas: &Schemas,
    schema: &Value,
    value: &Value,
    at: &str,
) -> Result<(), String> {
    if let Some(name) = schema["$ref"].as_str() {
        let named = schemas.get(name).ok_or(format!("{at}: there is no schema {name}"))?;
        return check(schemas, named, value, at);
    }
    if value.is_null() && schema["nullable"] == true {
        return Ok(());
    }
    plain(schema, value, at)?;
    for required in schema["required"].as_array().into_iter().flatten() {
        if value.get(required.as_str().unwrap_or_default()).is_none() {
            return Err(format!("{at} lacks {required}"));
        }
    }
    // An object without properties is one that the description leaves open.
    let known = schema["properties"].as_object();
    for (key, member) in value.as_object().into_iter().flatten() {
        let Some(known) = known else { break };
        let schema = known.get(key).ok_or(format!("{at}.{key} is unknown"))?;
        check(schemas, schema, member, &format!("{at}.{key}"))?;
    }
    for item in value.as_array().into_iter().flatten() {
        check(schemas, &schema["items"], item, &format!("{at}[]"))?;
    }
    Ok(())
}

/// What holds of a value whatever is in it.
fn plain(schema: &Value, value: &Value, at: &str) -> Result<(), String> {
    let Some(kind) = schema["type"].as_str() else {
        return Ok(());
    };
    let fits = match kind {
        "string" => value.is_string(),
        "boolean" => value.is_boolean(),
        "integer" => value.is_u64(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        _ => false,
    };
    if !fits {
        return Err(format!("{at} is not of type {kind}: {value}"));
    }
    if let Some(choices) = schema["enum"].as_array()
        && !choices.contains(value)
    {
        return Err(format!("{at} is {value}, which is not one of {choices:?}"));
    }
    let length = value.as_str().map(|text| text.chars().count() as u64);
    match (length, schema["maxLength"].as_u64()) {
        (Some(length), Some(most)) if length > most => {
            Err(format!("{at} is too long (maximum is {most} characters)"))
        }
        _ => Ok(()),
    }
}

/// A parameter of the query, in the type that its schema says.
pub(super) fn parameter(schema: &Value, text: &str) -> Result<Value, String> {
    let value = match schema["type"].as_str() {
        Some("integer") => text.parse::<u64>().ok().map(Value::from),
        Some("boolean") => text.parse::<bool>().ok().map(Value::from),
        _ => Some(Value::from(text)),
    };
    let value = value.ok_or(format!("{text} is not a {}", schema["type"]))?;
    if let (Some(number), Some(most)) = (value.as_u64(), schema["maximum"].as_u64())
        && number > most
    {
        return Err(format!("{number} is over {most}"));
    }
    plain(schema, &value, "it").map(|()| value)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_does_not_keep_to_a_schema_is_told_where() {
        let schemas =
            Schemas::from([("name".to_owned(), json!({"type": "string", "maxLength": 3}))]);
        let schema = json!({"type": "object", "required": ["a"], "properties": {
            "a": {"$ref": "name"},
            "b": {"type": "array", "items": {"type": "integer", "nullable": true}},
        }});
        for (value, want) in [
            (json!({"a": "äöü", "b": [1, null]}), ""),
            (json!({"b": []}), "body lacks \"a\""),
            (json!({"a": 1}), "body.a is not of type string: 1"),
            (json!({"a": "long"}), "body.a is too long (maximum is 3 characters)"),
            (json!({"a": "", "c": 1}), "body.c is unknown"),
            (json!({"a": "", "b": [-1]}), "body.b[] is not of type integer: -1"),
        ] {
            let said = check(&schemas, &schema, &value, "body").err().unwrap_or_default();
            assert_eq!(said, want, "{value}");
        }
    }
}
