//! text/template's own functions.

mod compare;
mod escape;
mod index;

use crate::fmt;
use crate::func::{Call, Func, Outcome, Param};
use crate::value::Value;

use Param::{Any, Reflect, Str};

const fn own(
    name: &'static str,
    params: &'static [Param],
    variadic: bool,
    run: fn(&Call<'_>) -> Outcome,
) -> Func {
    Func { name, params, variadic, builtin: true, run }
}

static FUNCTIONS: &[Func] = &[
    // `and` and `or` are evaluated by the machine, which stops early.
    own("and", &[Reflect, Reflect], true, |_| Ok(Value::Invalid)),
    own("or", &[Reflect, Reflect], true, |_| Ok(Value::Invalid)),
    own("not", &[Reflect], false, |call| Ok(Value::Bool(!call.arg(0).is_true()))),
    own("call", &[Reflect, Reflect], true, call_function),
    own("index", &[Reflect, Reflect], true, index::index),
    own("len", &[Reflect], false, length),
    own("eq", &[Reflect, Reflect], true, compare::eq),
    own("ne", &[Reflect, Reflect], false, compare::ne),
    own("lt", &[Reflect, Reflect], false, compare::lt),
    own("le", &[Reflect, Reflect], false, compare::le),
    own("gt", &[Reflect, Reflect], false, compare::gt),
    own("ge", &[Reflect, Reflect], false, compare::ge),
    own("html", &[Any], true, escape::html),
    own("js", &[Any], true, escape::js),
    own("urlquery", &[Any], true, escape::url_query),
    own("print", &[Any], true, |call| Ok(Value::str(fmt::sprint(call.args, call.budget)?))),
    own("println", &[Any], true, |call| Ok(Value::str(fmt::sprintln(call.args, call.budget)?))),
    own("printf", &[Str, Any], true, |call| {
        let rest = call.args.get(1..).unwrap_or_default();
        Ok(Value::str(fmt::sprintf(call.text(0), rest, call.budget)?))
    }),
];

/// The table of this module.
pub(crate) static TABLES: [&[Func]; 1] = [FUNCTIONS];

/// No value of a template is a function, so this only ever complains.
fn call_function(call: &Call<'_>) -> Outcome {
    let name = crate::text::lossy(call.text(0));
    match call.arg(1) {
        Value::Invalid | Value::Nil => Err("call of nil".to_owned()),
        other => Err(format!("non-function {name} of type {}", other.type_name())),
    }
}

fn length(call: &Call<'_>) -> Outcome {
    let length = match call.arg(0) {
        Value::Str(text) => text.len(),
        Value::List(list) => list.len(),
        Value::Map(map) => map.len(),
        Value::Nil => return Err("len of nil pointer".to_owned()),
        Value::Invalid => return Err("len of untyped nil".to_owned()),
        other => return Err(format!("len of type {}", other.pointee_name())),
    };
    Ok(Value::int(length as i64))
}
