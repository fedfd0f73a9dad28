//! Which files of a folder are read.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::{fs, path::Path};

use tagwarden_api::{MAX_FILE, Reading, load};
use tempfile::TempDir;

fn folder(files: &[(&str, &[u8])]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (path, bytes) in files {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }
    folder
}

fn namespace(name: &str) -> Vec<u8> {
    format!("apiVersion: v1\nkind: Namespace\nmetadata:\n  name: {name}\n").into_bytes()
}

fn names(reading: &Reading) -> Vec<&str> {
    reading.inventory.namespaces.iter().map(|(name, _)| name.as_str()).collect()
}

/// The errors without the folder's own path.
fn errors(reading: &Reading, folder: &Path) -> Vec<String> {
    let prefix = format!("{}/", folder.display());
    reading.errors.iter().map(|e| e.to_string().replace(&prefix, "")).collect()
}

#[test]
fn manifests_are_read_in_the_order_of_their_paths() {
    let json = br#"{"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "d"}}"#;
    let folder = folder(&[
        ("b/two.yml", &namespace("c")),
        ("b/one.yaml", &namespace("b")),
        ("a.yaml", &namespace("a")),
        ("z.json", json),
        ("notes.txt", b"{"),
        (".git/config.yaml", b"{"),
        ("b/.hidden/x.yaml", b"{"),
    ]);
    let reading = load(folder.path());
    assert!(reading.errors.is_empty());
    assert_eq!(names(&reading), ["a", "b", "c", "d"]);
}

#[test]
fn a_file_is_read_whatever_its_extension() {
    let folder = folder(&[("manifest", &namespace("a"))]);
    assert_eq!(names(&load(&folder.path().join("manifest"))), ["a"]);
}

#[cfg(unix)]
#[test]
fn links_are_not_followed_but_noted() {
    let outside = folder(&[("x.yaml", &namespace("outside"))]);
    let folder = folder(&[("a.yaml", &namespace("a"))]);
    std::os::unix::fs::symlink(outside.path(), folder.path().join("out")).unwrap();
    std::os::unix::fs::symlink(outside.path().join("x.yaml"), folder.path().join("b.yaml"))
        .unwrap();
    let reading = load(folder.path());
    assert_eq!(names(&reading), ["a"]);
    assert_eq!(reading.notes.len(), 1);
    assert!(reading.notes[0].to_string().ends_with("b.yaml: not read: a symbolic link"));
}

#[test]
fn what_is_wrong_with_one_file_leaves_the_others_alone() {
    let large = vec![b'#'; usize::try_from(MAX_FILE).unwrap() + 1];
    let folder = folder(&[
        ("a-large.yaml", &large),
        ("b-latin.yaml", b"a: b\nc: \xe9\n"),
        ("c-broken.yaml", b"a: b: c\n"),
        ("d-good.yaml", &namespace("good")),
    ]);
    let reading = load(folder.path());
    assert_eq!(names(&reading), ["good"]);
    assert_eq!(
        errors(&reading, folder.path()),
        [
            "a-large.yaml: is larger than 10 MiB, the most that is read",
            "b-latin.yaml:2:1: is not UTF-8 text",
            "c-broken.yaml:1:5: not YAML: mapping values are not allowed in this context",
        ]
    );
}

#[test]
fn a_path_that_is_not_there_is_an_error() {
    let folder = folder(&[]);
    let reading = load(&folder.path().join("none"));
    let errors = errors(&reading, folder.path());
    assert_eq!(
        errors,
        ["none: cannot be read: No such file or directory (os error 2) (check the path)"]
    );
}

#[test]
fn the_same_object_in_two_files_is_an_error_that_names_both() {
    let folder = folder(&[("a.yaml", &namespace("x")), ("b.yaml", &namespace("x"))]);
    let reading = load(folder.path());
    assert_eq!(names(&reading), ["x"]);
    let error = reading.errors[0].to_string();
    let place = |file| format!("{}:1:1", folder.path().join(file).display());
    assert!(error.starts_with(&place("b.yaml")));
    assert!(error.contains(&format!(
        "Namespace default/x: is declared twice; first at {}",
        place("a.yaml")
    )));
}
