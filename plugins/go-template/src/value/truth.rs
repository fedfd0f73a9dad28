//! Truth, emptiness and equality.

use super::Value;
use super::list::List;
use super::map::Map;
use super::structs::Struct;
use crate::limits::{Exceeded, Walk};
use std::rc::Rc;

impl Value {
    /// What `if` thinks of it.
    pub(crate) fn is_true(&self) -> bool {
        match self {
            Self::Struct(_) | Self::Time(_) | Self::Pointer(_) => true,
            other => !other.is_empty(),
        }
    }

    /// Sprig's notion of emptiness; a struct never is.
    pub(crate) fn is_empty(&self) -> bool {
        match self {
            Self::Invalid | Self::Nil => true,
            Self::Bool(value) => !value,
            Self::Int(_, value) => *value == 0,
            Self::Uint(_, value) => *value == 0,
            Self::Float(value) => *value == 0.0,
            Self::Complex(re, im) => *re == 0.0 && *im == 0.0,
            Self::Str(text) => text.is_empty(),
            Self::List(list) => list.len() == 0,
            Self::Map(map) => map.len() == 0,
            Self::Struct(_) | Self::Pointer(_) | Self::Time(_) => false,
        }
    }
}

/// Go's `reflect.DeepEqual`.
pub(crate) fn deep_equal(a: &Value, b: &Value, walk: Walk<'_>) -> Result<bool, Exceeded> {
    let walk = walk.deeper()?;
    Ok(match (a, b) {
        (Value::Invalid | Value::Nil, Value::Invalid | Value::Nil) => true,
        (Value::Bool(a), Value::Bool(b)) => a == b,
        (Value::Int(s, a), Value::Int(t, b)) => s == t && a == b,
        (Value::Uint(s, a), Value::Uint(t, b)) => s == t && a == b,
        (Value::Float(a), Value::Float(b)) => a == b,
        (Value::Complex(a, b), Value::Complex(c, d)) => a == c && b == d,
        (Value::Str(a), Value::Str(b)) => a == b,
        (Value::Time(a), Value::Time(b)) => a == b,
        (Value::Struct(a), Value::Struct(b)) => structs_equal(a, b, walk)?,
        (Value::Pointer(a), Value::Pointer(b)) => Rc::ptr_eq(a, b) || structs_equal(a, b, walk)?,
        (Value::List(a), Value::List(b)) => lists_equal(a, b, walk)?,
        (Value::Map(a), Value::Map(b)) => maps_equal(a, b, walk)?,
        _ => false,
    })
}

fn structs_equal(a: &Struct, b: &Struct, walk: Walk<'_>) -> Result<bool, Exceeded> {
    let named = a.ty.fields.len();
    Ok(a.is(b.ty) && all_equal(a.fields.iter().zip(&b.fields).take(named), walk)?)
}

fn lists_equal(a: &List, b: &List, walk: Walk<'_>) -> Result<bool, Exceeded> {
    if a.ty != b.ty || a.is_nil() != b.is_nil() || a.len() != b.len() {
        return Ok(false);
    }
    Ok(a.same(b) || all_equal(a.to_vec().iter().zip(&b.to_vec()), walk)?)
}

fn maps_equal(a: &Map, b: &Map, walk: Walk<'_>) -> Result<bool, Exceeded> {
    if a.ty != b.ty || a.is_nil() != b.is_nil() || a.len() != b.len() {
        return Ok(false);
    }
    if a.same(b) {
        return Ok(true);
    }
    let (a, b) = (a.entries(), b.entries());
    if a.iter().zip(&b).any(|(a, b)| a.0 != b.0) {
        return Ok(false);
    }
    all_equal(a.iter().zip(&b).map(|(a, b)| (&a.1, &b.1)), walk)
}

fn all_equal<'v>(
    pairs: impl Iterator<Item = (&'v Value, &'v Value)>,
    walk: Walk<'_>,
) -> Result<bool, Exceeded> {
    for (a, b) in pairs {
        if !deep_equal(a, b, walk)? {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Whether a map is part of a value. A map that held itself could neither be
/// printed nor freed.
pub(crate) fn holds(value: &Value, map: &Map, walk: Walk<'_>) -> Result<bool, Exceeded> {
    let walk = walk.deeper()?;
    let parts = match value {
        Value::Map(inner) if inner.same(map) => return Ok(true),
        Value::Map(inner) => inner.entries().into_iter().map(|(_, value)| value).collect(),
        Value::List(list) => list.to_vec(),
        _ => return Ok(false),
    };
    for part in parts {
        if holds(&part, map, walk)? {
            return Ok(true);
        }
    }
    Ok(false)
}
