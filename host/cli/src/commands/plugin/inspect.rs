//! `tagwarden plugin inspect`: what a plugin is.

use tagwarden_reconcile::Failed;
use tagwarden_wasm::Plugins;

use super::shown::Shown;
use crate::{
    args::{Global, Inspect, PluginFile, PluginGrant},
    output,
    problem::{Exit, Outcome, Problem},
    world,
};

/// Inspects a plugin by name, or a file.
pub fn inspect(global: &Global, Inspect { plugin, wit }: &Inspect) -> Outcome {
    let is_file = plugin.contains(['/', '.']) || std::path::Path::new(plugin).is_file();
    let (plugins, name) = match is_file {
        false => (world::plugins(global)?, plugin.to_owned()),
        true => {
            // A file may have a name that no plugin could have.
            let unnamed = |_| PluginFile { name: "inspected".into(), path: plugin.into() };
            let file = plugin.parse().unwrap_or_else(unnamed);
            (granted(global, &file)?, file.name)
        }
    };
    let mut shown = Shown::of(&plugins, &name)?;
    if *wit {
        let component = plugins.sandbox().component(&name).unwrap_or_default();
        shown.wit = Some(tagwarden_author::describe_wit(component)?);
    }
    if !output::structured(global.output, &shown)? {
        print(&shown);
    }
    Ok(match shown.problem {
        None => Exit::Done,
        Some(_) => Exit::Failed,
    })
}

/// A file with the grants that it calls for: it is only asked what it is, and whoever
/// looks at it wants to know before they grant anything.
fn granted(global: &Global, file: &PluginFile) -> Result<Plugins, Problem> {
    let plugins = world::plugins_and(global, file)?;
    let info = plugins.sandbox().inspect(&file.name).map_err(Failed::from)?;
    if info.needs.is_empty() {
        return Ok(plugins);
    }
    let given = |grant| PluginGrant { name: file.name.clone(), grant };
    let grants: Vec<_> = info.needs.into_iter().map(given).collect();
    let builder = world::embedded(world::engine_options(global));
    world::with_files(builder, std::slice::from_ref(file), &grants)
}

fn print(plugin: &Shown) {
    let field = |name: &str, value: &str| output::line(&format!("{name:<10} {value}"));
    let described = [
        ("kind", plugin.kind.unwrap_or("none that is known")),
        ("world", plugin.world.as_deref().unwrap_or("-")),
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
    field("needs", &listed(&plugin.needs));
    field("imports", &listed(&plugin.imports));
    field("exports", &listed(&plugin.exports));
    if let Some(schema) = &plugin.settings_schema {
        field("settings", &serde_json::to_string_pretty(schema).unwrap_or_default());
    }
    if let Some(wit) = &plugin.wit {
        output::line(&format!("\n{}", wit.trim_end()));
    }
    if let Some(problem) = &plugin.problem {
        output::note(problem);
    }
    for grant in &plugin.needs {
        output::note(&format!("it loads only with `--grant {}={grant}`", plugin.name));
    }
}

fn listed<S: AsRef<str>>(names: &[S]) -> String {
    match names.is_empty() {
        true => "nothing".into(),
        false => names.iter().map(AsRef::as_ref).collect::<Vec<_>>().join(", "),
    }
}
