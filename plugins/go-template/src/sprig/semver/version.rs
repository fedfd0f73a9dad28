//! Versions, with parts that may be missing and leading zeros.

use crate::func::{Call, Outcome};
use crate::value::methods::methods;
use crate::value::structs::{Struct, VERSION};
use crate::value::{UintType, Value};
use std::cmp::Ordering;
use std::fmt;
use tagwarden_plugin_semver::Version as Ordered;

const MAX_LENGTH: usize = 256;
const INVALID: &str = "invalid semantic version";

/// A version as written.
#[derive(Clone, Debug)]
pub(crate) struct Version {
    numbers: [u64; 3],
    pre: String,
    metadata: String,
    original: String,
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [major, minor, patch] = self.numbers;
        write!(f, "{major}.{minor}.{patch}")?;
        if !self.pre.is_empty() {
            write!(f, "-{}", self.pre)?;
        }
        if !self.metadata.is_empty() {
            write!(f, "+{}", self.metadata)?;
        }
        Ok(())
    }
}

fn is_identifier(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
}

fn check_prerelease(pre: &str) -> Result<(), String> {
    for part in pre.split('.') {
        if !is_identifier(part) {
            return Err("invalid prerelease string".to_owned());
        }
        if part.len() > 1 && part.starts_with('0') && part.bytes().all(|b| b.is_ascii_digit()) {
            return Err("version segment starts with 0".to_owned());
        }
    }
    Ok(())
}

fn check_metadata(metadata: &str) -> Result<(), String> {
    if metadata.split('.').all(is_identifier) {
        return Ok(());
    }
    Err("invalid metadata string".to_owned())
}

impl Version {
    /// Reads a version: one to three numbers, a `v` in front allowed.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        if text.len() > MAX_LENGTH {
            return Err(format!("version string is too long (max {MAX_LENGTH} bytes)"));
        }
        let rest = text.strip_prefix('v').unwrap_or(text);
        let (rest, metadata) = rest.split_once('+').map_or((rest, None), |(a, b)| (a, Some(b)));
        let (rest, pre) = rest.split_once('-').map_or((rest, None), |(a, b)| (a, Some(b)));
        let parts: Vec<&str> = rest.split('.').collect();
        let digits = |part: &&str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
        let identifiers =
            |text: Option<&str>| text.is_none_or(|text| text.split('.').all(is_identifier));
        if parts.len() > 3
            || !parts.iter().all(digits)
            || !identifiers(pre)
            || !identifiers(metadata)
        {
            return Err(INVALID.to_owned());
        }
        let mut numbers = [0; 3];
        for (number, part) in numbers.iter_mut().zip(&parts) {
            *number = part.parse().map_err(|_| {
                format!(
                    "error parsing version segment: strconv.ParseUint: parsing \"{part}\": \
                     value out of range"
                )
            })?;
        }
        let (pre, metadata) = (pre.unwrap_or_default(), metadata.unwrap_or_default());
        if !pre.is_empty() {
            check_prerelease(pre)?;
        }
        Ok(Self {
            numbers,
            pre: pre.to_owned(),
            metadata: metadata.to_owned(),
            original: text.to_owned(),
        })
    }

    /// Version 0.0.0.
    pub(crate) fn zero() -> Self {
        Self {
            numbers: [0; 3],
            pre: String::new(),
            metadata: String::new(),
            original: String::new(),
        }
    }

    /// The fields of Go's struct.
    pub(crate) fn fields(&self) -> Vec<Value> {
        let mut fields: Vec<Value> =
            self.numbers.iter().map(|&number| Value::Uint(UintType::Uint64, number)).collect();
        let texts = [&self.pre, &self.metadata, &self.original];
        fields.extend(texts.map(|text| Value::str(text.as_str())));
        fields
    }

    fn of(fields: &Struct) -> Self {
        Self {
            numbers: [fields.number(0), fields.number(1), fields.number(2)],
            pre: fields.text(3).lossy(),
            metadata: fields.text(4).lossy(),
            original: fields.text(5).lossy(),
        }
    }

    /// The version behind a value, if it is one.
    pub(crate) fn behind(value: &Value) -> Option<Self> {
        match value {
            Value::Struct(inner) | Value::Pointer(inner) if inner.is(&VERSION) => {
                Some(Self::of(inner))
            }
            _ => None,
        }
    }

    /// The version as it is ordered.
    pub(super) fn ordered(&self) -> Ordered<'_> {
        let [major, minor, patch] = self.numbers;
        Ordered { major, minor, patch, prerelease: &self.pre }
    }

    /// A changed copy, whose original is its text with the same `v`.
    fn changed(mut self) -> Outcome {
        let v = if self.original.starts_with('v') { "v" } else { "" };
        self.original = format!("{v}{self}");
        Ok(Value::Struct(Struct::new(&VERSION, self.fields())))
    }

    fn raised(mut self, part: usize) -> Outcome {
        let was_prerelease = !self.pre.is_empty();
        self.pre.clear();
        self.metadata.clear();
        if part < 2 || !was_prerelease {
            let name = ["major", "minor", "patch"][part];
            let raised = self.numbers[part].checked_add(1);
            self.numbers[part] =
                raised.ok_or_else(|| format!("{name} version increment would overflow uint64"))?;
        }
        self.numbers[part + 1..].fill(0);
        self.changed()
    }
}

fn this(call: &Call<'_>) -> Version {
    Version::behind(call.arg(0)).unwrap_or_else(Version::zero)
}

fn number(call: &Call<'_>, part: usize) -> Outcome {
    Ok(Value::Uint(UintType::Uint64, this(call).numbers[part]))
}

fn order(call: &Call<'_>) -> Ordering {
    let other = Version::behind(call.arg(1));
    other.map_or(Ordering::Greater, |other| this(call).ordered().cmp(&other.ordered()))
}

methods! { VALUE_METHODS:
    "String"() => |call| call.give(this(call).to_string());
    "Major"() => |call| number(call, 0);
    "Minor"() => |call| number(call, 1);
    "Patch"() => |call| number(call, 2);
    "Prerelease"() => |call| call.give(this(call).pre);
    "Metadata"() => |call| call.give(this(call).metadata);
    "IncPatch"() => |call| this(call).raised(2);
    "IncMinor"() => |call| this(call).raised(1);
    "IncMajor"() => |call| this(call).raised(0);
    "SetPrerelease"(Str) => |call| {
        let mut version = this(call);
        version.pre = crate::text::lossy(call.text(1));
        if !version.pre.is_empty() {
            check_prerelease(&version.pre)?;
        }
        version.changed()
    };
    "SetMetadata"(Str) => |call| {
        let mut version = this(call);
        version.metadata = crate::text::lossy(call.text(1));
        if !version.metadata.is_empty() {
            check_metadata(&version.metadata)?;
        }
        version.changed()
    };
    "MarshalText"() => |call| Ok(bytes(&this(call).to_string()));
    "MarshalJSON"() => |call| Ok(bytes(&format!("\"{}\"", this(call))));
    "Value"() => |call| call.give(this(call).to_string());
}

methods! { POINTER_METHODS:
    "Original"() => |call| call.give(this(call).original);
    "Compare"(Version) => |call| Ok(Value::int(order(call) as i64));
    "Equal"(Version) => |call| Ok(Value::Bool(order(call).is_eq()));
    "LessThan"(Version) => |call| Ok(Value::Bool(order(call).is_lt()));
    "LessThanEqual"(Version) => |call| Ok(Value::Bool(order(call).is_le()));
    "GreaterThan"(Version) => |call| Ok(Value::Bool(order(call).is_gt()));
    "GreaterThanEqual"(Version) => |call| Ok(Value::Bool(order(call).is_ge()));
}

fn bytes(text: &str) -> Value {
    crate::value::list::List::bytes(text.as_bytes())
}
