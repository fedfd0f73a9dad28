//! Versions and ranges as Masterminds/semver reads them; ranges by the policy plugin.

pub(crate) mod version;

use crate::func::{Call, Outcome, functions};
use crate::value::Value;
use crate::value::structs::{Struct, VERSION};
use tagwarden_plugin_semver::Range;
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
    let range = Range::parse(&range).map_err(|error| error.to_string())?;
    let version = Version::parse(&version)?;
    Ok(Value::Bool(range.check(version.ordered()).is_ok()))
}
