//! What the manifests declare.

use tagwarden_api::{Level, Reader};
use tagwarden_core::spec::Inventory;

use crate::{
    args::{Manifests, Reverts},
    output,
    problem::Problem,
};

/// The same, with the command line's word on what people took back.
pub fn inventory_but(manifests: &Manifests, reverts: &Reverts) -> Result<Inventory, Problem> {
    let mut inventory = inventory(manifests)?;
    for automation in &mut inventory.automations {
        automation.ignore_reverts |= reverts.ignore_reverts;
    }
    Ok(inventory)
}

/// Reads the manifests; every mistake in them is reported, not the first alone.
pub fn inventory(manifests: &Manifests) -> Result<Inventory, Problem> {
    let mut reader = Reader::default();
    for path in &manifests.files {
        reader.load(path);
    }
    let reading = reader.finish();
    for note in &reading.notes {
        match note.level {
            Level::Warning => output::note(&note.to_string()),
            Level::Debug => tracing::debug!("{note}"),
        }
    }
    let Some((last, others)) = reading.errors.split_last() else {
        return Ok(reading.inventory);
    };
    for error in others {
        Problem::failed(error.to_string()).report();
    }
    Err(Problem::failed(last.to_string()))
}
