//! Edits of any bytes: nothing panics, an edit is complete at once, and what
//! is said of it is true.
#![no_main]

use libfuzzer_sys::fuzz_target;
use tagwarden_core::{
    edit::{self, FileEdit, Note, PolicyState, Verdict},
    object::ObjectName,
};

fn policy(name: &ObjectName) -> PolicyState {
    match name.name.as_str() {
        "a" => PolicyState::Ready { image: "r.io/a".into(), tag: "1.10".into(), digest: None },
        "b" => PolicyState::Ready {
            image: "r.io/b".into(),
            tag: "v1".into(),
            digest: Some("sha256:00".into()),
        },
        "c" => PolicyState::NotReady("no tag".into()),
        _ => PolicyState::Unknown,
    }
}

fn apply(bytes: &[u8]) -> FileEdit {
    edit::apply("f.yaml", bytes, &policy)
}

fuzz_target!(|bytes: &[u8]| {
    let edit = apply(bytes);
    let changed = edit.markers.iter().filter(|m| matches!(m.verdict, Verdict::Changed { .. })).count();
    assert_eq!(edit.changes.len(), changed);
    assert_eq!(edit.bytes.is_some(), changed > 0);
    if let Some(note) = &edit.note {
        let kept = Note::from_bytes(&note.to_bytes()).expect("a note is read as it was written");
        assert_eq!(kept, *note);
        let unchanged = edit.changes.is_empty().then(|| edit.markers.clone());
        assert_eq!(kept.unchanged(&policy), unchanged, "a note tells something else");
    }
    if let Some(after) = edit.bytes {
        let again = apply(&after);
        assert_eq!(again.bytes, None, "a second edit changes more");
        // A replaced value may have held a marker's text.
        assert!(again.markers.len() <= edit.markers.len(), "an edit adds markers");
        let unparsable = again.markers.iter().any(|m| matches!(m.verdict, Verdict::Unparsable { .. }));
        assert!(!unparsable, "an edit breaks the file");
    }
});
