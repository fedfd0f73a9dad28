use std::os::unix::fs::PermissionsExt;

use tagwarden_core::selection::Selection;

use super::*;

fn name(name: &str) -> ObjectName {
    ObjectName::new("flux-system", name)
}

fn scan_state(image: &str) -> ScanState {
    ScanState { image: image.into(), fingerprint: "f".into(), scanned_at: 1_780_000_000, listed: 3 }
}

fn policy_state(tag: &str) -> PolicyState {
    PolicyState {
        selection: Selection {
            image: "r.example/a".into(),
            tag: tag.into(),
            key: tag.into(),
            digest: None,
        },
        previous: None,
        selected_at: 5,
        fingerprint: "p".into(),
    }
}

#[test]
fn remembers_across_openings() {
    let folder = tempfile::tempdir().unwrap();
    let tags = TagSet::new(&["1.0.0", "1.0.1"]);
    {
        let store = StateStore::open(folder.path()).unwrap();
        assert_eq!(store.tags(&name("a")).unwrap(), None);
        assert_eq!(store.scan(&name("a")).unwrap(), None);
        assert_eq!(store.policy(&name("a")).unwrap(), None);
        store.put_tags(&name("a"), &tags, &scan_state("r.example/a")).unwrap();
        store.put_policy(&name("a"), &policy_state("1.0.1")).unwrap();
    }
    let store = StateStore::open(folder.path()).unwrap();
    assert_eq!(store.tags(&name("a")).unwrap(), Some(tags));
    assert_eq!(store.scan(&name("a")).unwrap(), Some(scan_state("r.example/a")));
    assert_eq!(store.policy(&name("a")).unwrap(), Some(policy_state("1.0.1")));
}

#[test]
fn objects_never_share_an_entry() {
    let folder = tempfile::tempdir().unwrap();
    let store = StateStore::open(folder.path()).unwrap();
    let (one, two) = (ObjectName::new("a", "b/c"), ObjectName::new("a/b", "c"));
    store.put_tags(&one, &TagSet::new(&["one"]), &scan_state("x")).unwrap();
    assert_eq!(store.tags(&two).unwrap(), None);
}

#[test]
fn two_processes_worth_of_handles_see_each_others_writes() {
    let folder = tempfile::tempdir().unwrap();
    let one = StateStore::open(folder.path()).unwrap();
    let two = StateStore::open(folder.path()).unwrap();
    one.put_policy(&name("a"), &policy_state("1")).unwrap();
    assert_eq!(two.policy(&name("a")).unwrap(), Some(policy_state("1")));
    two.put_policy(&name("a"), &policy_state("2")).unwrap();
    assert_eq!(one.policy(&name("a")).unwrap(), Some(policy_state("2")));
}

#[test]
fn says_so_when_another_program_keeps_the_file_to_itself() {
    let folder = tempfile::tempdir().unwrap();
    drop(StateStore::open(folder.path()).unwrap());
    let _exclusive = Database::open(folder.path().join(FILE)).unwrap();
    let error = StateStore::open(folder.path()).unwrap_err().to_string();
    assert!(error.contains("in use") && error.contains(FILE), "{error}");
}

#[test]
fn only_the_user_can_read_it() {
    let folder = tempfile::tempdir().unwrap();
    let inner = folder.path().join("deep/state");
    let _store = StateStore::open(&inner).unwrap();
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&inner), 0o700);
    assert_eq!(mode(&inner.join(FILE)), 0o600);
}

#[test]
fn a_damaged_entry_is_dropped_with_its_scan_state() {
    let folder = tempfile::tempdir().unwrap();
    let store = StateStore::open(folder.path()).unwrap();
    store.put_tags(&name("a"), &TagSet::new(&["1"]), &scan_state("a")).unwrap();
    store.put_tags(&name("b"), &TagSet::new(&["2"]), &scan_state("b")).unwrap();
    let mut framed = frame::seal(Kind::Tags, &name("a"), b"nonsense");
    framed.push(0);
    store.write(&name("a"), &[(TAGS, Some(&framed))]).unwrap();
    assert_eq!(store.tags(&name("a")).unwrap(), None);
    assert_eq!(store.scan(&name("a")).unwrap(), None);
    assert_eq!(store.tags(&name("b")).unwrap(), Some(TagSet::new(&["2"])));
}

#[test]
fn a_whole_entry_of_another_meaning_is_dropped() {
    let folder = tempfile::tempdir().unwrap();
    let store = StateStore::open(folder.path()).unwrap();
    let framed = frame::seal(Kind::Policy, &name("a"), br#"{"other": 1}"#);
    store.write(&name("a"), &[(POLICIES, Some(&framed))]).unwrap();
    assert_eq!(store.policy(&name("a")).unwrap(), None);
    let framed = frame::seal(Kind::Tags, &name("a"), &[9, 9, 9]);
    store.write(&name("a"), &[(TAGS, Some(&framed))]).unwrap();
    assert_eq!(store.tags(&name("a")).unwrap(), None);
}

#[test]
fn no_damage_to_the_file_is_ever_read_as_tags() {
    let folder = tempfile::tempdir().unwrap();
    let tags = TagSet::new(&(0..500).map(|i| format!("1.0.{i}")).collect::<Vec<_>>());
    {
        let store = StateStore::open(folder.path()).unwrap();
        store.put_tags(&name("a"), &tags, &scan_state("a")).unwrap();
    }
    let whole = fs::read(folder.path().join(FILE)).unwrap();
    let mut random = fastrand::Rng::with_seed(7);
    for round in 0..60 {
        let mut damaged = whole.clone();
        match round % 3 {
            0 => damaged.truncate(random.usize(..whole.len())),
            _ => {
                for _ in 0..=round {
                    damaged[random.usize(..whole.len())] ^= random.u8(1..);
                }
            }
        }
        let place = tempfile::tempdir().unwrap();
        fs::write(place.path().join(FILE), damaged).unwrap();
        let store = StateStore::open(place.path()).unwrap();
        if let Ok(Some(read)) = store.tags(&name("a")) {
            assert_eq!(read, tags, "round {round}");
        }
        store.put_tags(&name("a"), &tags, &scan_state("a")).unwrap();
        assert_eq!(store.tags(&name("a")).unwrap().as_ref(), Some(&tags), "round {round}");
    }
}

#[test]
fn a_folder_that_cannot_be_made_is_named() {
    let error = StateStore::open(Path::new("/dev/null/state")).unwrap_err().to_string();
    assert!(error.contains("/dev/null/state"), "{error}");
}
