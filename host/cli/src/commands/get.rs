//! `tagwarden get`: the state the last run left. Asks no registry and no remote.

use std::time::{Duration, UNIX_EPOCH};

use serde::Serialize;
use tagwarden_core::{
    object::ObjectName,
    selection::{Selection, Stopped},
    spec::Inventory,
    tags::Difference,
};
use tagwarden_reconcile::{
    Failed, Reason,
    ports::{AutomationState, Moved, Refusal, RequestState, ScanTrouble, Store},
};

use crate::{
    args::{Get, Global, Kind},
    commands::short,
    output,
    problem::{Exit, Outcome, Problem},
    summary,
    vetting::{self, Standing, Vetting},
    world::{self, now},
};

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

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Repository {
    name: ObjectName,
    image: String,
    suspended: bool,
    tags: Option<u64>,
    scanned_at: Option<u64>,
    changed_at: Option<u64>,
    /// What came and went when the tags last changed.
    difference: Option<Difference>,
    /// What kept the last scan from being done.
    #[serde(skip_serializing_if = "Option::is_none")]
    trouble: Option<Trouble>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Trouble {
    reason: Reason,
    message: String,
    at: u64,
    /// Until when the registry wants to be left alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    until: Option<u64>,
}

impl From<ScanTrouble> for Trouble {
    fn from(trouble: ScanTrouble) -> Self {
        let ScanTrouble { reason, message, at, until, .. } = trouble;
        Self { reason, message, at, until }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Policy {
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

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Automation {
    name: ObjectName,
    source: ObjectName,
    path: String,
    suspended: bool,
    requests: Vec<RequestState>,
    taken_back: Vec<Refusal>,
    #[serde(flatten)]
    state: Option<AutomationState>,
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
            .then(|| repositories(&inventory, store.as_ref()))
            .transpose()?,
        policies: wants(Kind::Policies)
            .then(|| policies(&inventory, store.as_ref(), &plugins))
            .transpose()?,
        updates: wants(Kind::Updates)
            .then(|| automations(&inventory, store.as_ref()))
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

fn repositories(inventory: &Inventory, store: &dyn Store) -> Result<Vec<Repository>, Failed> {
    let known = |repository: &tagwarden_core::spec::ImageRepository| {
        let scan = store.scan(&repository.name)?;
        Ok(Repository {
            name: repository.name.clone(),
            image: repository.image.to_string(),
            suspended: repository.suspend,
            tags: scan.as_ref().map(|scan| scan.tags),
            scanned_at: scan.as_ref().map(|scan| scan.scanned_at),
            changed_at: scan.as_ref().map(|scan| scan.changed_at),
            difference: scan.map(|scan| scan.difference),
            trouble: store.trouble(&repository.name)?.map(Trouble::from),
        })
    };
    inventory.repositories.iter().map(known).collect()
}

fn policies(
    inventory: &Inventory,
    store: &dyn Store,
    plugins: &[Standing],
) -> Result<Vec<Policy>, Failed> {
    let known = |policy: &tagwarden_core::spec::ImagePolicy| {
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
    inventory.policies.iter().map(known).collect()
}

fn automations(inventory: &Inventory, store: &dyn Store) -> Result<Vec<Automation>, Failed> {
    let known = |automation: &tagwarden_core::spec::ImageUpdateAutomation| {
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
    inventory.automations.iter().map(known).collect()
}

fn print(state: &State) {
    let mut first = true;
    let mut gap = || {
        if !std::mem::take(&mut first) {
            output::line("");
        }
    };
    if let Some(repositories) = state.repositories.as_ref().filter(|rows| !rows.is_empty()) {
        gap();
        let rows: Vec<_> = repositories.iter().map(repository_row).collect();
        output::table(
            ["REPOSITORY", "IMAGE", "TAGS", "SCANNED", "LAST CHANGE", "SUSPENDED", "LAST SCAN"],
            &rows,
        );
    }
    if let Some(policies) = state.policies.as_ref().filter(|rows| !rows.is_empty()) {
        gap();
        let rows: Vec<_> = policies.iter().map(policy_row).collect();
        let head =
            ["POLICY", "SELECTED", "PREVIOUS", "SINCE", "MOVED", "PLUGIN", "GUARD", "SUSPENDED"];
        output::table(head, &rows);
    }
    if let Some(updates) = state.updates.as_ref().filter(|rows| !rows.is_empty()) {
        gap();
        let rows: Vec<_> = updates.iter().map(automation_row).collect();
        let head = ["AUTOMATION", "SOURCE", "PATH", "OBSERVED", "PUSHED", "WHEN", "SUSPENDED"];
        output::table(head, &rows);
        let requests: Vec<_> = updates.iter().flat_map(request_rows).collect();
        if !requests.is_empty() {
            gap();
            output::table(["AUTOMATION", "BRANCH", "OPEN REQUEST"], &requests);
        }
        let taken_back: Vec<_> = updates.iter().flat_map(refusal_rows).collect();
        if !taken_back.is_empty() {
            gap();
            output::table(["AUTOMATION", "TAKEN BACK", "WHERE", "BY", "NOTICED"], &taken_back);
        }
    }
    if let Some(plugins) = state.plugins.as_ref().filter(|rows| !rows.is_empty()) {
        gap();
        vetting::print(plugins);
        plugins.iter().filter_map(Standing::problem).for_each(|problem| _ = problem.report());
    }
}

fn repository_row(repository: &Repository) -> [String; 7] {
    [
        repository.name.to_string(),
        repository.image.clone(),
        repository.tags.map_or("-".into(), |tags| tags.to_string()),
        ago(repository.scanned_at),
        change(repository),
        repository.suspended.to_string(),
        last_scan(repository, now()),
    ]
}

/// What came and went at last, e.g. `+2 -1, 3h ago`.
fn change(repository: &Repository) -> String {
    match &repository.difference {
        None => "-".into(),
        Some(Difference { new, gone, .. }) => {
            format!("+{new} -{gone}, {}", ago(repository.changed_at))
        }
    }
}

/// How the last scan ended, and when there will be another if that is known.
fn last_scan(repository: &Repository, now: u64) -> String {
    match &repository.trouble {
        None if repository.scanned_at.is_none() => "-".into(),
        None => "ok".into(),
        Some(Trouble { until: Some(until), .. }) if *until > now => {
            format!("throttled until {} (for {})", moment(*until), span(*until - now))
        }
        Some(trouble) => format!("{:?} {}", trouble.reason, ago(Some(trouble.at))),
    }
}

/// The moment as HTTP writes dates, which everybody reads alike.
fn moment(seconds: u64) -> String {
    UNIX_EPOCH
        .checked_add(Duration::from_secs(seconds))
        .map_or_else(|| seconds.to_string(), httpdate::fmt_http_date)
}

fn policy_row(policy: &Policy) -> [String; 8] {
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

fn automation_row(automation: &Automation) -> [String; 7] {
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

/// How long ago, in the one unit that matters, as kubectl prints ages.
fn ago(then: Option<u64>) -> String {
    let Some(then) = then else {
        return "never".into();
    };
    format!("{} ago", span(now().saturating_sub(then)))
}

fn span(seconds: u64) -> String {
    match seconds {
        s @ 0..120 => format!("{s}s"),
        s @ 120..7_200 => format!("{}m", s / 60),
        s @ 7_200..172_800 => format!("{}h", s / 3_600),
        s => format!("{}d", s / 86_400),
    }
}
