//! What there is to know of a plugin, as it is printed.

use serde::Serialize;
use tagwarden_core::spec::{Grant, Grants};
use tagwarden_reconcile::Failed;
use tagwarden_wasm::{Kind, PluginInfo, Plugins};

use crate::problem::Problem;

/// A plugin, for programs.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Shown {
    pub name: String,
    /// What it calls itself.
    #[serde(skip)]
    pub own_name: String,
    pub kind: Option<&'static str>,
    pub world: Option<String>,
    pub version: Option<String>,
    pub summary: Option<String>,
    pub origin: String,
    pub size: usize,
    pub digest: String,
    /// The grants that its imports call for.
    pub needs: Vec<&'static str>,
    pub imports: Vec<String>,
    pub exports: Vec<String>,
    /// Its interfaces in full, when asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub wit: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub settings_schema: Option<serde_json::Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub problem: Option<String>,
}

impl From<PluginInfo> for Shown {
    fn from(info: PluginInfo) -> Self {
        let (described, problem) = match info.description {
            Ok(description) => (Some(description), None),
            Err(failure) => (None, Some(failure.to_string())),
        };
        Self {
            own_name: described.as_ref().map_or_else(String::new, |d| d.name.clone()),
            name: info.name,
            kind: info.kind.map(kind),
            world: info.kind.map(|kind| world(kind, &info.needs)),
            version: described.as_ref().map(|d| d.version.clone()),
            summary: described.as_ref().map(|d| d.summary.clone()),
            origin: info.origin.to_string(),
            size: info.size,
            digest: info.digest,
            needs: info.needs.iter().map(|grant| grant.name()).collect(),
            wit: None,
            imports: info.imports,
            exports: info.exports,
            settings_schema: described.map(|d| d.settings_schema),
            problem,
        }
    }
}

/// The world of `wit/`, by what is exported and what must be granted.
fn world(kind: Kind, needs: &Grants) -> String {
    match needs.contains(&Grant::Metadata) {
        true => format!("{}-metadata", kind.world()),
        false => kind.world().to_owned(),
    }
}

fn kind(kind: Kind) -> &'static str {
    match kind {
        Kind::Policy => "policy",
        Kind::Filter => "filter",
        Kind::Message => "message",
    }
}

impl Shown {
    /// Asks the engine about a plugin.
    pub fn of(plugins: &Plugins, name: &str) -> Result<Self, Problem> {
        Ok(plugins.sandbox().inspect(name).map_err(Failed::from)?.into())
    }
}
