use std::os::unix::fs::{PermissionsExt, symlink};

use super::*;

fn open(folder: &Path) -> Cache {
    Cache::open(folder).unwrap().expect("a cache")
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

fn refusal(folder: &Path) -> String {
    match Cache::open(folder) {
        Err(EngineError::Cache { reason, .. }) => reason,
        other => panic!("expected a refusal, got {other:?}"),
    }
}

#[test]
fn gives_back_what_was_put_also_after_a_restart() {
    let home = tempfile::tempdir().unwrap();
    let folder = home.path().join("a/b");
    open(&folder).put("x", b"code");
    let cache = open(&folder);
    assert_eq!(cache.get("x").unwrap().bytes(), b"code");
    assert!(cache.get("y").is_none());
    assert_eq!((mode(&folder), mode(&folder.join("key"))), (0o700, 0o600));
}

#[test]
fn drops_an_entry_that_was_tampered_with() {
    let home = tempfile::tempdir().unwrap();
    let cache = open(&home.path().join("c"));
    let path = cache.path("x");
    for change in [0, SEAL_BYTES, SEAL_BYTES + 3] {
        cache.put("x", b"code");
        let mut bytes = fs::read(&path).unwrap();
        bytes[change] ^= 1;
        fs::write(&path, bytes).unwrap();
        assert!(cache.get("x").is_none(), "byte {change}");
        assert!(!path.exists());
    }
    fs::write(&path, b"short").unwrap();
    assert!(cache.get("x").is_none());
}

#[test]
fn an_entry_counts_only_under_its_own_name() {
    let home = tempfile::tempdir().unwrap();
    let cache = open(&home.path().join("c"));
    cache.put("x", b"code");
    fs::rename(cache.path("x"), cache.path("y")).unwrap();
    assert!(cache.get("y").is_none());
}

#[test]
fn another_folders_entry_does_not_count() {
    let home = tempfile::tempdir().unwrap();
    let (mine, other) = (open(&home.path().join("m")), open(&home.path().join("o")));
    other.put("x", b"code");
    fs::copy(other.path("x"), mine.path("x")).unwrap();
    assert!(mine.get("x").is_none());
}

#[test]
fn refuses_a_folder_that_others_may_enter() {
    let home = tempfile::tempdir().unwrap();
    let folder = home.path().join("c");
    open(&folder);
    fs::set_permissions(&folder, fs::Permissions::from_mode(0o750)).unwrap();
    assert_eq!(refusal(&folder), "others may enter it (mode 750)");
}

#[test]
fn refuses_a_link_and_a_file_in_place_of_the_folder() {
    let home = tempfile::tempdir().unwrap();
    let (real, link, file) = ["r", "l", "f"].map(|name| home.path().join(name)).into();
    open(&real);
    symlink(&real, &link).unwrap();
    fs::write(&file, "").unwrap();
    assert_eq!(refusal(&link), "it is not a folder");
    assert_eq!(refusal(&file), "it is not a folder");
}

#[test]
fn refuses_a_key_that_others_may_read_or_that_is_damaged() {
    let home = tempfile::tempdir().unwrap();
    let folder = home.path().join("c");
    open(&folder);
    let key = folder.join("key");
    fs::write(&key, "short").unwrap();
    assert_eq!(refusal(&folder), "its key is damaged");
    fs::set_permissions(&key, fs::Permissions::from_mode(0o644)).unwrap();
    assert_eq!(refusal(&folder), "its key is not this user's alone");
}

#[test]
fn does_without_where_no_folder_can_be() {
    let home = tempfile::tempdir().unwrap();
    let file = home.path().join("f");
    fs::write(&file, "").unwrap();
    assert!(Cache::open(&file.join("below")).unwrap().is_none());
}

#[test]
fn the_oldest_entries_make_room() {
    let home = tempfile::tempdir().unwrap();
    let cache = open(&home.path().join("c"));
    for entry in 0..ENTRIES + 2 {
        cache.put(&format!("{entry:04}"), b"");
    }
    let entries = fs::read_dir(&cache.folder).unwrap().count();
    assert_eq!(entries, ENTRIES + 1, "the entries and the key");
    assert!(cache.path(seal::KEY_FILE).exists());
}
