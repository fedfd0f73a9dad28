//! Types and kinds.

use super::semver::version::Version;
use crate::func::{Call, Outcome, functions};
use crate::limits::Walk;
use crate::value::Value;
use crate::value::list::List;
use crate::value::map::Map;
use crate::value::structs::{Struct, VERSION};
use crate::value::truth::deep_equal;
use std::rc::Rc;

functions! { TABLE:
    "typeOf"(Any) => |call| call.give(type_of(call.arg(0)));
    "typeIs"(Str, Any) => |call| {
        Ok(Value::Bool(call.text(0) == type_of(call.arg(1)).as_bytes()))
    };
    "typeIsLike"(Str, Any) => type_is_like;
    "kindOf"(Any) => |call| call.give(call.arg(0).kind_name());
    "kindIs"(Str, Any) => |call| {
        Ok(Value::Bool(call.text(0) == call.arg(1).kind_name().as_bytes()))
    };
    "deepEqual"(Any, Any) => |call| {
        Ok(Value::Bool(deep_equal(call.arg(0), call.arg(1), call.budget.walk())?))
    };
    "deepCopy"(Any) => deep_copy;
    "mustDeepCopy"(Any) => deep_copy;
}

fn type_of(value: &Value) -> String {
    match value {
        Value::Nil | Value::Invalid => "<nil>".to_owned(),
        other => other.type_name(),
    }
}

fn type_is_like(call: &Call<'_>) -> Outcome {
    let ty = type_of(call.arg(1));
    let target = call.text(0);
    let pointer = ty.strip_prefix('*').is_some_and(|ty| ty.as_bytes() == target);
    Ok(Value::Bool(pointer || target == ty.as_bytes()))
}

fn deep_copy(call: &Call<'_>) -> Outcome {
    if call.arg(0).is_nothing() {
        return Err("reflect: call of reflect.Value.Type on zero Value".to_owned());
    }
    copy(call.arg(0), call.budget.walk())
}

/// A version's fields are private in Go: its copy is version zero.
fn copy_struct(value: &Struct) -> Rc<Struct> {
    if value.is(&VERSION) {
        return Struct::new(&VERSION, Version::zero().fields());
    }
    Rc::new(value.clone())
}

fn copy(value: &Value, walk: Walk<'_>) -> Outcome {
    let walk = walk.deeper()?;
    Ok(match value {
        Value::List(list) if !list.is_nil() => {
            walk.bytes(list.len() * size_of::<Value>())?;
            let items: Result<Vec<_>, _> =
                list.to_vec().iter().map(|item| copy(item, walk)).collect();
            Value::List(List::new(list.ty, items?))
        }
        Value::List(list) => Value::List(List::nil(list.ty)),
        Value::Map(map) if !map.is_nil() => {
            let mut entries = Vec::new();
            for (key, value) in map.entries() {
                walk.bytes(size_of::<Value>())?;
                entries.push((key, copy(&value, walk)?));
            }
            Value::Map(Map::new(map.ty, entries))
        }
        Value::Struct(inner) => Value::Struct(copy_struct(inner)),
        Value::Pointer(inner) => Value::Pointer(copy_struct(inner)),
        other => other.clone(),
    })
}
