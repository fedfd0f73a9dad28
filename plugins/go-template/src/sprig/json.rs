//! JSON, read and written as Go's `encoding/json` does.

mod read;
mod write;

use crate::func::{Call, Outcome, functions};
use crate::value::Value;
use write::Style;

functions! { TABLE:
    "fromJson"(Str) => |call| from(call).or_else(|problem| lenient(problem, Value::Nil));
    "mustFromJson"(Str) => |call| from(call).map_err(Problem::into_text);
    "toJson"(Any) => |call| to(call, Style::COMPACT).or_else(|p| lenient(p, Value::str("")));
    "mustToJson"(Any) => |call| to(call, Style::COMPACT).map_err(Problem::into_text);
    "toPrettyJson"(Any) => |call| to(call, Style::PRETTY).or_else(|p| lenient(p, Value::str("")));
    "mustToPrettyJson"(Any) => |call| to(call, Style::PRETTY).map_err(Problem::into_text);
    "toRawJson"(Any) => |call| to(call, Style::RAW).map_err(Problem::into_text);
    "mustToRawJson"(Any) => |call| to(call, Style::RAW).map_err(Problem::into_text);
}

/// What stopped a conversion.
enum Problem {
    /// The value or text is at fault.
    Json(String),
    /// It is too much.
    Limit(String),
}

impl From<String> for Problem {
    fn from(limit: String) -> Self {
        Self::Limit(limit)
    }
}

impl Problem {
    fn into_text(self) -> String {
        match self {
            Self::Json(text) | Self::Limit(text) => text,
        }
    }
}

/// The functions without `must` give an empty value for a fault.
fn lenient(problem: Problem, empty: Value) -> Outcome {
    match problem {
        Problem::Json(_) => Ok(empty),
        Problem::Limit(limit) => Err(limit),
    }
}

fn from(call: &Call<'_>) -> Result<Value, Problem> {
    read::read(call.text(0), call.budget)
}

fn to(call: &Call<'_>, style: Style) -> Result<Value, Problem> {
    let out = write::write(call.arg(0), style, call.budget)?;
    Ok(Value::str(out))
}
