//! `tagwarden cache`: what is kept only to be quick.

use serde::Serialize;

use crate::{
    args::{Cache, Global, Prune},
    output,
    problem::{Exit, Outcome, Problem},
    world,
};

/// What a pruning did, for programs.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Pruned {
    removed: usize,
    freed_bytes: u64,
    kept: usize,
    kept_bytes: u64,
}

pub fn cache(global: &Global, args: &Cache) -> Outcome {
    match args {
        Cache::Prune(args) => prune(global, args),
    }
}

fn prune(global: &Global, args: &Prune) -> Outcome {
    let limit = args.max_size.saturating_mul(1 << 20);
    let pruned = world::mirrors(global)?.prune(limit, args.unused_for).map_err(|error| {
        Problem::failed(format!("the mirrors cannot be listed: {error}"))
            .hint("check that the state folder is yours; --state names another")
    })?;
    let tagwarden_git::Pruned { removed, freed, kept, size } = pruned;
    let shown = Pruned { removed, freed_bytes: freed, kept, kept_bytes: size };
    if !output::structured(global.output, &shown)? {
        let mib = |bytes: u64| bytes.div_ceil(1 << 20);
        output::line(&format!("removed {removed} mirrors, {} MiB", mib(freed)));
        output::line(&format!("kept {kept} mirrors, {} MiB", mib(size)));
    }
    Ok(Exit::Done)
}
