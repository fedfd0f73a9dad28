//! Defaults and choices.

use crate::func::{Call, Outcome, functions};
use crate::value::Value;

functions! { TABLE:
    "default"(Any; Any) => default;
    "empty"(Any) => |call| Ok(Value::Bool(call.arg(0).is_empty()));
    "coalesce"(; Any) => coalesce;
    "all"(; Any) => |call| Ok(Value::Bool(!call.args.iter().any(Value::is_empty)));
    "any"(; Any) => |call| Ok(Value::Bool(!call.args.iter().all(Value::is_empty)));
    "ternary"(Any, Any, Bool) => |call| Ok(call.arg(usize::from(!call.bool(2))).clone());
    "fail"(Str) => |call| Err(crate::text::lossy(call.text(0)));
}

fn default(call: &Call<'_>) -> Outcome {
    let given = call.args.get(1).filter(|given| !given.is_empty());
    Ok(given.unwrap_or(call.arg(0)).clone())
}

fn coalesce(call: &Call<'_>) -> Outcome {
    let found = call.args.iter().find(|value| !value.is_empty());
    Ok(found.cloned().unwrap_or(Value::Nil))
}
