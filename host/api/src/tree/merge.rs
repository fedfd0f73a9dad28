//! The merge key `<<`, as Kubernetes' reader knows it.

use std::collections::HashSet;

use super::{Breakage, Entry, Node, Value};

/// Adds what the `sources` of a mapping's merge keys hold under keys that it
/// does not have; of two sources the earlier wins.
pub(super) fn complete(entries: &mut Vec<Entry>, sources: Vec<Node>) -> Result<(), Breakage> {
    if sources.is_empty() {
        return Ok(());
    }
    let mut known: HashSet<String> = entries.iter().map(|e| e.key.clone()).collect();
    for (entry, source) in mappings(sources)? {
        if known.insert(entry.key.clone()) {
            // Named where it is merged, for there the reader will look.
            entries.push(Entry { at: source, ..entry });
        }
    }
    Ok(())
}

fn mappings(sources: Vec<Node>) -> Result<Vec<(Entry, super::Position)>, Breakage> {
    let mut found = Vec::new();
    for source in sources {
        let at = source.at;
        let members = match source.value {
            Value::List(members) => members,
            value => vec![Node { at, value }],
        };
        for member in members {
            let Value::Map(entries) = member.value else {
                return Err(Breakage::new(member.at, "only mappings can be merged"));
            };
            found.extend(entries.into_iter().map(|entry| (entry, at)));
        }
    }
    Ok(found)
}
