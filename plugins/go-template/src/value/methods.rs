//! The methods that templates can call, and those that printing calls.

use super::structs::{
    IMAGE_REF, LOGGED_NAME, NAMESPACED_NAME, RESULT, Struct, TEMPLATE_DATA, UPDATED, VERSION,
};
use super::{IntType, Value, time};
use crate::func::{Call, Outcome, Param};
use crate::sprig::semver::version::{self, Version};
use crate::text::Str;

/// A method. The receiver comes as first argument.
pub(crate) struct Method {
    pub(crate) name: &'static str,
    pub(crate) params: &'static [Param],
    pub(crate) run: fn(&Call<'_>) -> Outcome,
}

/// Builds a table of methods: `name(params) => run`.
macro_rules! methods {
    ($table:ident: $($name:literal ($($param:ident),*) => $run:expr;)*) => {
        pub(crate) static $table: &[crate::value::methods::Method] = &[
            $(crate::value::methods::Method {
                name: $name,
                params: &[$(crate::func::Param::$param),*],
                run: $run,
            }),*
        ];
    };
}
pub(crate) use methods;

methods! { NAMES:
    "String"() => |call| call.give(string(call.arg(0)).unwrap_or_default());
    "MarshalLog"() => |call| {
        let Value::Struct(name) = call.arg(0) else { return Ok(Value::Nil) };
        let fields = vec![Value::Str(name.text(1)), Value::Str(name.text(0))];
        Ok(Value::Struct(Struct::new(&LOGGED_NAME, fields)))
    };
}

methods! { DATA:
    "Updated"() => hidden;
}

/// What a struct holds beyond the fields of its type: it can be asked for, but
/// does not print.
fn hidden(call: &Call<'_>) -> Outcome {
    match call.arg(0) {
        Value::Struct(data) => Ok(data.fields.last().cloned().unwrap_or(Value::Nil)),
        _ => Ok(Value::Nil),
    }
}

methods! { RESULTS:
    "Changes"() => hidden;
    "Objects"() => |call| Ok(crate::data::all_objects(call.arg(0)));
}

methods! { UPDATES:
    "Images"() => |call| Ok(crate::data::updated::all_images(call.arg(0)));
    "Objects"() => |call| Ok(crate::data::updated::all_objects(call.arg(0)));
}

methods! { IMAGES:
    "String"() => |call| call.give(image(call, 0));
    "Identifier"() => |call| call.give(image(call, 1));
    "Repository"() => |call| call.give(image(call, 2));
    "Registry"() => |call| call.give(image(call, 3));
    "Name"() => |call| call.give(image(call, 4));
    "Policy"() => |call| match call.arg(0) {
        Value::Struct(image) => Ok(image.fields.get(5).cloned().unwrap_or(Value::Nil)),
        _ => Ok(Value::Nil),
    };
}

fn image(call: &Call<'_>, part: usize) -> Str {
    match call.arg(0) {
        Value::Struct(image) => image.text(part),
        _ => Str::from(""),
    }
}

fn table(value: &Value) -> &'static [Method] {
    match value {
        Value::Struct(inner) if inner.is(&NAMESPACED_NAME) => NAMES,
        Value::Struct(inner) if inner.is(&TEMPLATE_DATA) => DATA,
        Value::Struct(inner) if inner.is(&RESULT) => RESULTS,
        Value::Struct(inner) if inner.is(&UPDATED) => UPDATES,
        Value::Struct(inner) if inner.is(&IMAGE_REF) => IMAGES,
        Value::Struct(inner) if inner.is(&VERSION) => version::VALUE_METHODS,
        Value::Pointer(inner) if inner.is(&VERSION) => version::VALUE_METHODS,
        Value::Time(_) => time::methods::TIME,
        Value::Int(IntType::Duration, _) => time::methods::DURATION,
        Value::Int(IntType::Month | IntType::Weekday, _) => time::methods::NAMED,
        _ => &[],
    }
}

/// Finds a method of a value.
pub(crate) fn find(value: &Value, name: &[u8]) -> Option<&'static Method> {
    // Only through a pointer are the methods of pointers there.
    let more = match value {
        Value::Pointer(inner) if inner.is(&VERSION) => version::POINTER_METHODS,
        _ => &[],
    };
    table(value).iter().chain(more).find(|method| method.name.as_bytes() == name)
}

/// Whether a value's type has any methods.
pub(crate) fn has_methods(value: &Value) -> bool {
    !table(value).is_empty()
}

/// What the value's own `String` method says.
pub(crate) fn string(value: &Value) -> Option<Vec<u8>> {
    match value {
        Value::Struct(inner) if inner.is(&NAMESPACED_NAME) => {
            Some([&inner.text(0)[..], b"/", &inner.text(1)].concat())
        }
        Value::Struct(inner) if inner.is(&IMAGE_REF) => Some(inner.text(0).to_vec()),
        Value::Time(time) => Some(time.to_string().into_bytes()),
        Value::Int(ty, number) => time::methods::named(*ty, *number).map(String::into_bytes),
        Value::Struct(_) | Value::Pointer(_) => {
            Version::behind(value).map(|version| version.to_string().into_bytes())
        }
        _ => None,
    }
}

/// What the value's own `GoString` method says.
pub(crate) fn go_string(value: &Value) -> Option<String> {
    match value {
        Value::Time(time) => Some(time.go_string()),
        _ => None,
    }
}
