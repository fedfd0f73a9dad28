//! `tagwarden plugin list`: what plugins there are, and which of them may run.

use serde::Serialize;

use super::shown::Shown;
use crate::{
    args::{Global, List, Manifests},
    output,
    problem::{Exit, Outcome, Problem},
    vetting::{Admitted, Standing, State, Vetting},
    world,
};

/// A plugin and where it stands, for programs.
#[derive(Serialize)]
struct Listed {
    #[serde(flatten)]
    standing: Standing,
    #[serde(skip_serializing_if = "Option::is_none")]
    plugin: Option<Shown>,
}

pub fn list(global: &Global, args: &List) -> Outcome {
    let admitted = admitted(global, args)?;
    let listed = listed(&admitted)?;
    if !output::structured(global.output, &listed)? {
        let rows: Vec<_> = listed.iter().map(row).collect();
        let head = [
            "NAME",
            "STATE",
            "KIND",
            "VERSION",
            "SIZE",
            "DIGEST",
            "SIGNED BY",
            "SOURCE",
            "SUMMARY",
        ];
        output::table(head, &rows);
    }
    Ok(Exit::Done)
}

/// The plugins of these manifests; without any, the first-party ones and those of
/// the command line.
fn admitted(global: &Global, args: &List) -> Result<Admitted, Problem> {
    let manifests = Manifests { files: args.files.clone() };
    let inventory = world::inventory(&manifests)?;
    let vetting = Vetting::read(&manifests, &inventory)?;
    world::runtime()?.block_on(vetting.plugins(global, &inventory))
}

fn listed(admitted: &Admitted) -> Result<Vec<Listed>, Problem> {
    let refused = |name: &str| admitted.standing(name).state == State::Refused;
    let refusals = admitted.standings.iter().filter(|s| s.state == State::Refused).cloned();
    let mut listed: Vec<_> = refusals.map(|standing| Listed { standing, plugin: None }).collect();
    // Whatever else has a refused plugin's name is not called either.
    for name in admitted.engine.sandbox().names().filter(|name| !refused(name)) {
        let shown = Shown::of(&admitted.engine, name)?;
        let standing = admitted.standing(name);
        let kind = standing.kind.clone().or(shown.kind.map(str::to_owned));
        listed.push(Listed { standing: Standing { kind, ..standing }, plugin: Some(shown) });
    }
    listed.sort_by(|a, b| a.standing.name.cmp(&b.standing.name));
    Ok(listed)
}

fn row(listed: &Listed) -> [String; 9] {
    let Listed { standing, plugin } = listed;
    let of = |field: fn(&Shown) -> Option<String>| plugin.as_ref().and_then(field);
    let none = || "-".to_owned();
    [
        standing.name.clone(),
        standing.state.word().to_owned(),
        standing.kind.clone().unwrap_or_else(none),
        of(|shown| shown.version.clone()).unwrap_or_else(none),
        of(|shown| Some(format!("{} KiB", shown.size.div_ceil(1024)))).unwrap_or_else(none),
        standing.short_digest(),
        standing.signers(),
        standing.origin(),
        of(|shown| shown.summary.clone().or_else(|| shown.problem.clone()))
            .or_else(|| standing.refused.clone())
            .unwrap_or_default(),
    ]
}
