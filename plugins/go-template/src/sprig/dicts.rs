//! Dictionaries: shared, so that `set` is seen by all who hold one.

use super::cast;
use super::lists::NIL_POINTER;
use crate::func::{Call, Outcome, functions};
use crate::text::Str;
use crate::value::Value;
use crate::value::map::{Key, Map};
use crate::value::truth::holds;

functions! { TABLE:
    "dict"(; Any) => dict;
    "get"(Dict, Str) => |call| Ok(map(call, 0)?.get(call.text(1)).unwrap_or(Value::str("")));
    "set"(Dict, Str, Any) => set;
    "unset"(Dict, Str) => |call| {
        map(call, 0)?.remove(call.text(1));
        Ok(call.arg(0).clone())
    };
    "hasKey"(Dict, Str) => |call| Ok(Value::Bool(map(call, 0)?.get(call.text(1)).is_some()));
    "pluck"(Str; Dict) => pluck;
    "keys"(; Dict) => keys;
    "values"(Dict) => |call| {
        call.give_list(map(call, 0)?.entries().into_iter().map(|(_, value)| value).collect())
    };
    "pick"(Dict; Str) => |call| filtered(call, true);
    "omit"(Dict; Str) => |call| filtered(call, false);
    "dig"(; Any) => dig;
}

/// A dictionary argument.
pub(super) fn map<'c>(call: &'c Call<'_>, index: usize) -> Result<&'c Map, String> {
    match call.args.get(index) {
        Some(Value::Map(map)) => Ok(map),
        _ => Err(NIL_POINTER.to_owned()),
    }
}

/// Puts a value into a map, unless the map would then hold itself.
pub(super) fn insert(call: &Call<'_>, map: &Map, key: Key, value: Value) -> Result<(), String> {
    if holds(&value, map, call.budget.walk())? {
        return Err("a dictionary cannot be put into itself".to_owned());
    }
    call.budget.bytes(size_of::<(Key, Value)>())?;
    if !map.set(key, value) {
        return Err("assignment to entry in nil map".to_owned());
    }
    Ok(())
}

fn dict(call: &Call<'_>) -> Outcome {
    call.budget.items(call.args.len())?;
    let mut entries = Vec::new();
    for pair in call.args.chunks(2) {
        let key = cast::text(&pair[0], call)?;
        entries.push((key, pair.get(1).cloned().unwrap_or(Value::str(""))));
    }
    Ok(Map::any(entries))
}

fn set(call: &Call<'_>) -> Outcome {
    let key = Key::Str(Str::from(call.text(1)));
    insert(call, map(call, 0)?, key, call.arg(2).clone())?;
    Ok(call.arg(0).clone())
}

fn pluck(call: &Call<'_>) -> Outcome {
    let mut found = Vec::new();
    for index in 1..call.args.len() {
        found.extend(map(call, index)?.get(call.text(0)));
    }
    call.give_list(found)
}

fn keys(call: &Call<'_>) -> Outcome {
    let mut keys = Vec::new();
    for index in 0..call.args.len() {
        for (key, _) in map(call, index)?.entries() {
            if let Key::Str(key) = key {
                keys.push(key);
            }
        }
    }
    call.give_strings(keys)
}

fn filtered(call: &Call<'_>, keep_named: bool) -> Outcome {
    let named = |key: &Key| {
        let matches = |index| matches!(key, Key::Str(key) if **key == *call.text(index));
        (1..call.args.len()).any(matches)
    };
    let map = map(call, 0)?;
    let mut entries = map.entries();
    entries.retain(|(key, _)| named(key) == keep_named);
    call.budget.items(entries.len())?;
    Ok(Value::Map(Map::new(crate::value::map::MapType::Any, entries)))
}

fn dig(call: &Call<'_>) -> Outcome {
    let [path @ .., default, dict] = call.args else {
        return Err("dig needs at least three arguments".to_owned());
    };
    if path.is_empty() {
        return Err("dig needs at least three arguments".to_owned());
    }
    let mut found = dict.clone();
    as_dict(&found)?;
    for key in path {
        let Value::Str(_) = key else {
            return Err(format!(
                "interface conversion: interface {{}} is {}, not string",
                named(key)
            ));
        };
    }
    for key in path {
        let map = as_dict(&found)?;
        let Value::Str(key) = key else { continue };
        match map.get(key) {
            Some(value) => found = value,
            None => return Ok(default.clone()),
        }
    }
    Ok(found)
}

fn named(value: &Value) -> String {
    if value.is_nothing() { "nil".to_owned() } else { value.type_name() }
}

fn as_dict(value: &Value) -> Result<Map, String> {
    match value {
        Value::Map(map) if map.ty == crate::value::map::MapType::Any => Ok(map.clone()),
        other => Err(format!(
            "interface conversion: interface {{}} is {}, not map[string]interface {{}}",
            named(other)
        )),
    }
}
