//! `tagwarden plugin add`: from a source to an entry of the lock file.

use tagwarden_core::{
    lock::Locked,
    spec::Grants,
    vetting::{max_size, words},
};

use super::vet;
use crate::{
    args::{Add, Global},
    output,
    problem::{Exit, Outcome, Problem},
    vetting::{Loader, keep},
    world,
};

pub fn add(global: &Global, args: &Add) -> Outcome {
    let mut desk = vet::Desk::open(&args.vetted)?;
    let signers = vet::signers(&args.keys)?;
    let limits = args.limits.limits();
    let (source, written) = vet::source(&args.source, &desk.lock)?;
    let (resolved, store) = {
        let sources = desk.sources(&args.vetted.access)?;
        let loader = Loader::new(&desk.lock, sources, global)?;
        let read = loader.sources.read(&source, None, max_size(&limits), signers.as_ref());
        let resolved = world::runtime()?.block_on(read);
        let resolved = resolved.map_err(|refusal| vet::refused(&args.source, refusal))?;
        (resolved, loader.store)
    };
    let grants: Grants = global.grants.iter().map(|granted| granted.grant).collect();
    let shown = vet::inspected(global, &resolved, &source, &grants)?;
    let name = args.name.clone().unwrap_or_else(|| shown.own_name.clone());
    if let Some(other) = global.grants.iter().find(|granted| granted.name != name) {
        return Err(Problem::usage(format!("--grant is for {}, and this is {name}", other.name)));
    }
    if let Some(plugin) = desk.inventory.plugins.iter().find(|p| p.name.name == name) {
        return Err(Problem::usage(format!("PolicyPlugin {} declares {name}", plugin.name))
            .hint(format!("`tagwarden plugin update {name}` pins what it declares")));
    }
    let kind = vet::kind(&shown)?;
    let terms = vet::Terms { grants, limits, signers };
    let locked = vet::locked(name, kind, written, &resolved, terms)?;
    keep(&store, &resolved).map_err(Problem::failed)?;
    print(&locked);
    if tagwarden_embedded::all().iter().any(|plugin| plugin.name == locked.name) {
        output::note(&format!(
            "{0} takes the place of the first-party plugin {0} in these manifests; \
             --name gives it another name",
            locked.name
        ));
    }
    desk.lock.lock.put(locked);
    desk.lock.write()?;
    Ok(Exit::Done)
}

fn print(locked: &Locked) {
    output::line(&format!("{} {} from {}", locked.kind, locked.name, locked.source));
    output::line(&format!("  digest  {} ({} bytes)", locked.digest, locked.size));
    output::line(&format!("  grants  {}", words(&locked.grants)));
    output::line(&format!("  limits  {}", locked.limits));
    match locked.signed_by.is_empty() {
        false => output::line(&format!("  signed  {}", locked.signed_by.join(", "))),
        true => output::note("its digest is pinned, but no signature was asked for: --key FILE"),
    }
}
