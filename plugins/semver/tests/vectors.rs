//! What Flux answers, and what must hold for any input.

use proptest::prelude::*;
use serde::Deserialize;
use std::fs;
use tagwarden_plugin_semver::{Range, Semver, Settings, Version};
use tagwarden_sdk::{Context, Plugin, Policy, Tags};

#[derive(Deserialize)]
struct Vector {
    range: String,
    tags: Vec<String>,
    range_error: Option<String>,
    verdicts: Option<Vec<String>>,
    latest: Option<String>,
    tie: bool,
}

fn vectors() -> Vec<Vector> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/vectors/semver.jsonl");
    let lines = fs::read_to_string(path).expect("the vectors are there");
    let vectors = lines.lines().map(serde_json::from_str);
    let vectors: Result<_, _> = vectors.collect();
    vectors.expect("every line is a vector")
}

fn verdict(range: &Range, tag: &str) -> &'static str {
    match Version::parse(tag).map(|version| range.check(version)) {
        None => "invalid",
        Some(Ok(())) => "match",
        Some(Err(_)) => "no",
    }
}

#[test]
fn parses_the_ranges_that_flux_parses() {
    for vector in vectors() {
        let parsed = Range::parse(&vector.range);
        assert_eq!(parsed.is_err(), vector.range_error.is_some(), "{:?}: {parsed:?}", vector.range);
    }
}

#[test]
fn admits_the_versions_that_flux_admits() {
    for vector in vectors() {
        let Ok(range) = Range::parse(&vector.range) else {
            continue;
        };
        for (tag, expected) in vector.tags.iter().zip(vector.verdicts.iter().flatten()) {
            let verdict = verdict(&range, tag);
            assert_eq!(verdict, expected, "{:?} on {tag:?}", vector.range);
        }
    }
}

#[test]
fn selects_the_tag_that_flux_selects() {
    for vector in vectors() {
        if vector.tie || vector.range_error.is_some() {
            continue;
        }
        let range = vector.range.clone();
        let policy = Semver::new(Settings { range }).unwrap();
        let tags: Tags = vector.tags.iter().map(String::as_str).collect();
        let selection = policy.select(&tags, &Context::default()).unwrap();
        let chosen = selection.chosen.map(|index| &vector.tags[index as usize]);
        assert_eq!(chosen, vector.latest.as_ref(), "{:?}", vector.range);
    }
}

proptest! {
    #[test]
    fn no_range_and_no_tag_panics(range in r"([<>=!~^|, vxX*0-9.+-]|\PC){0,24}", tag in r"v?[0-9.a-z+-]{0,12}|\PC{0,8}") {
        if let (Ok(range), Some(version)) = (Range::parse(&range), Version::parse(&tag)) {
            let _ = range.check(version);
        }
    }

    #[test]
    fn an_exact_range_takes_its_own_version(tag in r"v?[0-9]{1,5}\.[0-9]{1,5}\.[0-9]{1,5}(-[a-z]{1,3}(\.[1-9]{1,3})?)?") {
        let version = Version::parse(&tag).unwrap();
        for operator in ["", "=", ">=", "<=", "~", "^"] {
            let range = Range::parse(&format!("{operator}{tag}")).unwrap();
            prop_assert_eq!(range.check(version), Ok(()), "{}{}", operator, tag);
        }
        for operator in ["!=", ">", "<"] {
            let range = Range::parse(&format!("{operator}{tag}")).unwrap();
            prop_assert!(range.check(version).is_err(), "{}{}", operator, tag);
        }
    }
}
