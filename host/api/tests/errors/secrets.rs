//! Mistakes in secrets, which are told without what they hold.

use super::{errors, object, reading};
use tagwarden_api::Level;

const ENCRYPTED: &str = "apiVersion: v1\nkind: Secret\nmetadata: {name: pull, namespace: ns}\n\
    data: {a: 'ENC[AES256_GCM,data:x]'}\nsops: {version: 3.9.0}\n";

#[test]
fn an_encrypted_secret_that_nobody_needs_is_noted() {
    let reading = reading(ENCRYPTED);
    assert!(reading.errors.is_empty());
    assert!(reading.inventory.secrets.is_empty());
    assert_eq!(reading.notes[0].level, Level::Warning);
    assert_eq!(
        reading.notes[0].to_string(),
        "f.yaml:1:1: Secret ns/pull: encrypted with SOPS, so not read"
    );
}

#[test]
fn an_encrypted_secret_that_is_needed_is_an_error() {
    let spec = "  image: a/bb\n  interval: 5m\n  secretRef: {name: pull}";
    let text = format!("{ENCRYPTED}---\n{}", object("v1", "ImageRepository", spec));
    assert_eq!(
        errors(&text),
        [
            "1:1: Secret ns/pull: is encrypted with SOPS, and ImageRepository ns/x needs it (decrypt the file first, e.g. by `sops decrypt`)"
        ]
    );
    let elsewhere = text.replace("namespace: ns", "namespace: other").replacen("other", "ns", 1);
    assert!(errors(&elsewhere).is_empty(), "a secret serves its own namespace alone");
}

#[test]
fn mistakes_in_a_secret_are_told_without_its_contents() {
    let head = "apiVersion: v1\nkind: Secret\nmetadata: {name: s, namespace: ns}\n";
    for (rest, expected) in [
        (
            "data: {a: hunter2}",
            "4:11: Secret ns/s: data.a: is not base64 (write plain text under `stringData`)",
        ),
        (
            "stringData: {a: 12}",
            "4:17: Secret ns/s: stringData.a: must be a string, not a number (put it in quotes)",
        ),
        (
            "strngData: {a: hunter2}",
            "4:1: Secret ns/s: strngData: is not a field of Secret v1 (did you mean `stringData`?)",
        ),
        ("status: {}", "4:1: Secret ns/s: status: is not a field of Secret v1"),
    ] {
        assert_eq!(errors(&format!("{head}{rest}\n")), [expected]);
    }
}
