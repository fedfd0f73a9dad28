//! `tagwarden plan`: what `run` would do.

use tagwarden_core::object::ObjectName;
use tagwarden_reconcile::{Mode, Proposal, Report, Request, Update};

use crate::{
    args::{Global, Manifests},
    diff, output,
    problem::{Exit, Outcome},
    summary,
    world::{self, World, now},
};

pub fn plan(global: &Global, args: &Manifests) -> Outcome {
    let inventory = world::inventory(args)?;
    let world = World::open(global)?;
    let request = Request::everything(now(), Mode::Plan);
    let report = world.runtime.block_on(world.reconciler.pass(&inventory, &request));
    if !output::structured(global.output, &report)? {
        print(&report);
    }
    Ok(match report.failed() {
        true => Exit::Failed,
        false => Exit::Done,
    })
}

fn print(report: &Report) {
    summary::policies(&report.policies);
    for automation in &report.automations {
        output::line("");
        match &automation.update {
            Update::Planned(proposal) => proposed(&automation.name, proposal),
            _ => output::line(&summary::update(automation)),
        }
        summary::markers(automation);
    }
    summary::failures(report);
}

fn proposed(name: &ObjectName, proposal: &Proposal) {
    let bold = anstyle::Style::new().bold();
    output::line(&format!(
        "{bold}{name}{bold:#} would push to {bold}{}{bold:#}, on {}, as {}",
        proposal.destination,
        short(&proposal.base),
        proposal.author
    ));
    output::line("");
    for line in proposal.message.lines() {
        output::line(&format!("    {line}"));
    }
    output::line("");
    for file in &proposal.files {
        output::text(&diff::unified(file));
    }
}

/// A commit id as people read it.
pub fn short(id: &str) -> &str {
    id.get(..10).unwrap_or(id)
}
