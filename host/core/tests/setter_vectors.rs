//! Edits, against the changes the reference implementation makes.

#![expect(clippy::unwrap_used, reason = "a vector that does not read fails the test")]

#[path = "support/yaml.rs"]
mod yaml;

use serde_json::Value;
use tagwarden_core::{
    change::Change,
    edit::{self, FileEdit, PolicyState, Verdict},
    object::ObjectName,
};
use yaml::meaning;

/// Cases in which we mean to differ; each has a test of its own below or
/// beside the editor.
const DIFFERENT: [&str; 3] = ["empty digest", "list kind", "resource list"];

fn vectors() -> Vec<Value> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/vectors/setters.jsonl");
    let text = std::fs::read_to_string(path).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn edit(vector: &Value, input: &str) -> FileEdit {
    let policies = vector["policies"].as_array().unwrap();
    let state = |name: &ObjectName| {
        let policy =
            policies.iter().find(|p| p["namespace"] == name.namespace && p["name"] == name.name);
        policy.map_or(PolicyState::Unknown, |policy| PolicyState::Ready {
            image: text(policy, "image"),
            tag: text(policy, "tag"),
            digest: Some(text(policy, "digest")).filter(|digest| !digest.is_empty()),
        })
    };
    edit::apply("f.yaml", input.as_bytes(), &state)
}

fn text(value: &Value, key: &str) -> String {
    value[key].as_str().unwrap().to_owned()
}

fn expected(vector: &Value) -> Vec<Change> {
    let changes = vector["changes"].as_array().unwrap().iter();
    let mut changes: Vec<Change> = changes
        .map(|change| Change {
            file: text(change, "file"),
            api_version: text(change, "aPIVersion"),
            kind: text(change, "kind"),
            name: text(change, "name"),
            namespace: text(change, "namespace"),
            old: text(change, "old"),
            new: text(change, "new"),
            setter: text(change, "setter"),
        })
        .collect();
    changes.sort_by(|a, b| (&a.old, &a.setter).cmp(&(&b.old, &b.setter)));
    changes
}

fn sorted(mut changes: Vec<Change>) -> Vec<Change> {
    changes.sort_by(|a, b| (&a.old, &a.setter).cmp(&(&b.old, &b.setter)));
    changes
}

#[test]
fn changes_what_the_reference_changes_and_the_result_means_the_same() {
    for vector in vectors() {
        let case = text(&vector, "case");
        if DIFFERENT.contains(&case.as_str()) {
            continue;
        }
        let input = text(&vector, "input");
        let edit = edit(&vector, &input);
        assert_eq!(sorted(edit.changes), expected(&vector), "{case}");
        assert_eq!(edit.bytes.is_some(), vector["reformatted"].is_string(), "{case}");
        if let (Some(bytes), Some(reformatted)) = (edit.bytes, vector["reformatted"].as_str()) {
            let output = String::from_utf8(bytes).unwrap();
            // Template braces are a mapping as a key, which the reference
            // spells out with a value of its own.
            if case != "helm template" {
                assert_eq!(meaning(&output).unwrap(), meaning(reformatted).unwrap(), "{case}");
            }
        }
    }
}

#[test]
fn every_line_without_a_marker_stays_as_it_is() {
    for vector in vectors() {
        let input = text(&vector, "input");
        let Some(bytes) = edit(&vector, &input).bytes else { continue };
        let output = String::from_utf8(bytes).unwrap();
        assert_eq!(input.split('\n').count(), output.split('\n').count(), "{}", vector["case"]);
        let mut in_block = false;
        for (before, after) in input.split('\n').zip(output.split('\n')) {
            let is_marked = before.contains("$imagepolicy");
            assert!(is_marked || in_block || before == after, "{}: {before:?}", vector["case"]);
            in_block = is_marked && before.contains(": |");
            if let (true, Some(place)) = (is_marked, before.find(" #")) {
                assert!(after.ends_with(&before[place..]), "{}: {after:?}", vector["case"]);
            }
        }
    }
}

#[test]
fn an_edited_file_needs_no_more_edits() {
    for vector in vectors() {
        let Some(bytes) = edit(&vector, &text(&vector, "input")).bytes else { continue };
        let again = edit(&vector, std::str::from_utf8(&bytes).unwrap());
        assert_eq!((again.bytes, again.changes), (None, vec![]), "{}", vector["case"]);
    }
}

#[test]
fn every_marker_has_an_outcome() {
    for vector in vectors() {
        let input = text(&vector, "input");
        let outcomes = edit(&vector, &input).markers;
        let unparsable = outcomes.iter().any(|o| matches!(o.verdict, Verdict::Unparsable { .. }));
        let markers = input.matches("\"$imagepolicy\"").count();
        assert!(outcomes.len() == markers || unparsable, "{}: {outcomes:?}", vector["case"]);
    }
}

#[test]
fn a_list_is_edited_in_place_and_the_change_names_its_entry() {
    for case in ["list kind", "resource list"] {
        let vector = vectors().into_iter().find(|vector| vector["case"] == case).unwrap();
        let input = text(&vector, "input");
        let edit = edit(&vector, &input);
        let mut changes = expected(&vector);
        // The reference loses the file's name, and with it the change.
        changes[0].file = "f.yaml".into();
        let output = input.replace("x:1", &changes[0].new);
        assert_eq!(edit.bytes, Some(output.into_bytes()), "{case}");
        assert_eq!(edit.changes, changes, "{case}");
    }
}

#[test]
fn an_unknown_digest_is_reported_and_never_written_as_nothing() {
    let vector = vectors().into_iter().find(|vector| vector["case"] == "empty digest").unwrap();
    let edit = edit(&vector, &text(&vector, "input"));
    assert_eq!((edit.bytes, edit.changes), (None, vec![]));
    assert_eq!((edit.markers[0].line, &edit.markers[0].verdict), (4, &Verdict::NoDigest));
}
