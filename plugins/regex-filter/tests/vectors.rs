//! What Flux answers, and what must hold for any input.

use proptest::prelude::*;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::fs;
use tagwarden_plugin_regex_filter::{RegexFilter, Settings};
use tagwarden_sdk::{Filter, FilterContext, Plugin, Tags};

#[derive(Deserialize)]
struct Vector {
    pattern: String,
    extract: String,
    keys: Option<BTreeMap<String, Option<String>>>,
    error: Option<String>,
}

fn filter(pattern: &str, extract: &str) -> Result<RegexFilter, String> {
    RegexFilter::new(Settings {
        pattern: pattern.to_owned(),
        extract: extract.to_owned(),
        ..Settings::default()
    })
}

/// The key of each tag, none when it does not match.
fn keys(filter: &RegexFilter, tags: &[&str]) -> Vec<Option<String>> {
    let view: Tags = tags.iter().copied().collect();
    let filtered = filter.apply(&view, &FilterContext::default());
    let filtered = filtered.expect("no key has a newline");
    let mut keys = vec![None; tags.len()];
    for (at, index) in filtered.kept().iter().enumerate() {
        let index = *index as usize;
        let key = filtered.keys().map_or(tags[index], |keys| keys[at]);
        keys[index] = Some(key.to_owned());
    }
    keys
}

#[test]
fn gives_the_keys_that_flux_gives() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/vectors/filter.jsonl");
    for line in fs::read_to_string(path).unwrap().lines() {
        let vector: Vector = serde_json::from_str(line).unwrap();
        let filter = filter(&vector.pattern, &vector.extract);
        assert_eq!(filter.is_err(), vector.error.is_some(), "{}: {filter:?}", vector.pattern);
        let (Ok(filter), Some(expected)) = (filter, vector.keys) else {
            continue;
        };
        let tags: Vec<_> = expected.keys().map(String::as_str).collect();
        let expected: Vec<_> = expected.values().cloned().collect();
        let keys = keys(&filter, &tags);
        assert_eq!(keys, expected, "{} {}", vector.pattern, vector.extract);
    }
}

/// Nested counts up to the limit stay within memory, and hostile ones are refused.
#[test]
fn large_patterns_are_refused_not_run() {
    let refused = |pattern: &str| filter(pattern, "").unwrap_err();
    assert!(refused(&r"\pL{1000}".repeat(40)).contains("too much memory"));
    assert!(refused(&"(".repeat(100_000)).contains("16 KiB"));
    assert!(refused(&"(".repeat(9_000)).contains("nests too deeply"));
    assert!(filter(r"(\w{10}){100}", "").is_ok());
}

proptest! {
    #[test]
    fn no_pattern_panics(pattern in r"([-a-z0-9.*+?|(){}\[\]^$\\:<>PQEsimU,]|\PC){0,20}", tag in r"\PC{0,12}") {
        if let Ok(filter) = filter(&pattern, "$0$1") {
            keys(&filter, &[&tag]);
        }
    }

    #[test]
    fn no_template_panics(extract in r"([$0-9a-z{}_]|[^\n]){0,12}", tag in r"[a-z]{0,6}") {
        let filter = filter("(?P<a>[a-m])(b)?", &extract).unwrap();
        keys(&filter, &[&tag]);
    }

    #[test]
    fn asking_for_groups_does_not_change_what_matches(pattern in r"[ab.*+?|()^$]{0,10}", tag in "[ab]{0,6}") {
        let (Ok(plain), Ok(keyed)) = (filter(&pattern, ""), filter(&pattern, "$0$1")) else {
            return Ok(());
        };
        let matches = |filter: &RegexFilter| keys(filter, &[&tag])[0].is_some();
        prop_assert_eq!(matches(&plain), matches(&keyed), "{} {}", pattern, tag);
    }
}
