//! Anything as a number or as text, as sprig reads it.

use crate::fmt::sprint;
use crate::func::Call;
use crate::strconv::{parse_float, parse_int};
use crate::text::Str;
use crate::value::{IntType, Value, methods};

/// As an integer; 0 when it is none.
pub(super) fn int(value: &Value) -> i64 {
    match value {
        Value::Int(IntType::Int | IntType::Int64, value) => *value,
        Value::Uint(_, value) => *value as i64,
        Value::Float(value) => truncate(*value),
        Value::Str(text) => parse_int(trim_zero_decimal(text), 0).unwrap_or(0),
        Value::Bool(value) => i64::from(*value),
        _ => 0,
    }
}

/// A float without its fraction. What lies beyond 64 bits becomes the least
/// integer, as on the machines that Flux runs on.
fn truncate(value: f64) -> i64 {
    if (-9_223_372_036_854_775_808.0..9_223_372_036_854_775_808.0).contains(&value) {
        value as i64
    } else {
        i64::MIN
    }
}

/// `1.00` reads as 1.
fn trim_zero_decimal(text: &[u8]) -> &[u8] {
    let zeros = text.iter().rev().take_while(|&&b| b == b'0').count();
    let rest = &text[..text.len() - zeros];
    match rest.split_last() {
        Some((b'.', whole)) if zeros > 0 => whole,
        _ => text,
    }
}

/// As a float; 0 when it is none.
pub(super) fn float(value: &Value) -> f64 {
    match value {
        Value::Float(value) => *value,
        Value::Int(IntType::Int | IntType::Int64, value) => *value as f64,
        Value::Uint(_, value) => *value as f64,
        Value::Str(text) => parse_float(text).unwrap_or(0.0),
        Value::Bool(value) => f64::from(u8::from(*value)),
        _ => 0.0,
    }
}

/// As text.
pub(super) fn text(value: &Value, call: &Call<'_>) -> Result<Str, String> {
    if let Value::Str(text) = value {
        return Ok(text.clone());
    }
    if let Value::List(list) = value
        && list.ty == crate::value::list::ListType::Bytes
    {
        return Ok(Str::from(list.raw()));
    }
    if let Some(text) = methods::string(value) {
        return Ok(Str::from(text));
    }
    let value = value.clone().boxed();
    Ok(Str::from(sprint(std::slice::from_ref(&value), call.budget)?))
}

/// As a list of texts; nil is left out.
pub(super) fn texts(value: &Value, call: &Call<'_>) -> Result<Vec<Str>, String> {
    match value {
        Value::Invalid | Value::Nil => Ok(Vec::new()),
        Value::List(list) => {
            let items = list.to_vec();
            items.iter().filter(|item| !item.is_nothing()).map(|item| text(item, call)).collect()
        }
        other => Ok(vec![text(other, call)?]),
    }
}
