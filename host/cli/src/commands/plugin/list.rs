//! `tagwarden plugin list`: what plugins there are.

use super::shown::Shown;
use crate::{
    args::Global,
    output,
    problem::{Exit, Outcome},
    world,
};

pub fn list(global: &Global) -> Outcome {
    let plugins = world::plugins(global)?;
    let names: Vec<String> = plugins.sandbox().names().map(ToOwned::to_owned).collect();
    let shown =
        names.iter().map(|name| Shown::of(&plugins, name)).collect::<Result<Vec<_>, _>>()?;
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
