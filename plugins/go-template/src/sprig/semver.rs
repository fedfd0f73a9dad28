//! Versions and ranges as Masterminds/semver reads them.

mod constraint;
pub(crate) mod version;

use crate::func::{Call, Outcome, functions};
use crate::value::Value;
use crate::value::structs::{Struct, VERSION};
use constraint::Constraint;
use version::Version;

functions! { TABLE:
    "semver"(Str) => |call| {
        let text = crate::text::lossy(call.text(0));
        Ok(Value::Pointer(Struct::new(&VERSION, Version::parse(&text)?.fields())))
    };
    "semverCompare"(Str, Str) => compare;
}

fn compare(call: &Call<'_>) -> Outcome {
    let (range, version) = (crate::text::lossy(call.text(0)), crate::text::lossy(call.text(1)));
    let range = Constraint::parse(&range)?;
    Ok(Value::Bool(range.allows(&Version::parse(&version)?)))
}
