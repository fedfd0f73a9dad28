//! `tagwarden plugin update`: pins what the sources hold now.

use tagwarden_core::{
    lock::Locked,
    object::ObjectName,
    spec::{Grants, PluginKind, PluginLimits, PluginSource, PolicyPlugin, Signers},
    vetting,
};

use super::vet;
use crate::{
    args::{Global, Update},
    output,
    problem::{Exit, Outcome, Problem},
    vetting::{Loader, keep},
    world,
};

/// One plugin to look at again.
struct Wanted {
    name: String,
    object: Option<ObjectName>,
    kind: PluginKind,
    source: PluginSource,
    written: String,
    pinned: Option<String>,
    grants: Grants,
    limits: PluginLimits,
    /// Whose signatures it must bear.
    signers: Option<Signers>,
}

pub fn update(global: &Global, args: &Update) -> Outcome {
    let mut desk = vet::Desk::open(&args.vetted)?;
    let wanted = wanted(&desk, args.name.as_deref())?;
    let mut updated = vec![];
    {
        let sources = desk.sources(&args.vetted.access)?;
        let loader = Loader::new(&desk.lock, sources, global)?;
        let runtime = world::runtime()?;
        for plugin in wanted {
            updated.push(runtime.block_on(look(global, &loader, plugin))?);
        }
    }
    for locked in updated {
        report(desk.lock.lock.plugin(&locked.name), &locked);
        desk.lock.lock.put(locked);
    }
    desk.lock.write()?;
    Ok(Exit::Done)
}

async fn look(global: &Global, loader: &Loader<'_>, plugin: Wanted) -> Result<Locked, Problem> {
    let Wanted { name, object, source, limits, signers, .. } = &plugin;
    let limit = vetting::max_size(limits);
    let read = loader.sources.read(source, object.as_ref(), limit, signers.as_ref()).await;
    let resolved = read.map_err(|refusal| vet::refused(name, refusal))?;
    if plugin.pinned.as_ref().is_some_and(|pinned| *pinned != resolved.digest) {
        let reason =
            format!("its source holds {}, and its manifest says otherwise", resolved.digest);
        return Err(vet::refused(name, reason).hint("change spec.digest, if that is meant"));
    }
    let shown = vet::inspected(global, &resolved, source, &plugin.grants)?;
    let kind = vet::kind(&shown)?;
    if kind != plugin.kind {
        let reason = format!("it is a {kind}, and a {} was declared", plugin.kind);
        return Err(vet::refused(name, reason));
    }
    keep(&loader.store, &resolved).map_err(Problem::failed)?;
    // The manifest has the keys of what it declares.
    let signers = plugin.signers.clone().filter(|_| plugin.object.is_none());
    let terms = vet::Terms { grants: plugin.grants, limits: plugin.limits, signers };
    vet::locked(plugin.name, kind, plugin.written, &resolved, terms)
}

/// What is to be looked at: everything that is declared or locked, or one of it.
fn wanted(desk: &vet::Desk, only: Option<&str>) -> Result<Vec<Wanted>, Problem> {
    let mut all = vec![];
    for plugin in &desk.inventory.plugins {
        if only.is_none_or(|only| only == plugin.name.name) {
            all.push(declared(plugin, desk)?);
        }
    }
    for locked in &desk.lock.lock.plugins {
        let declared = desk.inventory.plugins.iter().any(|p| p.name.name == locked.name);
        if !declared && only.is_none_or(|only| only == locked.name) {
            all.push(known(locked, desk)?);
        }
    }
    match (all.is_empty(), only) {
        (true, Some(name)) => {
            Err(Problem::usage(format!("no PolicyPlugin and no lock file knows {name}"))
                .hint("`tagwarden plugin add SOURCE` adds one"))
        }
        _ => Ok(all),
    }
}

fn declared(plugin: &PolicyPlugin, desk: &vet::Desk) -> Result<Wanted, Problem> {
    let signers = plugin.verification.as_ref();
    let signers = signers.map(|verification| verification.signers(&plugin.name, &desk.inventory));
    let written = match &plugin.source {
        PluginSource::Oci(artifact) => artifact.to_string(),
        PluginSource::File(path) => vet::written(path, desk.lock.folder())?,
    };
    Ok(Wanted {
        name: plugin.name.name.clone(),
        object: Some(plugin.name.clone()),
        kind: plugin.kind,
        source: plugin.source.clone(),
        written,
        pinned: plugin.digest.clone(),
        grants: plugin.grants.clone(),
        limits: plugin.limits,
        signers: signers.transpose().map_err(|error| Problem::failed(error.to_string()))?,
    })
}

fn known(locked: &Locked, desk: &vet::Desk) -> Result<Wanted, Problem> {
    let source = vetting::source(&locked.source, desk.lock.folder()).map_err(Problem::failed)?;
    Ok(Wanted {
        name: locked.name.clone(),
        object: None,
        kind: locked.kind,
        source,
        written: locked.source.clone(),
        pinned: None,
        grants: locked.grants.clone(),
        limits: locked.limits,
        signers: locked.signers.clone(),
    })
}

fn report(before: Option<&Locked>, now: &Locked) {
    match before.filter(|before| before.digest == now.digest) {
        Some(_) => output::line(&format!("{}: still {}", now.name, now.digest)),
        None => output::line(&format!("{}: now {}", now.name, now.digest)),
    }
}
