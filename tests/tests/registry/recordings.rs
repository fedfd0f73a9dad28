//! The ways of the registries that teams use, as recorded; `docs/registries.md`
//! describes them.

use std::{collections::BTreeSet, fs, path::Path};

use tagwarden_tests::replay::{Recording, Replay};

use crate::support::{client_with, logged_in, scan};

fn recordings() -> Vec<(String, Recording)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/registries");
    let mut all: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| {
            let path = entry.unwrap().path();
            let recording = serde_json::from_slice(&fs::read(&path).unwrap());
            (path.file_stem().unwrap().to_str().unwrap().to_owned(), recording.unwrap())
        })
        .collect();
    all.sort_by(|(a, _), (b, _)| a.cmp(b));
    all
}

#[tokio::test]
async fn every_recorded_registry_is_listed_whole() {
    for (name, recording) in recordings() {
        let replay = Replay::start(&recording).unwrap();
        let client = client_with(|options| {
            options.page_size = recording.page_size.unwrap_or(options.page_size);
        });
        let target = logged_in(&replay.image(&recording.image));
        let tags = scan(&client, &target).await.unwrap_or_else(|e| panic!("{name}: {e}"));
        assert_eq!(tags, recording.tags, "{name}: {}", recording.registry);
        assert!(replay.left().is_empty(), "{name}: not asked: {:?}", replay.left());
    }
}

#[tokio::test]
async fn a_recorded_list_that_breaks_off_is_no_list() {
    for (name, mut recording) in recordings() {
        // Whatever the last answer was, the server gives none that fits now.
        recording.exchanges.pop();
        let replay = Replay::start(&recording).unwrap();
        let client = client_with(|options| {
            options.page_size = recording.page_size.unwrap_or(options.page_size);
        });
        let result = scan(&client, &logged_in(&replay.image(&recording.image))).await;
        assert!(result.is_err(), "{name}: {result:?}");
    }
}

#[test]
fn every_recording_is_documented_with_its_sources() {
    let docs = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/registries.md");
    let docs = fs::read_to_string(docs).unwrap();
    let mut missing = BTreeSet::new();
    for (name, recording) in recordings() {
        let known = docs.contains(&format!("`{name}`"));
        let sourced = recording.sources.iter().all(|source| docs.contains(source.as_str()));
        if !known || !sourced {
            missing.insert(name);
        }
    }
    assert!(missing.is_empty(), "not in docs/registries.md: {missing:?}");
}
