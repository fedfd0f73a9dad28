//! `merge` and its relatives, which change their first dictionary.

use super::dicts::{insert, map};
use crate::func::{Call, Outcome, functions};
use crate::limits::Walk;
use crate::value::Value;
use crate::value::map::{Map, MapType};

functions! { TABLE:
    "merge"(Dict; Dict) => |call| all(call, false);
    "mustMerge"(Dict; Dict) => |call| all(call, false);
    "mergeOverwrite"(Dict; Dict) => |call| all(call, true);
    "mustMergeOverwrite"(Dict; Dict) => |call| all(call, true);
}

fn all(call: &Call<'_>, overwrite: bool) -> Outcome {
    let into = map(call, 0)?;
    for index in 1..call.args.len() {
        let from = map(call, index)?;
        if into.is_nil() && !from.is_nil() {
            // The nil first argument is a copy: a new map takes its place.
            let fresh = Map::new(into.ty, []);
            merge(call, &fresh, from, overwrite, call.budget.walk())?;
            let mut args = call.args.to_vec();
            args[0] = Value::Map(fresh);
            return all(&Call { args: &args, budget: call.budget }, overwrite);
        }
        merge(call, into, from, overwrite, call.budget.walk())?;
    }
    Ok(call.arg(0).clone())
}

fn merge(
    call: &Call<'_>,
    into: &Map,
    from: &Map,
    overwrite: bool,
    walk: Walk<'_>,
) -> Result<(), String> {
    let walk = walk.deeper()?;
    if into.same(from) {
        return Ok(());
    }
    for (key, new) in from.entries() {
        let old = into.get_key(&key);
        match (&old, &new) {
            (_, Value::Nil) => {
                if overwrite && into.ty == MapType::Any {
                    insert(call, into, key, new)?;
                }
                continue;
            }
            (Some(Value::Map(old)), Value::Map(new)) => {
                merge(call, old, new, overwrite, walk)?;
                if old.len() > 0 {
                    continue;
                }
            }
            _ => {}
        }
        // An empty value counts as absent.
        if overwrite || old.is_none_or(|old| is_blank(&old)) {
            if into.ty != MapType::Any && into.ty != from.ty {
                return Err(format!(
                    "a value of {} does not fit {}",
                    from.ty.name(),
                    into.ty.name()
                ));
            }
            insert(call, into, key, new)?;
        }
    }
    Ok(())
}

fn is_blank(value: &Value) -> bool {
    match value {
        Value::Struct(_) | Value::Pointer(_) | Value::Time(_) => false,
        other => other.is_empty(),
    }
}
