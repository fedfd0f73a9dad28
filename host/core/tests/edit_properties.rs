//! What holds for every edit, whatever the file.

#[path = "support/yaml.rs"]
mod yaml;

use proptest::{collection::vec, prelude::*, sample::select};
use tagwarden_core::{
    edit::{self, FileEdit, Note, PolicyState, Verdict},
    object::ObjectName,
};
use yaml::meaning;

const IMAGE: &str = "registry.example.com/team/app";

fn policy(name: &ObjectName) -> PolicyState {
    match name.name.as_str() {
        "app" => PolicyState::Ready { image: IMAGE.into(), tag: "1.10".into(), digest: None },
        _ => PolicyState::Unknown,
    }
}

fn edit(input: &[u8]) -> FileEdit {
    edit::apply("f.yaml", input, &policy)
}

/// A piece of a file: text that stays, or a marked value with what it becomes.
#[derive(Clone, Debug)]
enum Piece {
    Kept(String),
    Marked { before: &'static str, part: &'static str, after: &'static str },
}

impl Piece {
    fn write(&self, key: usize, edited: bool) -> String {
        match self {
            Self::Kept(text) => text.replace("KEY", &format!("k{key}")),
            Self::Marked { before, part, after } => {
                let value = if edited { after } else { before };
                format!("k{key}: {value}  # {{\"$imagepolicy\": \"ns:app{part}\"}}\n")
            }
        }
    }
}

fn piece() -> impl Strategy<Value = Piece> {
    let kept = select(vec![
        "KEY: value\n",
        "KEY: \"a # b\" # comment\n",
        "# comment\n",
        "\n",
        "   \n",
        "KEY:   [a, 'b',\n  c] # \"$imagepolicy\"\n",
        "KEY: |\n  image: x # {\"$imagepolicy\": \"ns:app\"}\n\n",
        "KEY: >-\n    a\n    b\n",
        "KEY: é – 漢字 😀\n",
        "KEY:\n  - a\n  -   b: c\n",
        "KEY: x:1 # {\"$imagepolicy\": \"ns:other\"}\n",
        "---\nkind: A\nmetadata: {name: b}\n",
        "KEY: {a: b, c: {d: e}}\n",
        "KEY: folded\n  plain   text\n",
    ]);
    let marked = |before, part, after| Piece::Marked { before, part, after };
    let marked = select(vec![
        marked("x:1", "", "registry.example.com/team/app:1.10"),
        marked("'x:1'", "", "'registry.example.com/team/app:1.10'"),
        marked("\"x\\u003a1\"", "", "\"registry.example.com/team/app:1.10\""),
        marked("v1", ":tag", "\"1.10\""),
        marked("'1.9'", ":tag", "'1.10'"),
        marked("&a x:1", ":name", "&a registry.example.com/team/app"),
        marked("!!str x", ":name", "!!str registry.example.com/team/app"),
        marked("two\n  lines", ":tag", "\"1.10\""),
        marked("~", "", "registry.example.com/team/app:1.10"),
        marked("\n  x:1", "", "\n  registry.example.com/team/app:1.10"),
    ]);
    prop_oneof![kept.prop_map(|text| Piece::Kept(text.to_owned())), marked]
}

fn write(pieces: &[Piece], edited: bool, crlf: bool) -> String {
    let text: String =
        pieces.iter().enumerate().map(|(key, piece)| piece.write(key, edited)).collect();
    if crlf { text.replace('\n', "\r\n") } else { text }
}

/// Text that looks like YAML here and there.
fn rubble() -> impl Strategy<Value = String> {
    let scrap = select(vec![
        " ",
        "  ",
        "\n",
        "\r\n",
        "\t",
        "-",
        "- ",
        ":",
        ": ",
        "?",
        "? ",
        ",",
        "[",
        "]",
        "{",
        "}",
        "#",
        " # ",
        "&a",
        "*a",
        "!!str ",
        "!",
        "|",
        ">",
        "|2-",
        "'",
        "\"",
        "\\",
        "%",
        "---\n",
        "...\n",
        "@",
        "a",
        "b: c",
        "é",
        "\u{feff}",
        "\u{85}",
        "\u{2028}",
        "image: x:1",
        "items:",
        "metadata:",
        "# {\"$imagepolicy\": \"ns:app\"}",
        " # {\"$imagepolicy\": \"ns:app:tag\"}\n",
    ]);
    vec(scrap, 0..60).prop_map(|scraps| scraps.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn only_the_marked_values_change(pieces in vec(piece(), 1..12), crlf: bool) {
        let input = write(&pieces, false, crlf);
        let expected = write(&pieces, true, crlf);
        let edit = edit(input.as_bytes());
        let output = edit.bytes.map_or(input.clone(), |bytes| String::from_utf8(bytes).unwrap());
        prop_assert_eq!(&output, &expected, "{:?}", edit.markers);
        let marked = pieces.iter().filter(|piece| matches!(piece, Piece::Marked { .. })).count();
        prop_assert_eq!(edit.changes.len(), marked);
    }

    #[test]
    fn the_result_parses_where_the_file_did(pieces in vec(piece(), 1..12), rubble in rubble()) {
        for input in [write(&pieces, false, false), rubble] {
            if let (Some(bytes), Ok(before)) = (edit(input.as_bytes()).bytes, meaning(&input)) {
                let output = String::from_utf8(bytes).unwrap();
                let after = meaning(&output);
                prop_assert_eq!(after.map(|all| all.len()), Ok(before.len()), "{}", output);
            }
        }
    }

    #[test]
    fn a_note_tells_what_an_edit_would(pieces in vec(piece(), 1..6), edited: bool, rubble in rubble()) {
        for input in [write(&pieces, edited, false), rubble] {
            let edit = edit(input.as_bytes());
            prop_assert_eq!(&edit::note(input.as_bytes()), &edit.note, "whatever is selected");
            if let Some(note) = edit.note {
                let kept = Note::from_bytes(&note.to_bytes());
                prop_assert_eq!(&kept, &Some(note));
                let unchanged = edit.changes.is_empty().then_some(edit.markers);
                prop_assert_eq!(kept.and_then(|note| note.unchanged(&policy)), unchanged);
            }
        }
    }

    #[test]
    fn editing_twice_changes_nothing_more(rubble in rubble()) {
        if let Some(bytes) = edit(rubble.as_bytes()).bytes {
            let again = edit(&bytes);
            prop_assert_eq!(again.bytes, None);
            prop_assert_eq!(again.changes, vec![]);
        }
    }

    #[test]
    fn every_marker_text_has_an_outcome_in_its_line(rubble in rubble()) {
        let edit = edit(rubble.as_bytes());
        let unparsable = edit.markers.iter().any(|m| matches!(m.verdict, Verdict::Unparsable { .. }));
        if !unparsable {
            let lines = rubble.match_indices("\"$imagepolicy\"");
            for line in lines.map(|(place, _)| rubble[..place].matches('\n').count() + 1) {
                prop_assert!(edit.markers.iter().any(|m| m.line == line), "{} in {:?}", line, edit.markers);
            }
        }
        let changed = edit.markers.iter().filter(|m| matches!(m.verdict, Verdict::Changed { .. })).count();
        prop_assert_eq!(changed, edit.changes.len());
        prop_assert_eq!(edit.bytes.is_some(), changed > 0);
    }

    #[test]
    fn no_bytes_make_it_panic(mut bytes in vec(any::<u8>(), 0..200), place: prop::sample::Index) {
        let place = place.index(bytes.len() + 1);
        bytes.splice(place..place, *b"a: x # {\"$imagepolicy\": \"ns:app\"}\n");
        edit(&bytes);
    }
}
