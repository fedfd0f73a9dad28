//! Writes list and selection of one object after another to a state store, and
//! says so after each, until it is killed.
//!
//! `store-writer FOLDER` prints the number of each turn once it is flushed. It
//! goes on where the one before was stopped.

use std::path::PathBuf;

use anyhow::{Context, Result};
use tagwarden_reconcile::ports::Store;
use tagwarden_registry::StateStore;
use tagwarden_tests::generations::{OBJECTS, listing, name, policy, turn};

fn main() -> Result<()> {
    let folder = std::env::args_os().nth(1).map(PathBuf::from).context("name a folder")?;
    let store = StateStore::open(&folder)?;
    let mut next = 0;
    for object in 0..OBJECTS {
        if let Some(state) = store.policy(&name(object))? {
            next = next.max((state.selected_at - 1) * OBJECTS + object + 1);
        }
    }
    for number in next.. {
        let (object, generation) = turn(number);
        store.put_listing(&name(object), &listing(object, generation))?;
        store.put_policy(&name(object), &policy(object, generation))?;
        store.flush()?;
        println!("{number}");
    }
    Ok(())
}
