//! `eq`, `ne`, `lt`, `le`, `gt`, `ge`.

use crate::func::{Call, Outcome};
use crate::value::Value;
use crate::value::structs::Struct;
use std::cmp::Ordering;
use std::rc::Rc;

const BAD_TYPE: &str = "invalid type for comparison";

pub(super) fn eq(call: &Call<'_>) -> Outcome {
    let Some((first, others)) = call.args.split_first() else { return Ok(Value::Bool(false)) };
    if others.is_empty() {
        return Err("missing argument for comparison".to_owned());
    }
    for other in others {
        if equal(first, other)? {
            return Ok(Value::Bool(true));
        }
    }
    Ok(Value::Bool(false))
}

pub(super) fn ne(call: &Call<'_>) -> Outcome {
    Ok(Value::Bool(!equal(call.arg(0), call.arg(1))?))
}

pub(super) fn lt(call: &Call<'_>) -> Outcome {
    Ok(Value::Bool(less(call.arg(0), call.arg(1))?))
}

pub(super) fn le(call: &Call<'_>) -> Outcome {
    Ok(Value::Bool(less_or_equal(call)?))
}

pub(super) fn gt(call: &Call<'_>) -> Outcome {
    Ok(Value::Bool(!less_or_equal(call)?))
}

pub(super) fn ge(call: &Call<'_>) -> Outcome {
    Ok(Value::Bool(!less(call.arg(0), call.arg(1))?))
}

fn less_or_equal(call: &Call<'_>) -> Result<bool, String> {
    let (a, b) = (call.arg(0), call.arg(1));
    Ok(less(a, b)? || equal(a, b)?)
}

fn incompatible(a: &Value, b: &Value) -> String {
    let (a, b) = (a.type_name(), b.type_name());
    format!("incompatible types for comparison: {a} and {b}")
}

fn is_basic(value: &Value) -> bool {
    use Value::{Bool, Complex, Float, Int, Str, Uint};
    matches!(value, Bool(_) | Int(..) | Uint(..) | Float(_) | Complex(..) | Str(_))
}

fn equal(a: &Value, b: &Value) -> Result<bool, String> {
    Ok(match (a, b) {
        (Value::Bool(a), Value::Bool(b)) => a == b,
        (Value::Int(_, a), Value::Int(_, b)) => a == b,
        (Value::Uint(_, a), Value::Uint(_, b)) => a == b,
        (Value::Int(_, a), Value::Uint(_, b)) | (Value::Uint(_, b), Value::Int(_, a)) => {
            u64::try_from(*a).is_ok_and(|a| a == *b)
        }
        (Value::Float(a), Value::Float(b)) => a == b,
        (Value::Complex(a, b), Value::Complex(c, d)) => a == c && b == d,
        (Value::Str(a), Value::Str(b)) => a == b,
        _ if is_basic(a) || is_basic(b) => {
            if !a.is_nothing() && !b.is_nothing() {
                return Err(incompatible(a, b));
            }
            false
        }
        _ => return composite_equal(a, b),
    })
}

fn is_nil(value: &Value) -> bool {
    match value {
        Value::Invalid | Value::Nil => true,
        Value::List(list) => list.is_nil(),
        Value::Map(map) => map.is_nil(),
        _ => false,
    }
}

fn composite_equal(a: &Value, b: &Value) -> Result<bool, String> {
    if a.kind_name() != b.kind_name() && !a.is_nothing() && !b.is_nothing() {
        let (s, t) = (a.type_name(), b.type_name());
        return Err(format!("non-comparable types {s}, {t}"));
    }
    if is_nil(a) || is_nil(b) {
        return Ok(is_nil(a) == is_nil(b));
    }
    match (a, b) {
        (_, Value::List(_) | Value::Map(_)) => Err(non_comparable(&b.type_name())),
        (_, Value::Struct(inner)) if !is_comparable(inner) => Err(non_comparable(&b.type_name())),
        (Value::Struct(a), Value::Struct(b)) => same_struct(a, b),
        (Value::Pointer(a), Value::Pointer(b)) => Ok(Rc::ptr_eq(a, b)),
        (Value::Time(a), Value::Time(b)) => Ok(a == b),
        _ => Ok(false),
    }
}

fn non_comparable(ty: &str) -> String {
    format!("non-comparable type {ty}")
}

fn is_comparable(value: &Struct) -> bool {
    value.fields.iter().all(|field| match field {
        Value::List(_) | Value::Map(_) => false,
        Value::Struct(inner) => is_comparable(inner),
        _ => true,
    })
}

fn same_struct(a: &Struct, b: &Struct) -> Result<bool, String> {
    if !a.is(b.ty) {
        return Ok(false);
    }
    for (a, b) in a.fields.iter().zip(&b.fields) {
        let same = match (a, b) {
            (Value::Struct(a), Value::Struct(b)) => same_struct(a, b)?,
            (a, b) => equal(a, b)?,
        };
        if !same {
            return Ok(false);
        }
    }
    Ok(true)
}

fn less(a: &Value, b: &Value) -> Result<bool, String> {
    let order = match (a, b) {
        (Value::Int(_, a), Value::Int(_, b)) => a.cmp(b),
        (Value::Uint(_, a), Value::Uint(_, b)) => a.cmp(b),
        (Value::Int(_, a), Value::Uint(_, b)) => i128::from(*a).cmp(&i128::from(*b)),
        (Value::Uint(_, a), Value::Int(_, b)) => i128::from(*a).cmp(&i128::from(*b)),
        (Value::Float(a), Value::Float(b)) => return Ok(a < b),
        (Value::Str(a), Value::Str(b)) => a.cmp(b),
        (Value::Bool(_), Value::Bool(_)) | (Value::Complex(..), Value::Complex(..)) => {
            return Err(BAD_TYPE.to_owned());
        }
        _ if is_basic(a) && is_basic(b) => return Err(incompatible(a, b)),
        _ => return Err(BAD_TYPE.to_owned()),
    };
    Ok(order == Ordering::Less)
}
