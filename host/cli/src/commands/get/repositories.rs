//! What is known of the ImageRepositories.

use serde::Serialize;
use tagwarden_core::{
    object::ObjectName,
    spec::{ImageRepository, Inventory},
    tags::Difference,
};
use tagwarden_reconcile::{
    Failed, Reason,
    ports::{ScanTrouble, Store},
};

use super::ages::{ago, moment, span};
use crate::{output, world::now};

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Repository {
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

pub(super) fn known(inventory: &Inventory, store: &dyn Store) -> Result<Vec<Repository>, Failed> {
    let one = |repository: &ImageRepository| {
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
    inventory.repositories.iter().map(one).collect()
}

pub(super) fn print(repositories: &[Repository]) {
    let rows: Vec<_> = repositories.iter().map(row).collect();
    output::table(
        ["REPOSITORY", "IMAGE", "TAGS", "SCANNED", "LAST CHANGE", "SUSPENDED", "LAST SCAN"],
        &rows,
    );
}

fn row(repository: &Repository) -> [String; 7] {
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
