//! `index`.

use crate::func::{Call, Outcome};
use crate::value::list::List;
use crate::value::map::{Key, Map};
use crate::value::structs;
use crate::value::{UintType, Value};

pub(super) fn index(call: &Call<'_>) -> Outcome {
    let Some((first, indexes)) = call.args.split_first() else { return Ok(Value::Invalid) };
    if first.is_nothing() {
        return Err("index of untyped nil".to_owned());
    }
    let mut item = first.clone();
    for index in indexes {
        item = match &item {
            Value::Nil | Value::Invalid => return Err("index of nil pointer".to_owned()),
            Value::Str(text) => {
                let at = position(index, text.len())?;
                let byte = text.get(at).ok_or_else(|| out_of_range(at as i64))?;
                Value::Uint(UintType::Uint8, u64::from(*byte))
            }
            Value::List(list) => element(list, index)?,
            Value::Map(map) => entry(map, index)?,
            other => return Err(format!("can't index item of type {}", other.pointee_name())),
        };
    }
    Ok(item)
}

fn out_of_range(at: i64) -> String {
    format!("index out of range: {at}")
}

fn position(index: &Value, length: usize) -> Result<usize, String> {
    let at = match index {
        Value::Int(_, at) => *at,
        Value::Uint(_, at) => *at as i64,
        Value::Invalid | Value::Nil => return Err("cannot index slice/array with nil".to_owned()),
        other => {
            return Err(format!("cannot index slice/array with type {}", other.type_name()));
        }
    };
    match usize::try_from(at) {
        Ok(place) if place <= length => Ok(place),
        _ => Err(out_of_range(at)),
    }
}

fn element(list: &List, index: &Value) -> Result<Value, String> {
    let at = position(index, list.len())?;
    // Go lets the length itself through here and then trips over it.
    list.get(at).ok_or_else(|| "reflect: slice index out of range".to_owned())
}

fn entry(map: &Map, index: &Value) -> Result<Value, String> {
    let key = match index {
        Value::Str(text) if map.ty.has_string_keys() => Key::Str(text.clone()),
        Value::Struct(value) if !map.ty.has_string_keys() => {
            let id = structs::object_id(value).ok_or_else(|| wrong_key(map, index))?;
            Key::Object(id)
        }
        Value::Invalid | Value::Nil => {
            return Err(format!("value is nil; should be of type {}", key_type(map)));
        }
        _ => return Err(wrong_key(map, index)),
    };
    Ok(map.get_key(&key).unwrap_or_else(|| map.ty.zero()))
}

fn wrong_key(map: &Map, index: &Value) -> String {
    format!("value has type {}; should be {}", index.type_name(), key_type(map))
}

fn key_type(map: &Map) -> &'static str {
    if map.ty.has_string_keys() { "string" } else { "update.ObjectIdentifier" }
}
