//! `tagwarden plugin inspect`: what a plugin is.

use super::shown::Shown;
use crate::{
    args::{Global, Inspect, PluginFile},
    output,
    problem::{Exit, Outcome},
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
            (world::plugins_and(global, &file)?, file.name)
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

fn print(plugin: &Shown) {
    let field = |name: &str, value: &str| output::line(&format!("{name:<10} {value}"));
    let described = [
        ("kind", plugin.kind.unwrap_or("none that is known")),
        ("world", plugin.world.unwrap_or("-")),
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
}

fn listed<S: AsRef<str>>(names: &[S]) -> String {
    match names.is_empty() {
        true => "nothing".into(),
        false => names.iter().map(AsRef::as_ref).collect::<Vec<_>>().join(", "),
    }
}
