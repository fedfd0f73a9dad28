//! `tagwarden plugin push`: a component to a registry, as `wkg` pushes it.

use std::path::PathBuf;

use tagwarden_core::{
    image::Part,
    spec::{Grant, Inventory, PluginSource},
};
use tagwarden_reconcile::Failed;
use tagwarden_registry::Told;

use super::vet;
use crate::{
    args::{Global, Push},
    output,
    problem::{Exit, Outcome, Problem},
    vetting::Resolved,
    world,
};

pub fn push(global: &Global, args: &Push) -> Outcome {
    let artifact = vet::artifact(&args.destination)?;
    let Part::Tag(tag) = &artifact.part else {
        return Err(Problem::usage("a component is pushed under a tag, not under a digest"));
    };
    let bytes = world::component(&args.file)?;
    let resolved = Resolved::bare(bytes);
    let source = PluginSource::File(PathBuf::from(&args.file));
    let shown = vet::inspected(global, &resolved, &source, &Grant::ALL.into_iter().collect())?;
    let (registry, inventory) =
        (world::registry(args.access.docker_config.as_deref()), Inventory::default());
    let sources = vet::sources(&registry, &inventory, &args.access)?;
    let target = sources.target(&artifact, None).map_err(Problem::failed)?;
    let told = Told {
        imports: shown.imports.clone(),
        exports: shown.exports.clone(),
        annotations: [
            ("org.opencontainers.image.title", Some(shown.own_name.clone())),
            ("org.opencontainers.image.version", shown.version.clone()),
            ("org.opencontainers.image.description", shown.summary.clone()),
        ]
        .into_iter()
        .filter_map(|(name, value)| Some((name.to_owned(), value?)))
        .collect(),
    };
    let pushed = world::runtime()?.block_on(registry.push(&target, tag, resolved.bytes, told));
    let digest = pushed.map_err(Failed::from)?;
    output::line(&format!("oci://{}@{digest}", artifact.repository));
    output::note(&format!(
        "sign it: cosign sign --key cosign.key {}@{digest}",
        artifact.repository
    ));
    Ok(Exit::Done)
}
