//! What Flux answers.

use serde::Deserialize;
use std::fs;
use tagwarden_plugin_alphabetical::{Alphabetical, Order, Settings};
use tagwarden_sdk::{Context, Plugin, Policy, Tags};

#[derive(Deserialize)]
struct Vector {
    policy: String,
    order: String,
    tags: Vec<String>,
    latest: Option<String>,
}

#[test]
fn selects_the_tag_that_flux_selects() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/vectors/ordering.jsonl");
    for line in fs::read_to_string(path).unwrap().lines() {
        let vector: Vector = serde_json::from_str(line).unwrap();
        if vector.policy != "alphabetical" {
            continue;
        }
        let order = match vector.order.as_str() {
            "desc" => Order::Desc,
            _ => Order::Asc,
        };
        let policy = Alphabetical::new(Settings { order }).unwrap();
        let tags: Tags = vector.tags.iter().map(String::as_str).collect();
        let selection = policy.select(&tags, &Context::default()).unwrap();
        let chosen = selection.chosen.map(|index| &vector.tags[index as usize]);
        assert_eq!(chosen, vector.latest.as_ref(), "{:?}", vector.tags);
    }
}
