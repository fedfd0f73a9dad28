//! What `plugin list` and `plugin inspect` show.

use tagwarden_core::spec::Grants;
use tagwarden_reconcile::ports::Failure;
use wasmtime::component::Component;

use crate::{
    Kind, Origin, answer::bad, builder::is_name, call::Caller, contract::types, plugin::Plugin,
    text::unfit_for_line, world::Outline,
};

/// The most bytes of a settings schema.
const SCHEMA_BYTES: usize = 256 << 10;

/// What there is to know of a plugin.
#[derive(Clone, Debug)]
pub struct PluginInfo {
    /// The name it is called by.
    pub name: String,
    /// Where it comes from.
    pub origin: Origin,
    /// The size of its component in bytes.
    pub size: usize,
    /// The digest of its component, e.g. `sha256:…`.
    pub digest: String,
    /// What it decides, when it exports that.
    pub kind: Option<Kind>,
    /// What it was granted.
    pub grants: Grants,
    /// What it would have to be granted to load: what its imports call for.
    pub needs: Grants,
    /// The interfaces it imports.
    pub imports: Vec<String>,
    /// The interfaces it exports.
    pub exports: Vec<String>,
    /// What it says of itself, or why it cannot be asked.
    pub description: Result<Description, Failure>,
}

/// What a plugin says of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Description {
    /// Its name, which need not be the one it is called by.
    pub name: String,
    /// Its version.
    pub version: String,
    /// What it decides, in a sentence.
    pub summary: String,
    /// The JSON Schema of its settings.
    pub settings_schema: serde_json::Value,
}

pub(crate) fn of(
    name: &str,
    plugin: &Plugin,
    component: &Component,
    caller: &Caller,
) -> PluginInfo {
    let outline = Outline::of(component, caller.linker().engine());
    let description =
        plugin.link(component, caller).and_then(|world| caller.describe(&world)).and_then(checked);
    PluginInfo {
        name: name.to_owned(),
        origin: plugin.origin.clone(),
        size: plugin.bytes.len(),
        digest: plugin.digest().to_owned(),
        kind: outline.kind(),
        grants: plugin.grants.clone(),
        needs: outline.needs(),
        imports: outline.imports,
        exports: outline.exports,
        description,
    }
}

fn checked(described: types::Description) -> Result<Description, Failure> {
    if !is_name(&described.name) {
        return Err(bad("its name is not of lower-case letters, digits and hyphens".into()));
    }
    let lines = [("version", &described.version, 64), ("summary", &described.summary, 1_024)];
    for (what, line, max) in lines {
        if line.len() > max || unfit_for_line(line).is_some() {
            return Err(bad(format!("its {what} is too long or has control characters")));
        }
    }
    if described.settings_schema.len() > SCHEMA_BYTES {
        return Err(bad(format!("its settings schema is larger than {} KiB", SCHEMA_BYTES >> 10)));
    }
    let schema = serde_json::from_str(&described.settings_schema)
        .map_err(|error| bad(format!("its settings schema is not JSON: {error}")))?;
    Ok(Description {
        name: described.name,
        version: described.version,
        summary: described.summary,
        settings_schema: schema,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn described() -> types::Description {
        types::Description {
            name: "a-1".into(),
            version: "1.0.0".into(),
            summary: "Chooses.".into(),
            settings_schema: r#"{"type": "object"}"#.into(),
        }
    }

    #[test]
    fn takes_an_honest_description() {
        assert_eq!(checked(described()).unwrap().settings_schema["type"], "object");
    }

    #[test]
    fn refuses_a_description_that_would_deceive() {
        let mut odd = [described(), described(), described(), described()];
        odd[0].name = "A b".into();
        odd[1].version = "\u{1b}[2J".into();
        odd[2].summary = "x".repeat(2_000);
        odd[3].settings_schema = "{".into();
        for odd in odd {
            assert!(matches!(checked(odd), Err(Failure::BadAnswer(_))));
        }
    }
}
