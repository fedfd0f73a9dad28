//! `tagwarden plugin verify`: is everything still what was vetted?

use tagwarden_core::vetting::Vetted;

use super::vet;
use crate::{
    args::{Global, Manifests, Vetted as Args},
    output,
    problem::{Exit, Outcome},
    vetting::{Loader, Refusal, Standing, Vetting, print},
    world,
};

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
            Err(reason) => Err(reason.clone().into()),
        };
        all.push(
            found
                .unwrap_or_else(|reason| Standing::refused(name, verdict, &desk.inventory, reason)),
        );
    }
    if !output::structured(global.output, &all)? {
        print(&all);
        all.iter().filter_map(Standing::problem).for_each(|problem| _ = problem.report());
    }
    Ok(match all.iter().any(|standing| standing.refused.is_some()) {
        true => Exit::Failed,
        false => Exit::Done,
    })
}

async fn look(global: &Global, loader: &Loader<'_>, vetted: &Vetted) -> Result<Standing, Refusal> {
    let loaded = loader.load(vetted).await?;
    let shown = vet::inspected(global, &loaded.resolved, &vetted.source, &vetted.grants)
        .map_err(|problem| Refusal::from(problem.message().to_owned()))?;
    match shown.kind {
        Some(kind) if kind == vetted.kind.to_string() => {
            Ok(Standing::vetted(vetted, loaded.resolved.signed_by()))
        }
        kind => {
            let kind = kind.unwrap_or("thing of no kind");
            Err(format!("it is a {kind}, and a {} was vetted", vetted.kind).into())
        }
    }
}
