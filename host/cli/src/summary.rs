//! A pass's outcomes, for people.

use anstyle::{AnsiColor, Style};
use tagwarden_core::{edit::MarkerOutcome, object::ObjectName, selection::Stopped, spec::Guard};
use tagwarden_reconcile::{
    AutomationOutcome, Decision, Failed, PolicyOutcome, Report, RepositoryOutcome, RequestStep,
    Requested, Scan, Update, ports::Moved,
};

use crate::{commands::short, output};

const GOOD: Style = AnsiColor::Green.on_default();
const BAD: Style = AnsiColor::Red.on_default();
const QUIET: Style = Style::new().dimmed();

fn styled(style: Style, text: &str) -> String {
    format!("{style}{text}{style:#}")
}

/// A line a repository that was looked at.
pub fn repositories(outcomes: &[RepositoryOutcome]) {
    let rows: Vec<[String; 3]> = outcomes
        .iter()
        .filter(|outcome| !matches!(outcome.scan, Scan::Fresh { .. } | Scan::Waiting))
        .map(|outcome| [outcome.name.to_string(), outcome.image.clone(), scan(&outcome.scan)])
        .collect();
    if !rows.is_empty() {
        output::table(["REPOSITORY", "IMAGE", "TAGS"], &rows);
    }
}

fn scan(scan: &Scan) -> String {
    match scan {
        Scan::Done { tags, new, gone } => format!("{tags} ({new} new, {gone} gone)"),
        Scan::Fresh { tags } => format!("{tags} (not due)"),
        Scan::Suspended => styled(QUIET, "suspended"),
        Scan::Waiting => styled(QUIET, "failed before, not due"),
        Scan::Failed(_) => styled(BAD, "failed"),
    }
}

/// A line a policy that was asked.
pub fn policies(outcomes: &[PolicyOutcome]) {
    let asked = outcomes.iter().filter(|o| !matches!(o.decision, Decision::NotDue { .. }));
    let rows: Vec<[String; 3]> = asked.map(policy).collect();
    if !rows.is_empty() {
        output::table(["POLICY", "SELECTED", "WHY"], &rows);
    }
}

fn policy(outcome: &PolicyOutcome) -> [String; 3] {
    let name = outcome.name.to_string();
    match &outcome.decision {
        Decision::Selected { selection, previous, moved, tags, candidates, guarded, .. } => {
            let mut why = format!("best of {candidates} candidates ({tags} tags)");
            match (moved, previous) {
                (Some(Moved { from, .. }), _) => why.push_str(&format!(", the tag was {from}")),
                (None, Some(previous)) => why.push_str(&format!(", was {previous}")),
                (None, None) => {}
            }
            let why = guarded.first().map_or(why, guard);
            [name, styled(GOOD, &selection.reference()), why]
        }
        Decision::Held { selection, because } => {
            let why = because.as_ref().map_or("suspended", |failed| failed.message.as_str());
            [name, selection.reference(), format!("held: {why}")]
        }
        Decision::NotReady(failed) => [name, styled(BAD, "none"), failed.message.clone()],
        Decision::NotDue { selection } => [name, selection.reference(), "not due".to_owned()],
    }
}

/// What a guard had to say, in place of the policy.
pub fn guard(stopped: &Stopped) -> String {
    match stopped.guard {
        Guard::Hold => stopped.reason.clone(),
        Guard::Downgrade | Guard::MinimumAge => {
            format!("{} was not selected: {}", stopped.tag, stopped.reason)
        }
    }
}

/// What an automation did, in a line.
pub fn update(outcome: &AutomationOutcome) -> String {
    let name = &outcome.name;
    match &outcome.update {
        Update::UpToDate { commit } => format!("{name}: up to date at {}", short(commit)),
        Update::Pushed(proposal) => format!(
            "{name}: {} {} to {}",
            styled(GOOD, "pushed"),
            short(proposal.commit.as_deref().unwrap_or_default()),
            proposal.destination
        ),
        Update::AlreadyPushed(proposal) => format!(
            "{name}: {} already holds the change, at {}",
            proposal.destination,
            short(proposal.commit.as_deref().unwrap_or_default())
        ),
        Update::Requests { requests } => {
            requests.iter().map(|r| request(name, r)).collect::<Vec<_>>().join("\n")
        }
        Update::Planned(proposal) => format!("{name}: would push to {}", proposal.destination),
        Update::Suspended => format!("{name}: {}", styled(QUIET, "suspended")),
        Update::Failed(_) => format!("{name}: {}", styled(BAD, "failed")),
    }
}

/// What became of a request, in a line.
pub fn request(name: &ObjectName, request: &Requested) -> String {
    let done = match (&request.step, &request.number, &request.request) {
        (RequestStep::Planned, None, _) => "would open a request".to_owned(),
        (RequestStep::Planned, Some(number), Some(_)) => format!("would see to request {number}"),
        (RequestStep::Planned, Some(number), None) => {
            format!("would close request {number}, which has nothing left to change")
        }
        (RequestStep::Opened, ..) => styled(GOOD, "opened a request"),
        (RequestStep::Updated, ..) => styled(GOOD, "updated the request"),
        (RequestStep::Unchanged, ..) => "the request is as it should be".to_owned(),
        (RequestStep::Closed, ..) => "closed the request, with nothing left to change".to_owned(),
        (RequestStep::Failed(_), ..) => styled(BAD, "failed"),
    };
    let url = request.url.as_deref().map(|url| format!(": {url}")).unwrap_or_default();
    format!("{name}: {}: {done}{url}", request.head)
}

/// The changes an automation made, a line each.
pub fn changes(outcome: &AutomationOutcome) {
    let proposals: Vec<_> = match &outcome.update {
        Update::Pushed(proposal) | Update::AlreadyPushed(proposal) => vec![proposal],
        Update::Requests { requests } => {
            requests.iter().filter_map(|r| r.proposal.as_ref()).collect()
        }
        _ => return,
    };
    for change in proposals.iter().flat_map(|proposal| &proposal.changes) {
        output::line(&format!("  {}: {} -> {}", change.file, change.old, change.new));
    }
}

/// What requests do not have although it was asked for, a line each.
pub fn remarks(outcome: &AutomationOutcome) {
    let Update::Requests { requests } = &outcome.update else {
        return;
    };
    for request in requests {
        for remark in &request.remarks {
            output::note(&format!("{}: {remark}", request.head));
        }
    }
}

/// The markers that could not be served, a line each.
pub fn markers(outcome: &AutomationOutcome) {
    for file in &outcome.markers {
        for marker in file.markers.iter().filter(|marker| is_trouble(marker)) {
            output::note(&format!("{}:{}: {}", file.file, marker.line, marker.verdict));
        }
    }
    for skipped in &outcome.skipped {
        output::note(&format!("{}: left alone: {}", skipped.file, skipped.reason));
    }
}

fn is_trouble(marker: &MarkerOutcome) -> bool {
    marker.verdict.is_trouble()
}

/// Every failure, with its hint, on standard error.
pub fn failures(report: &Report) {
    for repository in &report.repositories {
        if let Scan::Failed(failed) = &repository.scan {
            failure("ImageRepository", &repository.name.to_string(), failed);
        }
    }
    for policy in &report.policies {
        if let Some(failed) = policy.decision.failure() {
            failure("ImagePolicy", &policy.name.to_string(), failed);
        }
    }
    for automation in &report.automations {
        let name = automation.name.to_string();
        match &automation.update {
            Update::Failed(failed) => failure("ImageUpdateAutomation", &name, failed),
            Update::Requests { requests } => requests
                .iter()
                .filter_map(Requested::failure)
                .for_each(|failed| failure("ImageUpdateAutomation", &name, failed)),
            _ => {}
        }
    }
}

fn failure(kind: &str, name: &str, failed: &Failed) {
    let problem = crate::problem::Problem::failed(format!("{kind} {name}: {}", failed.message));
    match &failed.hint {
        Some(hint) => problem.hint(hint.as_str()).report(),
        None => problem.report(),
    };
}
