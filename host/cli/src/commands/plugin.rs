//! `tagwarden plugin`: what plugins there are, and what they are.

use serde::Serialize;
use tagwarden_reconcile::Failed;
use tagwarden_wasm::{Kind, PluginInfo, Plugins};

use crate::{
    args::{Global, Plugin, PluginFile},
    output,
    problem::{Exit, Outcome, Problem},
    world,
};

/// A plugin, for programs.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Shown {
    name: String,
    kind: Option<&'static str>,
    version: Option<String>,
    summary: Option<String>,
    origin: String,
    size: usize,
    digest: String,
    imports: Vec<String>,
    exports: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    settings_schema: Option<serde_json::Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    problem: Option<String>,
}

impl From<PluginInfo> for Shown {
    fn from(info: PluginInfo) -> Self {
        let (described, problem) = match info.description {
            Ok(description) => (Some(description), None),
            Err(failure) => (None, Some(failure.to_string())),
        };
        Self {
            name: info.name,
            kind: info.kind.map(kind),
            version: described.as_ref().map(|d| d.version.clone()),
            summary: described.as_ref().map(|d| d.summary.clone()),
            origin: info.origin.to_string(),
            size: info.size,
            digest: info.digest,
            imports: info.imports,
            exports: info.exports,
            settings_schema: described.map(|d| d.settings_schema),
            problem,
        }
    }
}

fn kind(kind: Kind) -> &'static str {
    match kind {
        Kind::Policy => "policy",
        Kind::Filter => "filter",
        Kind::Message => "message",
    }
}

pub fn plugin(global: &Global, args: &Plugin) -> Outcome {
    match args {
        Plugin::List => list(global),
        Plugin::Inspect { plugin } => inspect(global, plugin),
    }
}

fn list(global: &Global) -> Outcome {
    let plugins = world::plugins(global)?;
    let names: Vec<String> = plugins.sandbox().names().map(ToOwned::to_owned).collect();
    let shown = names.iter().map(|name| shown(&plugins, name)).collect::<Result<Vec<_>, _>>()?;
    if !output::structured(global.output, &shown)? {
        let rows: Vec<_> = shown.iter().map(row).collect();
        output::table(["NAME", "KIND", "VERSION", "SIZE", "ORIGIN", "SUMMARY"], &rows);
    }
    Ok(Exit::Done)
}

fn row(plugin: &Shown) -> [String; 6] {
    [
        plugin.name.clone(),
        plugin.kind.unwrap_or("-").to_owned(),
        plugin.version.clone().unwrap_or("-".into()),
        format!("{} KiB", plugin.size.div_ceil(1024)),
        plugin.origin.clone(),
        plugin.summary.clone().or_else(|| plugin.problem.clone()).unwrap_or_default(),
    ]
}

fn shown(plugins: &Plugins, name: &str) -> Result<Shown, Problem> {
    Ok(plugins.sandbox().inspect(name).map_err(Failed::from)?.into())
}

/// Inspects a plugin by name, or a file.
fn inspect(global: &Global, plugin: &str) -> Outcome {
    let is_file = plugin.contains(['/', '.']) || std::path::Path::new(plugin).is_file();
    let (plugins, name) = match is_file {
        false => (world::plugins(global)?, plugin.to_owned()),
        true => {
            let file: PluginFile = PluginFile { name: "inspected".into(), path: plugin.into() };
            (world::plugins_and(global, &file)?, file.name)
        }
    };
    let shown = shown(&plugins, &name)?;
    if !output::structured(global.output, &shown)? {
        print(&shown);
    }
    Ok(match shown.problem {
        None => Exit::Done,
        Some(_) => Exit::Failed,
    })
}

fn print(plugin: &Shown) {
    let field = |name: &str, value: &str| output::line(&format!("{name:<10} {value}"));
    let described = [
        ("kind", plugin.kind.unwrap_or("none that is known")),
        ("version", plugin.version.as_deref().unwrap_or("-")),
        ("summary", plugin.summary.as_deref().unwrap_or("-")),
        ("origin", plugin.origin.as_str()),
        ("digest", plugin.digest.as_str()),
    ];
    field("name", &plugin.name);
    for (name, value) in described {
        field(name, value);
    }
    field("size", &format!("{} bytes", plugin.size));
    field("imports", &listed(&plugin.imports));
    field("exports", &listed(&plugin.exports));
    if let Some(schema) = &plugin.settings_schema {
        field("settings", &serde_json::to_string_pretty(schema).unwrap_or_default());
    }
    if let Some(problem) = &plugin.problem {
        output::note(problem);
    }
}

fn listed(names: &[String]) -> String {
    match names.is_empty() {
        true => "nothing".into(),
        false => names.join(", "),
    }
}
