//! What is known of the ImagePolicies.

use serde::Serialize;
use tagwarden_core::{
    object::ObjectName,
    selection::{Selection, Stopped},
    spec::{ImagePolicy, Inventory},
};
use tagwarden_reconcile::{
    Failed,
    ports::{Moved, Store},
};

use super::ages::ago;
use crate::{
    output, summary,
    vetting::{self, Standing},
};

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Policy {
    name: ObjectName,
    repository: ObjectName,
    /// The plugin that decides.
    plugin: String,
    /// Where that plugin stands.
    vetting: vetting::State,
    suspended: bool,
    selection: Option<Selection>,
    previous: Option<String>,
    selected_at: Option<u64>,
    /// The last time the selected tag began to point to another image.
    moved: Option<Moved>,
    /// What guards kept from being selected at the last decision, best first.
    guarded: Vec<Stopped>,
}

pub(super) fn known(
    inventory: &Inventory,
    store: &dyn Store,
    plugins: &[Standing],
) -> Result<Vec<Policy>, Failed> {
    let one = |policy: &ImagePolicy| {
        let state = store.policy(&policy.name)?;
        let plugin = policy.policy.plugin.clone();
        let standing = plugins.iter().find(|standing| standing.name == plugin);
        Ok(Policy {
            name: policy.name.clone(),
            repository: policy.repository.clone(),
            vetting: standing
                .map_or_else(|| Standing::other(&plugin).state, |standing| standing.state),
            plugin,
            suspended: policy.suspend,
            previous: state.as_ref().and_then(|state| state.previous.clone()),
            selected_at: state.as_ref().map(|state| state.selected_at),
            moved: state.as_ref().and_then(|state| state.moved.clone()),
            guarded: state.as_ref().map(|state| state.guarded.clone()).unwrap_or_default(),
            selection: state.map(|state| state.selection),
        })
    };
    inventory.policies.iter().map(one).collect()
}

pub(super) fn print(policies: &[Policy]) {
    let rows: Vec<_> = policies.iter().map(row).collect();
    let head = ["POLICY", "SELECTED", "PREVIOUS", "SINCE", "MOVED", "PLUGIN", "GUARD", "SUSPENDED"];
    output::table(head, &rows);
}

fn row(policy: &Policy) -> [String; 8] {
    [
        policy.name.to_string(),
        policy.selection.as_ref().map_or("-".into(), Selection::reference),
        policy.previous.clone().unwrap_or("-".into()),
        ago(policy.selected_at),
        policy.moved.as_ref().map_or("-".into(), |moved| ago(Some(moved.at))),
        match policy.vetting {
            vetting::State::FirstParty => policy.plugin.clone(),
            state => format!("{} ({})", policy.plugin, state.word()),
        },
        policy.guarded.first().map_or("-".into(), summary::guard),
        policy.suspended.to_string(),
    ]
}
