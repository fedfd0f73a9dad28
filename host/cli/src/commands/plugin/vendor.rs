//! `tagwarden plugin vendor`: copies of everything, to go where no registry is.

use std::fs;

use tagwarden_registry::Content;

use super::vet;
use crate::{
    args::{Global, Manifests, Vendor},
    output,
    problem::{Exit, Outcome, Problem},
    vetting::{Loader, Vetting, keep},
    world,
};

pub fn vendor(global: &Global, args: &Vendor) -> Outcome {
    let mut desk = vet::Desk::open(&args.vetted)?;
    let manifests = Manifests { files: args.vetted.files.clone() };
    let vetting = Vetting::read(&manifests, &desk.inventory)?;
    let unmade = |error: &std::io::Error| Problem::io("make", &args.folder, error);
    fs::create_dir_all(&args.folder).map_err(|error| unmade(&error))?;
    let folder = vet::written(&args.folder, desk.lock.folder())?;
    let vendored = Content::in_folder(&args.folder);
    let mut count = 0;
    {
        let loader = Loader::new(&desk.lock, desk.sources(&args.vetted.access)?, global)?;
        let runtime = world::runtime()?;
        for (name, verdict) in vetting.verdicts() {
            let loaded = match verdict {
                Ok(vetted) => runtime.block_on(loader.load(vetted)),
                Err(reason) => Err(reason.clone().into()),
            };
            let loaded = loaded.map_err(|refusal| vet::refused(name, refusal))?;
            keep(&vendored, &loaded.resolved).map_err(Problem::failed)?;
            count += 1;
        }
    }
    output::line(&format!("plugins copied into {folder}: {count}"));
    desk.lock.lock.vendor = Some(folder);
    desk.lock.write()?;
    Ok(Exit::Done)
}
