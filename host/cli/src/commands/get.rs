//! `tagwarden get`: the state the last run left. Asks no registry and no remote.

mod ages;
mod automations;
mod policies;
mod repositories;

use serde::Serialize;
use tagwarden_core::spec::Inventory;

use crate::{
    args::{Get, Global, Kind},
    output,
    problem::{Exit, Outcome, Problem},
    vetting::{self, Standing, Vetting},
    world,
};
use automations::Automation;
use policies::Policy;
use repositories::Repository;

/// Everything, for programs.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct State {
    #[serde(skip_serializing_if = "Option::is_none")]
    repositories: Option<Vec<Repository>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    policies: Option<Vec<Policy>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    updates: Option<Vec<Automation>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    plugins: Option<Vec<Standing>>,
}

pub fn get(global: &Global, args: &Get) -> Outcome {
    let inventory = world::inventory(&args.manifests)?;
    let store = world::store(global)?;
    let wants = |kind| args.kind == Kind::All || args.kind == kind;
    let mut exit = Exit::Done;
    let plugins = match wants(Kind::Policies) || wants(Kind::Plugins) {
        true => standings(global, args, &inventory).unwrap_or_else(|problem| {
            exit = problem.report();
            vec![]
        }),
        false => vec![],
    };
    let state = State {
        repositories: wants(Kind::Repositories)
            .then(|| repositories::known(&inventory, store.as_ref()))
            .transpose()?,
        policies: wants(Kind::Policies)
            .then(|| policies::known(&inventory, store.as_ref(), &plugins))
            .transpose()?,
        updates: wants(Kind::Updates)
            .then(|| automations::known(&inventory, store.as_ref()))
            .transpose()?,
        plugins: wants(Kind::Plugins).then_some(plugins),
    };
    if !output::structured(global.output, &state)? {
        print(&state);
    }
    Ok(exit)
}

/// Where plugins stand by what is on this machine. A lock file that is not whole is
/// told, and hides nothing else.
fn standings(global: &Global, args: &Get, inventory: &Inventory) -> Result<Vec<Standing>, Problem> {
    Vetting::read(&args.manifests, inventory)?.at_hand(global, inventory)
}

/// Prints a table for each kind there is, with an empty line between two.
fn print(state: &State) {
    let mut first = true;
    let mut table = |print: &dyn Fn()| {
        if !std::mem::take(&mut first) {
            output::line("");
        }
        print();
    };
    if let Some(repositories) = state.repositories.as_deref().filter(|rows| !rows.is_empty()) {
        table(&|| repositories::print(repositories));
    }
    if let Some(policies) = state.policies.as_deref().filter(|rows| !rows.is_empty()) {
        table(&|| policies::print(policies));
    }
    if let Some(updates) = state.updates.as_deref().filter(|rows| !rows.is_empty()) {
        table(&|| automations::print(updates));
    }
    if let Some(plugins) = state.plugins.as_deref().filter(|rows| !rows.is_empty()) {
        table(&|| vetting::print(plugins));
        plugins.iter().filter_map(Standing::problem).for_each(|problem| _ = problem.report());
    }
}
