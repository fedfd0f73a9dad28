//! `tagwarden plan`: what `run` would do.

use tagwarden_core::object::ObjectName;
use tagwarden_reconcile::{Mode, Proposal, Report, Request, Requested, Update, ports::RequestText};

use crate::{
    args::{Global, Plan},
    diff, output,
    problem::{Exit, Outcome},
    summary,
    vetting::Vetting,
    world::{self, World, now},
};

pub fn plan(global: &Global, args: &Plan) -> Outcome {
    let inventory = world::inventory_but(&args.manifests, &args.reverts)?;
    let vetting = Vetting::read(&args.manifests, &inventory)?;
    let world = World::open(global, &inventory, &vetting)?;
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
            Update::Requests { requests } => {
                requests.iter().for_each(|request| requested(&automation.name, request));
            }
            _ => output::line(&summary::update(automation)),
        }
        summary::markers(automation);
    }
    summary::failures(report);
}

/// A request as it would be: what it says, then the commit behind it.
fn requested(name: &ObjectName, requested: &Requested) {
    let Some(request) = &requested.request else {
        output::line(&summary::request(name, requested));
        return;
    };
    if let Some(proposal) = &requested.proposal {
        proposed(name, proposal);
    }
    output::line(&summary::request(name, requested));
    output::line("");
    for (label, value) in facts(request) {
        output::line(&format!("    {label:<10} {value}"));
    }
    output::line("");
    for line in request.body.lines() {
        output::line(format!("    {line}").trim_end());
    }
}

fn facts(request: &RequestText) -> Vec<(&'static str, String)> {
    let mut facts = vec![
        ("title", request.title.clone()),
        ("into", request.base.clone()),
        ("draft", if request.draft { "yes" } else { "no" }.to_owned()),
    ];
    for (label, names) in [
        ("labels", &request.labels),
        ("reviewers", &request.reviewers),
        ("assignees", &request.assignees),
    ] {
        if !names.is_empty() {
            facts.push((label, names.join(", ")));
        }
    }
    if let Some(method) = request.auto_merge {
        facts.push(("autoMerge", format!("once its checks pass ({})", method.as_str())));
    }
    facts
}

fn proposed(name: &ObjectName, proposal: &Proposal) {
    let bold = anstyle::Style::new().bold();
    output::line(&format!(
        "{bold}{name}{bold:#} would push to {bold}{}{bold:#}, on {}, as {}",
        proposal.destination,
        short(&proposal.base),
        proposal.author
    ));
    if let Some(signer) = &proposal.signer {
        output::line(&format!("signed by {signer}"));
    }
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
