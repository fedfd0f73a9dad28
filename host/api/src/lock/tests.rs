use std::time::Duration;

use tagwarden_core::spec::{Grant, Grants, PluginLimits};

use super::*;

const KEY: &str = "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEoP4sYmQXkXb9p2+5H8T5z9Uu0v8m1nXQd5b8L3t6yG0hV3l0Yw1x0uK2r5B2zq2T4v1sV9l3k5wQ1p7o8n6m5A==";

fn locked(name: &str) -> Locked {
    Locked {
        name: name.into(),
        kind: PluginKind::Policy,
        source: format!("oci://localhost:5000/plugins/{name}:1.0.0"),
        digest: format!("sha256:{}", "a".repeat(64)),
        size: 30_000,
        manifest: Some(format!("sha256:{}", "b".repeat(64))),
        grants: Grants::from([Grant::Metadata, Grant::Wasi]),
        limits: PluginLimits {
            deadline: Some(Duration::from_millis(1_500)),
            memory: Some(32 << 20),
            size: Some(3 << 10),
        },
        signed_by: vec![format!("sha256:{}", "c".repeat(64))],
        signers: Some(Signers { any_of: vec![public_key(KEY)], all_of: vec![] }),
    }
}

fn sample() -> Lock {
    let bare = Locked {
        source: "plugins/odd name: #1.wasm".into(),
        manifest: None,
        grants: Grants::new(),
        limits: PluginLimits::default(),
        signed_by: vec![],
        signers: None,
        ..locked("true")
    };
    Lock { vendor: Some("vendor/plugins".into()), plugins: vec![locked("calver"), bare] }
}

#[test]
fn reads_back_what_it_wrote() {
    let text = write_lock(&sample());
    assert_eq!(read_lock("tagwarden.lock", &text).unwrap(), sample(), "{text}");
    assert_eq!(write_lock(&read_lock("f", &text).unwrap()), text);
    let empty = write_lock(&Lock::default());
    assert_eq!(read_lock("f", &empty).unwrap(), Lock::default());
}

#[test]
fn a_key_becomes_pem_again() {
    let key = public_key(KEY);
    assert!(key.pem.lines().all(|line| line.len() <= 64), "{}", key.pem);
    let again: String = key.pem.lines().filter(|line| !line.starts_with('-')).collect();
    assert_eq!(again, KEY);
}

/// Also a byte of a remark: what was reviewed is what is read.
#[test]
fn whatever_byte_changes_nothing_is_locked() {
    let text = write_lock(&sample());
    for at in 0..text.len() {
        for flip in [1, 4, 32] {
            let mut bytes = text.clone().into_bytes();
            bytes[at] ^= flip;
            let changed = String::from_utf8(bytes).unwrap();
            assert!(read_lock("tagwarden.lock", &changed).is_err(), "byte {at}: {changed}");
        }
    }
    for cut in 0..text.len() {
        assert!(read_lock("tagwarden.lock", &text[..cut]).is_err(), "{cut} bytes");
    }
    for more in ["\n", "#", "---\n", "checksum: sha256:00\n"] {
        assert!(read_lock("tagwarden.lock", &format!("{text}{more}")).is_err(), "{more:?}");
    }
    assert!(read_lock("f", &text.replace('\n', "\r\n")).is_err(), "other line ends");
}

#[test]
fn an_entry_that_was_taken_out_by_hand_is_missed() {
    let text = write_lock(&sample());
    let second = text.rfind("- name: ").unwrap()..text.rfind("checksum: ").unwrap();
    let told = read_lock("f", &text.replace(&text[second], "")).unwrap_err();
    assert!(told[0].to_string().contains("checksum: is not that of"), "{told:?}");
}

#[test]
fn mistakes_name_file_line_and_field() {
    let text = write_lock(&sample());
    for (from, to, expected) in [
        ("version: 1", "version: 2", "tagwarden.lock:3:10: lock file: version: is a version that"),
        ("kind: policy", "kind: decider", "plugins[0].kind: `decider` is not one of"),
        ("size: 30000", "weight: 30000", "plugins[0].size: is missing"),
        ("name: calver", "name: zzz", "the file was changed or damaged"),
        ("checksum: ", "vendor: ", "is missing"),
        ("    anyOf:\n    - MFk", "    anyOf:\n#   - MFk", "plugins[0].verify: names no key"),
        ("plugins:\n", "plugins: [\n", "not YAML"),
        ("version: 1\n", "version: 1\n---\n", "more than 1 documents"),
    ] {
        let errors = read_lock("tagwarden.lock", &text.replacen(from, to, 1)).unwrap_err();
        let told: Vec<_> = errors.iter().map(ToString::to_string).collect();
        assert!(told.iter().any(|error| error.contains(expected)), "{to}: {told:#?}");
    }
    assert!(read_lock("f", "- a\n").is_err());
}

#[test]
fn plugins_are_in_order_and_each_once() {
    let twice = Lock { vendor: None, plugins: vec![locked("a"), locked("a")] };
    let told = read_lock("f", &write_lock(&twice)).unwrap_err();
    assert!(told[0].to_string().contains("a does not come after a"), "{told:?}");
}
