//! `tagwarden plugin pull`: a component from a registry into a file.

use std::{
    fs,
    path::{Path, PathBuf},
};

use tagwarden_core::{
    spec::{Inventory, PluginSource},
    vetting::MAX_COMPONENT,
};

use super::vet;
use crate::{
    args::Pull,
    output,
    problem::{Exit, Outcome, Problem},
    world,
};

pub fn pull(args: &Pull) -> Outcome {
    let artifact = vet::artifact(&args.source)?;
    let signers = vet::signers(&args.keys)?;
    let (registry, inventory) =
        (world::registry(args.access.docker_config.as_deref()), Inventory::default());
    let sources = vet::sources(&registry, &inventory, &args.access)?;
    let name = artifact.repository.repository().rsplit('/').next().unwrap_or_default();
    let path = args.file.clone().unwrap_or_else(|| PathBuf::from(format!("{name}.wasm")));
    let source = PluginSource::Oci(artifact);
    let read = sources.read(&source, None, MAX_COMPONENT, signers.as_ref());
    let resolved = world::runtime()?.block_on(read);
    let resolved = resolved.map_err(|refusal| vet::refused(&args.source, refusal))?;
    write(&path, &resolved.bytes)?;
    output::line(&format!("{}: {}", path.display(), resolved.digest));
    Ok(Exit::Done)
}

fn write(path: &Path, bytes: &[u8]) -> Result<(), Problem> {
    fs::write(path, bytes).map_err(|error| Problem::io("write", path, &error))
}
