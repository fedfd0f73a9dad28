//! Whatever the bytes: no panic, no endless work, no secret in the open.

use proptest::prelude::*;
use tagwarden_api::{MAX_DOCUMENTS, Reading, SourceFile, read};

fn bytes(bytes: impl Into<Vec<u8>>) -> Reading {
    read(&[SourceFile { path: "f.yaml".to_owned(), bytes: bytes.into() }])
}

fn first_error(reading: &Reading) -> String {
    reading.errors[0].to_string()
}

#[test]
fn an_alias_bomb_is_refused() {
    let mut text = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n".to_owned();
    for level in 1..30 {
        let alias = format!("*a{},", level - 1).repeat(9);
        text.push_str(&format!("a{level}: &a{level} [{alias}]\n"));
    }
    assert!(first_error(&bytes(text)).contains("its anchors and aliases repeat too much"));
}

#[test]
fn aliases_cannot_nest_deeper_than_a_document_may() {
    let mut text = format!("a0: &a0 {}{}\n", "[".repeat(90), "]".repeat(90));
    for level in 1..500 {
        let (open, close) = ("[".repeat(90), "]".repeat(90));
        text.push_str(&format!("a{level}: &a{level} {open}*a{}{close}\n", level - 1));
    }
    assert!(first_error(&bytes(text)).contains("nested more than 100 levels deep"));
}

#[test]
fn depth_costs_no_stack() {
    let flow = format!("{}{}", "[".repeat(99), "]".repeat(99));
    assert!(bytes(flow).errors.is_empty());
    for text in ["[".repeat(100_000), "- ".repeat(100_000), "{a: ".repeat(100_000)] {
        assert_eq!(bytes(text).errors.len(), 1);
    }
}

#[test]
fn too_many_documents_are_refused() {
    let within = bytes("--- a\n".repeat(MAX_DOCUMENTS));
    assert!(within.errors.is_empty());
    let beyond = bytes("--- a\n".repeat(MAX_DOCUMENTS + 1));
    assert_eq!(
        first_error(&beyond),
        "f.yaml:10001:5: has more than 10000 documents, the most that are read"
    );
    let list = format!("apiVersion: v1\nkind: List\nitems: [{}]", "a,".repeat(MAX_DOCUMENTS + 1));
    assert_eq!(bytes(list).errors.len(), 1);
}

#[test]
fn errors_are_told_only_as_long_as_they_help() {
    let fields: String = (0..50_000).map(|n| format!("unknown{n}: x\n")).collect();
    let text = format!("apiVersion: v1\nkind: Secret\nmetadata: {{name: a}}\n{fields}");
    assert_eq!(bytes(text).errors.len(), 100);
}

/// Secrets broken in every way that comes to mind; `hunter2` is what must not show.
const BROKEN_SECRETS: &[&str] = &[
    "data: {password: hunter2!}",
    "data: {password: 'aHVudGVyMg'}\ndata: {password: hunter2}",
    "stringData: {password: [hunter2]}",
    "stringData: {password: {a: hunter2}}",
    "stringData: hunter2",
    "stringData: [hunter2]",
    "stringData:\n  password: hunter2: x",
    "stringData:\n  password: \"hunter2",
    "stringData:\n  password: \"\\hunter2\"",
    "stringData:\n  password: 'hunter2' x",
    "stringData:\n  password: *hunter2",
    "stringData:\n  password: !hunter2!x y",
    "stringData:\n  password: @hunter2",
    "stringData:\n  password: %hunter2",
    "stringData:\n  password: `hunter2",
    "stringData:\n  password: hunter2\n x: y",
    "stringData:\n  password: hunter2\n\tx: y",
    "stringData:\n  password: |hunter2\n",
    "stringData:\n  password: {hunter2",
    "stringData:\n  password: [hunter2}",
    "type: [hunter2]",
    "immutable: true\nstringDta: {password: hunter2}",
    "%YAML hunter2",
    "--- hunter2: &a *b",
];

#[test]
fn no_error_or_note_shows_what_a_secret_holds() {
    for broken in BROKEN_SECRETS {
        let head = "apiVersion: v1\nkind: Secret\nmetadata: {name: a}\n";
        let reading = bytes(format!("{head}{broken}\n"));
        assert!(!reading.errors.is_empty() || broken.contains("stringDta"), "{broken}");
        let told = format!("{reading:?}");
        let shown: Vec<_> = reading.errors.iter().map(ToString::to_string).collect();
        assert!(!told.contains("unter2"), "{broken}: {told}");
        assert!(!shown.concat().contains("unter2"), "{broken}: {shown:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn no_bytes_make_it_panic(input in proptest::collection::vec(any::<u8>(), 0..400)) {
        let _ = bytes(input);
    }

    #[test]
    fn no_text_of_yamls_own_characters_makes_it_panic(
        input in "([ \n\t:\\-?,\\[\\]{}#&*!|>'\"%@`~<a0.\u{feff}é]|kind|v1|<<: |\\*a|&a ){0,120}",
    ) {
        let _ = bytes(input);
    }

    #[test]
    fn no_value_in_any_place_of_an_object_makes_it_panic(
        place in 0..64_usize,
        value in "(~|on|1|-1.5|0x1F|\\[\\]|\\{\\}|\\[1, \\{a: b\\}\\]|''|5m|é|1e400|\\.nan|\\{name: x\\}|\\*a|!!int x|[ -~]{0,9})",
    ) {
        let manifest = concat!(
            include_str!("manifests/repositories.yaml"), "\n---\n",
            include_str!("manifests/policies.yaml"), "\n---\n",
            include_str!("manifests/automations.yaml"), "\n---\n",
            include_str!("manifests/sources.yaml"),
        );
        let lines: Vec<_> = manifest.lines().collect();
        let broken: Vec<_> = lines.iter().enumerate().map(|(index, line)| {
            match line.split_once(": ") {
                Some((key, _)) if index % 64 == place => format!("{key}: {value}"),
                _ => (*line).to_owned(),
            }
        }).collect();
        let _ = bytes(broken.join("\n"));
    }
}
