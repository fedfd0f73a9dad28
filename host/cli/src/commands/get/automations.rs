//! What is known of the ImageUpdateAutomations, their requests, and what people took back.

use serde::Serialize;
use tagwarden_core::{
    object::ObjectName,
    spec::{ImageUpdateAutomation, Inventory},
};
use tagwarden_reconcile::{
    Failed,
    ports::{AutomationState, Refusal, RequestState, Store},
};

use super::ages::ago;
use crate::{commands::short, output};

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Automation {
    name: ObjectName,
    source: ObjectName,
    path: String,
    suspended: bool,
    requests: Vec<RequestState>,
    taken_back: Vec<Refusal>,
    #[serde(flatten)]
    state: Option<AutomationState>,
}

pub(super) fn known(inventory: &Inventory, store: &dyn Store) -> Result<Vec<Automation>, Failed> {
    let one = |automation: &ImageUpdateAutomation| {
        let proposals = store.proposals(&automation.name)?.unwrap_or_default();
        Ok(Automation {
            name: automation.name.clone(),
            source: automation.source.clone(),
            path: automation.path.clone(),
            suspended: automation.suspend,
            requests: proposals.requests,
            taken_back: proposals.refused,
            state: store.automation(&automation.name)?,
        })
    };
    inventory.automations.iter().map(one).collect()
}

pub(super) fn print(automations: &[Automation]) {
    let rows: Vec<_> = automations.iter().map(row).collect();
    let head = ["AUTOMATION", "SOURCE", "PATH", "OBSERVED", "PUSHED", "WHEN", "SUSPENDED"];
    output::table(head, &rows);
    let requests: Vec<_> = automations.iter().flat_map(request_rows).collect();
    if !requests.is_empty() {
        output::line("");
        output::table(["AUTOMATION", "BRANCH", "OPEN REQUEST"], &requests);
    }
    let taken_back: Vec<_> = automations.iter().flat_map(refusal_rows).collect();
    if !taken_back.is_empty() {
        output::line("");
        output::table(["AUTOMATION", "TAKEN BACK", "WHERE", "BY", "NOTICED"], &taken_back);
    }
}

fn row(automation: &Automation) -> [String; 7] {
    let path = match automation.path.as_str() {
        "" => "./",
        path => path,
    };
    let state = automation.state.clone().unwrap_or_default();
    let commit = state.last_push_commit.as_deref().map(short);
    let pushed = commit.zip(state.last_push_destination).map(|(id, to)| format!("{id} to {to}"));
    [
        automation.name.to_string(),
        automation.source.to_string(),
        path.to_owned(),
        revision(&state.observed_revision),
        pushed.unwrap_or("-".into()),
        ago(state.last_push_time),
        automation.suspended.to_string(),
    ]
}

fn request_rows(automation: &Automation) -> Vec<[String; 3]> {
    let row = |r: &RequestState| [automation.name.to_string(), r.head.clone(), r.url.clone()];
    automation.requests.iter().map(row).collect()
}

fn refusal_rows(automation: &Automation) -> Vec<[String; 5]> {
    let row = |refusal: &Refusal| {
        let place = refusal.request.as_ref().or(refusal.file.as_ref());
        [
            automation.name.to_string(),
            format!("{} ({})", refusal.value, refusal.setter),
            place.cloned().unwrap_or_default(),
            refusal.by.clone().unwrap_or("-".into()),
            ago(Some(refusal.noticed_at)),
        ]
    };
    automation.taken_back.iter().map(row).collect()
}

/// A revision as people read it: `main@sha1:4a2f80c1d9`.
fn revision(text: &str) -> String {
    match text.rsplit_once("sha1:") {
        Some((name, id)) => format!("{name}sha1:{}", short(id)),
        None => "-".into(),
    }
}
