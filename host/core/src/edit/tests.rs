//! Behaviour of edits beyond the vectors.

use super::*;

const REFERENCE: &str = "# {\"$imagepolicy\": \"ns:app\"}";
const TAG: &str = "# {\"$imagepolicy\": \"ns:app:tag\"}";

fn edit_to(input: &str, tag: &str) -> FileEdit {
    let policies = |name: &ObjectName| match (name.namespace.as_str(), name.name.as_str()) {
        ("ns", "app") => {
            PolicyState::Ready { image: "r.example/app".into(), tag: tag.into(), digest: None }
        }
        ("ns", "waiting") => PolicyState::NotReady("no tag matches".into()),
        _ => PolicyState::Unknown,
    };
    apply("f.yaml", input.as_bytes(), &policies)
}

fn output(input: &str, tag: &str) -> String {
    let edit = edit_to(input, tag);
    String::from_utf8(edit.bytes.unwrap_or_else(|| panic!("{:?}", edit.markers))).unwrap()
}

fn verdict(input: &str) -> Verdict {
    let edit = edit_to(input, "2");
    assert_eq!((edit.bytes, edit.markers.len()), (None, 1), "{:?}", edit.markers);
    edit.markers.into_iter().next().unwrap().verdict
}

#[test]
fn knows_which_files_may_hold_markers() {
    for path in ["a.yaml", "x/y.yml", "x/Kustomization", ".yaml", "Kustomization"] {
        assert!(is_manifest_path(path), "{path}");
    }
    for path in ["a.yaml.bak", "kustomization", "x/KustomizationX", "a.YAML", "a.json", "yaml"] {
        assert!(!is_manifest_path(path), "{path}");
    }
}

#[test]
fn keeps_line_ends_byte_order_mark_and_missing_last_newline() {
    let input = format!("\u{feff}---\r\nkind: A\r\n\r\nimage:   'x:1'  \t{REFERENCE} \r\n...");
    assert_eq!(output(&input, "2"), input.replace("x:1", "r.example/app:2"));
}

#[test]
fn quotes_a_plain_value_that_would_not_be_a_string() {
    for tag in [
        "1.10",
        "1",
        "20260601",
        "0x1F",
        "0o17",
        "017",
        "0b1",
        "1e5",
        "1_000",
        ".5",
        "-1",
        "1:20",
        "on",
        "Off",
        "YES",
        "n",
        "true",
        "null",
        "2026-06-01",
        "2026-06-01T10",
        "1.",
        ".inf",
        "-.INF",
        ".NaN",
    ] {
        assert_eq!(output(&format!("tag: v1 {TAG}\n"), tag), format!("tag: \"{tag}\" {TAG}\n"));
    }
    for tag in
        ["1.2.3", "v2", "2026.06.01", "2026-06-01-abc", "sha-1", "1e5x", "0x1G", "latest", "_1_"]
    {
        assert_eq!(output(&format!("tag: v1 {TAG}\n"), tag), format!("tag: {tag} {TAG}\n"));
    }
}

#[test]
fn adds_quotes_to_a_current_value_only_along_with_a_change() {
    let alone = format!("tag: 1.10 {TAG}\n");
    assert_eq!(edit_to(&alone, "1.10").bytes, None);
    let along = format!("{alone}image: x:1 {REFERENCE}\n");
    let expected = format!("tag: \"1.10\" {TAG}\nimage: r.example/app:1.10 {REFERENCE}\n");
    assert_eq!(output(&along, "1.10"), expected);
    assert_eq!(edit_to(&along, "1.10").changes.len(), 1);
}

#[test]
fn rewrites_block_scalars_in_their_own_style() {
    for (input, expected) in [
        ("| M\n    x:1\n  \n", "|- M\n    r.example/app:2\n  \n"),
        (">-   M\n    x:1\n    y\n", ">-   M\n    r.example/app:2\n"),
        ("|+ M\n\n    x:1\n\n", "|- M\n    r.example/app:2\n\n"),
        ("|2 M\n    x:1\n", "|2- M\n  r.example/app:2\n"),
        ("|\r\n    x:1\r\n", "|-\r\n    r.example/app:2\r\n"),
        ("| M\n", "|- M\n r.example/app:2\n"),
        (">1+ M\n\n", ">1- M\n r.example/app:2\n\n"),
    ] {
        let with = |text: &str| {
            let text = text.replace('M', REFERENCE).replacen("|\r", &format!("| {REFERENCE}\r"), 1);
            format!("a: {}b: c\n", text.replacen("|-\r", &format!("|- {REFERENCE}\r"), 1))
        };
        assert_eq!(output(&with(input), "2"), with(expected));
    }
}

#[test]
fn reads_a_comment_above_a_list_entry_or_value() {
    for input in [
        format!("a:\n  {REFERENCE}\n  - x:1\n"),
        format!("a:\n- b: c\n- {REFERENCE}\n  - x:1\n"),
        format!("a:\n- {REFERENCE}\n  x:1\n"),
        format!("a:\n  {REFERENCE}\n  x:1\n"),
        format!("a: [\n  {REFERENCE}\n  x:1\n]\n"),
    ] {
        assert_eq!(output(&input, "2"), input.replace("x:1", "r.example/app:2"));
    }
}

#[test]
fn says_what_a_marker_without_a_value_belongs_to() {
    for (input, found) in [
        (format!("{REFERENCE}\na: x:1\n"), "it belongs to a key"),
        (format!("a: {REFERENCE}\n  b: x:1\n"), "it belongs to a key"),
        (format!("a: {{b: x:1}} {REFERENCE}\n"), "it belongs to a whole mapping"),
        (format!("a: [x:1] {REFERENCE}\n"), "it belongs to a whole list"),
        (
            format!("a: &x y\nb: *x {REFERENCE}\n"),
            "it belongs to an alias; mark the anchor's value",
        ),
        (
            format!("a: x\na: y {REFERENCE}\n"),
            "it belongs to a repeated key, whose first value counts",
        ),
        (format!("a: |\n  b {REFERENCE}\n"), "it stands inside a text, or in a comment of its own"),
        (
            format!("a: b\n...\na: b {REFERENCE}\n"),
            "it stands behind the end of its document; separate documents by ---",
        ),
    ] {
        assert_eq!(verdict(&input), Verdict::NotAScalar { found: found.into() }, "{input}");
    }
}

#[test]
fn says_why_a_marker_is_not_served() {
    let with = |setter: &str| format!("a: x # {{\"$imagepolicy\": \"{setter}\"}}\n");
    assert_eq!(verdict(&with("ns:other")), Verdict::UnknownPolicy);
    assert_eq!(verdict(&with("ns:app:digest")), Verdict::NoDigest);
    let reason = "no tag matches".to_owned();
    assert_eq!(verdict(&with("ns:waiting")), Verdict::NotReady { reason });
    for setter in ["ns", "ns:app:nope", ":app"] {
        assert!(matches!(verdict(&with(setter)), Verdict::Malformed { .. }), "{setter}");
    }
    let prose = format!("a: x # see {}\n", &REFERENCE[2..]);
    assert!(matches!(verdict(&prose), Verdict::Malformed { .. }));
}

#[test]
fn never_writes_nothing_nor_what_no_manifest_can_hold() {
    for tag in ["", "a b", "a\nb", "é", "\0"] {
        let edit = edit_to(&format!("a: x {TAG}\n"), tag);
        assert_eq!(edit.bytes, None);
        assert!(matches!(edit.markers[0].verdict, Verdict::NotReady { .. }), "{tag:?}");
    }
}

#[test]
fn names_the_line_where_a_file_cannot_be_read() {
    for (input, line) in [
        (format!("a: b\nc: [\nd: x {REFERENCE}\n"), 4),
        (format!("c: d\na: 'b\nd: x {REFERENCE}\n"), 2),
        (format!("a: x {REFERENCE}\n\tb: c\n"), 2),
        (format!("a: x {REFERENCE}\n---\n- list\n"), 3),
        (format!("a: x {REFERENCE}\n--- {{b: c}}\nd: e\n"), 2),
        (format!("%YAML 1.2\n---\na: x {REFERENCE}\n"), 1),
        (format!("a: *b\nd: x {REFERENCE}\n"), 1),
        (format!("a: x {REFERENCE}\nb: \0\n"), 2),
        (format!("metadata: text\na: x {REFERENCE}\n"), 1),
    ] {
        let edit = edit_to(&input, "2");
        assert_eq!((edit.bytes, edit.changes.len()), (None, 0), "{input:?}");
        assert_eq!(edit.markers.len(), 1);
        assert!(matches!(edit.markers[0].verdict, Verdict::Unparsable { .. }), "{input:?}");
        assert_eq!(edit.markers[0].line, line, "{input:?}: {:?}", edit.markers[0].verdict);
    }
    let mut bytes = format!("a: x {REFERENCE}\nb: ").into_bytes();
    bytes.extend([0xff, 0xfe, b'\n']);
    let edit = apply("f.yaml", &bytes, &|_| PolicyState::Unknown);
    assert_eq!((edit.bytes, edit.markers[0].line), (None, 2));
}

#[test]
fn a_file_without_markers_is_not_even_read() {
    for input in ["a: [", "# about $imagepolicy\na: b\n", "\u{0}"] {
        assert_eq!(edit_to(input, "2"), FileEdit::default());
    }
}

#[test]
fn neither_depth_nor_aliases_nor_long_lines_do_harm() {
    let marked = format!("z: x:1 {REFERENCE}\n");
    let aliases: String =
        (0..30).map(|n| format!("a{}: &a{} [*a{n}, *a{n}, *a{n}]\n", n + 1, n + 1)).collect();
    assert_eq!(edit_to(&format!("a0: &a0 [x]\n{aliases}{marked}"), "2").changes.len(), 1);
    for deep in ["[", "{a: ", "- ", "? ", "a:\n "] {
        let input = format!("{marked}b:\n  {}", deep.repeat(20_000));
        assert!(
            matches!(edit_to(&input, "2").markers[0].verdict, Verdict::Unparsable { .. }),
            "{deep}"
        );
    }
    let long = format!("k: {}\n{marked}", "word ".repeat(50_000));
    assert_eq!(edit_to(&long, "2").changes.len(), 1);
    let keys: String = (0..20_000).map(|n| format!("k{n}: v\n")).collect();
    assert_eq!(edit_to(&format!("{keys}{marked}"), "2").changes.len(), 1);
}

#[test]
fn a_list_among_other_documents_is_named_as_a_whole() {
    let input = format!("kind: List\nitems:\n- kind: A\n  image: x:1 {REFERENCE}\n---\nkind: B\n");
    assert_eq!(edit_to(&input, "2").changes[0].kind, "List");
}

#[test]
fn fills_an_empty_block_scalar_wherever_it_stands() {
    let at_margin = format!("a: \n| {REFERENCE}\nb: c\n");
    let expected = format!("a: \n|- {REFERENCE}\n r.example/app:2\nb: c\n");
    assert_eq!(output(&at_margin, "2"), expected);
    let at_end = format!("a: | {REFERENCE}");
    assert_eq!(output(&at_end, "2"), format!("a: |- {REFERENCE}\n r.example/app:2"));
}

#[test]
fn parts_a_value_from_the_anchor_it_adjoins() {
    assert_eq!(output(&format!("a: &b:2 {TAG}\n"), "v3"), format!("a: &b v3 {TAG}\n"));
}

#[test]
fn an_empty_document_has_no_value_to_write() {
    let found = "it belongs to a document without an object".to_owned();
    assert_eq!(verdict(&format!("Null {TAG}\n---\na: b\n")), Verdict::NotAScalar { found });
}

#[test]
fn a_change_that_is_not_admitted_leaves_its_value_and_says_why() {
    let input = format!("a: x:1 {REFERENCE}\nb: y {TAG}\n");
    let ready = |_: &ObjectName| PolicyState::Ready {
        image: "r.example/app".into(),
        tag: "2".into(),
        digest: None,
    };
    let only_tags = |change: &Change| match change.setter.ends_with(":tag") {
        true => Ok(()),
        false => Err("taken back".to_owned()),
    };
    let edit = apply_if("f.yaml", input.as_bytes(), &ready, &only_tags);
    let expected = format!("a: x:1 {REFERENCE}\nb: \"2\" {TAG}\n");
    assert_eq!(String::from_utf8(edit.bytes.unwrap()).unwrap(), expected);
    assert_eq!(edit.changes.len(), 1);
    let withheld =
        Verdict::Withheld { value: "r.example/app:2".into(), reason: "taken back".into() };
    assert_eq!(edit.markers[0].verdict, withheld);
}
