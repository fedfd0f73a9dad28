//! `tagwarden plugin verify`: is everything still what was vetted?

use serde::Serialize;
use tagwarden_core::{
    spec::Inventory,
    vetting::{Vetted, words},
};

use super::vet;
use crate::{
    args::{Global, Manifests, Vetted as Args},
    output,
    problem::{Exit, Outcome},
    vetting::{Loader, Vetting},
    world,
};

/// A plugin and what was found, for programs.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Verified {
    name: String,
    kind: String,
    source: String,
    digest: String,
    grants: String,
    signed_by: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    refused: Option<String>,
}

pub fn verify(global: &Global, args: &Args) -> Outcome {
    let desk = vet::Desk::open(args)?;
    let manifests = Manifests { files: args.files.clone() };
    let vetting = Vetting::read(&manifests, &desk.inventory)?;
    let loader = Loader::new(&desk.lock, desk.sources(&args.access)?, global)?;
    let runtime = world::runtime()?;
    let mut all = vec![];
    for (name, verdict) in vetting.verdicts() {
        let found = match verdict {
            Ok(vetted) => runtime.block_on(look(global, &loader, vetted)),
            Err(reason) => undecided(name, &desk.inventory, reason),
        };
        all.push(found);
    }
    if !output::structured(global.output, &all)? {
        print(&all);
    }
    Ok(match all.iter().any(|verified| verified.refused.is_some()) {
        true => Exit::Failed,
        false => Exit::Done,
    })
}

async fn look(global: &Global, loader: &Loader<'_>, vetted: &Vetted) -> Verified {
    let loaded = loader.load(vetted).await;
    let signed_by = loaded.as_ref().map(|loaded| loaded.resolved.signed_by()).unwrap_or_default();
    let fits = loaded.and_then(|loaded| {
        let shown = vet::inspected(global, &loaded.resolved, &vetted.source, &vetted.grants)
            .map_err(|problem| problem.message().to_owned())?;
        match shown.kind {
            Some(kind) if kind == vetted.kind.to_string() => Ok(()),
            kind => Err(format!(
                "it is a {}, and a {} was vetted",
                kind.unwrap_or("thing of no kind"),
                vetted.kind
            )),
        }
    });
    Verified {
        name: vetted.name.clone(),
        kind: vetted.kind.to_string(),
        source: vetted.source.to_string(),
        digest: vetted.digest.clone(),
        grants: words(&vetted.grants),
        signed_by,
        refused: fits.err(),
    }
}

/// A plugin that manifests and lock file do not agree on.
fn undecided(name: &str, inventory: &Inventory, reason: &str) -> Verified {
    let declared = inventory.plugins.iter().find(|plugin| plugin.name.name == name);
    Verified {
        name: name.to_owned(),
        kind: declared.map_or_else(|| "-".into(), |plugin| plugin.kind.to_string()),
        source: declared.map_or_else(|| "-".into(), |plugin| plugin.source.to_string()),
        digest: "-".into(),
        grants: "-".into(),
        signed_by: vec![],
        refused: Some(reason.to_owned()),
    }
}

fn print(all: &[Verified]) {
    let rows: Vec<_> = all.iter().map(row).collect();
    output::table(["PLUGIN", "KIND", "SOURCE", "DIGEST", "GRANTS", "SIGNED BY", "STATE"], &rows);
    for verified in all {
        if let Some(reason) = &verified.refused {
            vet::refused(&verified.name, reason).report();
        }
    }
}

fn row(verified: &Verified) -> [String; 7] {
    let signed: Vec<_> = verified.signed_by.iter().map(|key| short(key)).collect();
    [
        verified.name.clone(),
        verified.kind.clone(),
        verified.source.clone(),
        short(&verified.digest).to_owned(),
        verified.grants.clone(),
        if signed.is_empty() { "-".to_owned() } else { signed.join(", ") },
        if verified.refused.is_some() { "refused" } else { "good" }.to_owned(),
    ]
}

/// A digest as people tell it from another.
fn short(digest: &str) -> &str {
    digest.get(..19).unwrap_or(digest)
}
