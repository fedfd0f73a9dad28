//! Values as Go's templates know them: every value has an exact type, slices
//! share their elements, maps are references.

pub(crate) mod list;
pub(crate) mod map;
pub(crate) mod methods;
mod release;
pub(crate) mod structs;
pub(crate) mod time;
pub(crate) mod truth;

use crate::text::Str;
use list::List;
use map::Map;
use std::rc::Rc;
use structs::Struct;
use time::Time;

/// Signed integer types; the named ones print through their `String` method.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum IntType {
    Int,
    Int64,
    Duration,
    Month,
    Weekday,
}

/// Unsigned integer types.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum UintType {
    Uint8,
    Uint32,
    Uint64,
}

/// One value.
#[derive(Clone, Debug)]
pub(crate) enum Value {
    /// No value at all: a missing key, or nil once taken out of its box.
    Invalid,
    /// A nil `interface {}`.
    Nil,
    Bool(bool),
    Int(IntType, i64),
    Uint(UintType, u64),
    Float(f64),
    Complex(f64, f64),
    Str(Str),
    List(List),
    Map(Map),
    Struct(Rc<Struct>),
    /// A pointer to a struct.
    Pointer(Rc<Struct>),
    Time(Rc<Time>),
}

impl Value {
    pub(crate) fn int(value: i64) -> Self {
        Self::Int(IntType::Int, value)
    }

    pub(crate) fn int64(value: i64) -> Self {
        Self::Int(IntType::Int64, value)
    }

    pub(crate) fn str(text: impl Into<Str>) -> Self {
        Self::Str(text.into())
    }

    /// Whether this is nil or no value at all.
    pub(crate) fn is_nothing(&self) -> bool {
        matches!(self, Self::Invalid | Self::Nil)
    }

    /// Takes a value out of its `interface {}` box: nil becomes no value.
    pub(crate) fn unboxed(self) -> Self {
        match self {
            Self::Nil => Self::Invalid,
            other => other,
        }
    }

    /// Puts a value into an `interface {}` box.
    pub(crate) fn boxed(self) -> Self {
        match self {
            Self::Invalid => Self::Nil,
            other => other,
        }
    }

    /// The type's name as Go's `%T` prints it.
    pub(crate) fn type_name(&self) -> String {
        match self {
            Self::Invalid => "<nil>".to_owned(),
            Self::Nil => "interface {}".to_owned(),
            Self::Bool(_) => "bool".to_owned(),
            Self::Int(ty, _) => ty.name().to_owned(),
            Self::Uint(ty, _) => ty.name().to_owned(),
            Self::Float(_) => "float64".to_owned(),
            Self::Complex(..) => "complex128".to_owned(),
            Self::Str(_) => "string".to_owned(),
            Self::List(list) => list.ty.name().to_owned(),
            Self::Map(map) => map.ty.name().to_owned(),
            Self::Struct(value) => value.ty.name.to_owned(),
            Self::Pointer(value) => format!("*{}", value.ty.name),
            Self::Time(_) => "time.Time".to_owned(),
        }
    }

    /// The type's name, that of what it points to for a pointer.
    pub(crate) fn pointee_name(&self) -> String {
        match self {
            Self::Pointer(value) => value.ty.name.to_owned(),
            other => other.type_name(),
        }
    }

    /// The kind's name, as Go's `reflect.Kind` prints it.
    pub(crate) fn kind_name(&self) -> &'static str {
        match self {
            Self::Invalid | Self::Nil => "invalid",
            Self::Bool(_) => "bool",
            Self::Int(IntType::Int | IntType::Month | IntType::Weekday, _) => "int",
            Self::Int(..) => "int64",
            Self::Uint(ty, _) => ty.name(),
            Self::Float(_) => "float64",
            Self::Complex(..) => "complex128",
            Self::Str(_) => "string",
            Self::List(_) => "slice",
            Self::Map(_) => "map",
            Self::Struct(_) | Self::Time(_) => "struct",
            Self::Pointer(_) => "ptr",
        }
    }
}

impl IntType {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Int => "int",
            Self::Int64 => "int64",
            Self::Duration => "time.Duration",
            Self::Month => "time.Month",
            Self::Weekday => "time.Weekday",
        }
    }
}

impl UintType {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Uint8 => "uint8",
            Self::Uint32 => "uint32",
            Self::Uint64 => "uint64",
        }
    }
}
