use std::{fs, os::unix::fs::PermissionsExt};

use redb::Database;
use tagwarden_core::{
    selection::Selection,
    tags::{Difference, FirstSeen, TagSet},
};
use tagwarden_reconcile::Reason;

use super::*;

const FILE: &str = "state.redb";

fn name(name: &str) -> ObjectName {
    ObjectName::new("flux-system", name)
}

fn listing<S: AsRef<str>>(tags: &[S]) -> Listing {
    let tags = TagSet::new(tags);
    Listing {
        first_seen: FirstSeen::all(tags.len(), 1_780_000_000),
        state: ScanState {
            image: "r.example/a".into(),
            fingerprint: "f".into(),
            scanned_at: 1_780_000_000,
            listed: 3,
            tags: tags.len() as u64,
            changed_at: 1_780_000_000,
            difference: Difference::between(&TagSet::default(), &tags),
        },
        tags: tags.into(),
    }
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
        digest_at: None,
        moved: None,
        guarded: Vec::new(),
    }
}

#[test]
fn remembers_across_openings() {
    let folder = tempfile::tempdir().unwrap();
    let listing = listing(&["1.0.0", "1.0.1"]);
    {
        let store = StateStore::open(folder.path()).unwrap();
        assert_eq!(store.listing(&name("a")).unwrap(), None);
        assert_eq!(store.scan(&name("a")).unwrap(), None);
        assert_eq!(store.policy(&name("a")).unwrap(), None);
        store.put_listing(&name("a"), &listing).unwrap();
        store.put_policy(&name("a"), &policy_state("1.0.1")).unwrap();
    }
    let store = StateStore::open(folder.path()).unwrap();
    assert_eq!(store.scan(&name("a")).unwrap(), Some(listing.state.clone()));
    assert_eq!(store.listing(&name("a")).unwrap(), Some(listing));
    assert_eq!(store.policy(&name("a")).unwrap(), Some(policy_state("1.0.1")));
}

#[test]
fn knows_since_when_a_tag_is_there() {
    let folder = tempfile::tempdir().unwrap();
    let store = StateStore::open(folder.path()).unwrap();
    let mut listing = listing(&["1", "2", "3"]);
    listing.first_seen = [(2, 50), (1, 70)].into_iter().collect();
    store.put_listing(&name("a"), &listing).unwrap();
    let stored = store.listing(&name("a")).unwrap().unwrap();
    let seen = |tag: &str| stored.first_seen(tag);
    assert_eq!((seen("2"), seen("3"), seen("4")), (Some(50), Some(70), None));
}

#[test]
fn a_good_scan_forgets_the_trouble_before_it() {
    let folder = tempfile::tempdir().unwrap();
    let trouble = ScanTrouble {
        reason: Reason::Throttled,
        message: "slow down".into(),
        at: 100,
        until: Some(3700),
        fingerprint: "f".into(),
    };
    {
        let store = StateStore::open(folder.path()).unwrap();
        assert_eq!(store.trouble(&name("a")).unwrap(), None);
        store.put_listing(&name("a"), &listing(&["1"])).unwrap();
        store.put_trouble(&name("a"), &trouble).unwrap();
    }
    let store = StateStore::open(folder.path()).unwrap();
    assert_eq!(store.trouble(&name("a")).unwrap(), Some(trouble));
    assert_eq!(store.listing(&name("a")).unwrap(), Some(listing(&["1"])));
    store.put_listing(&name("a"), &listing(&["2"])).unwrap();
    assert_eq!(store.trouble(&name("a")).unwrap(), None);
}

#[test]
fn objects_never_share_an_entry() {
    let folder = tempfile::tempdir().unwrap();
    let store = StateStore::open(folder.path()).unwrap();
    let (one, two) = (ObjectName::new("a", "b/c"), ObjectName::new("a/b", "c"));
    store.put_listing(&one, &listing(&["one"])).unwrap();
    assert_eq!(store.listing(&two).unwrap(), None);
}

#[test]
fn two_processes_worth_of_handles_see_each_others_writes() {
    let folder = tempfile::tempdir().unwrap();
    let one = StateStore::open(folder.path()).unwrap();
    let two = StateStore::open(folder.path()).unwrap();
    one.put_policy(&name("a"), &policy_state("1")).unwrap();
    assert_eq!(one.policy(&name("a")).unwrap(), Some(policy_state("1")));
    assert_eq!(two.policy(&name("a")).unwrap(), None, "not before it is flushed");
    one.flush().unwrap();
    assert_eq!(two.policy(&name("a")).unwrap(), Some(policy_state("1")));
    two.put_policy(&name("a"), &policy_state("2")).unwrap();
    two.flush().unwrap();
    assert_eq!(one.policy(&name("a")).unwrap(), Some(policy_state("2")));
}

#[test]
fn many_writes_reach_the_disk_without_a_flush() {
    let folder = tempfile::tempdir().unwrap();
    let one = StateStore::open(folder.path()).unwrap();
    for number in 0..2_500 {
        one.put_policy(&name(&number.to_string()), &policy_state("1")).unwrap();
    }
    let two = StateStore::open(folder.path()).unwrap();
    assert_eq!(two.policy(&name("0")).unwrap(), Some(policy_state("1")));
    assert_eq!(two.policy(&name("2499")).unwrap(), None);
    drop(one);
    assert_eq!(two.policy(&name("2499")).unwrap(), Some(policy_state("1")));
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
fn a_damaged_entry_is_dropped_and_no_other() {
    let folder = tempfile::tempdir().unwrap();
    let store = StateStore::open(folder.path()).unwrap();
    store.put_listing(&name("a"), &listing(&["1"])).unwrap();
    store.put_listing(&name("b"), &listing(&["2"])).unwrap();
    let mut framed = frame::seal(Kind::Listing, &name("a"), b"nonsense");
    framed.push(0);
    store.change(Kind::Listing, &name("a"), Some(framed)).unwrap();
    assert_eq!(store.listing(&name("a")).unwrap(), None);
    assert_eq!(store.scan(&name("a")).unwrap(), None);
    assert_eq!(store.listing(&name("b")).unwrap(), Some(listing(&["2"])));
}

#[test]
fn a_whole_entry_of_another_meaning_is_dropped() {
    let folder = tempfile::tempdir().unwrap();
    let store = StateStore::open(folder.path()).unwrap();
    let framed = frame::seal(Kind::Policy, &name("a"), br#"{"other": 1}"#);
    store.change(Kind::Policy, &name("a"), Some(framed)).unwrap();
    assert_eq!(store.policy(&name("a")).unwrap(), None);
    for payload in [&[9, 9, 9][..], &[2, 0, 0, 0, b'{', b'}'], &[0xff; 40]] {
        let framed = frame::seal(Kind::Listing, &name("a"), payload);
        store.change(Kind::Listing, &name("a"), Some(framed)).unwrap();
        assert_eq!(store.listing(&name("a")).unwrap(), None);
    }
}

#[test]
fn no_damage_to_the_file_is_ever_read_as_tags() {
    let folder = tempfile::tempdir().unwrap();
    // Random enough to fill several pages in spite of compression.
    let mut random = fastrand::Rng::with_seed(7);
    let listing = listing(&(0..500).map(|_| format!("{:x}", random.u64(..))).collect::<Vec<_>>());
    {
        let store = StateStore::open(folder.path()).unwrap();
        store.put_listing(&name("a"), &listing).unwrap();
    }
    let whole = fs::read(folder.path().join(FILE)).unwrap();
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
        if let Ok(Some(read)) = store.listing(&name("a")) {
            assert_eq!(read, listing, "round {round}");
        }
        store.put_listing(&name("a"), &listing).unwrap();
        assert_eq!(store.listing(&name("a")).unwrap().as_ref(), Some(&listing), "round {round}");
    }
}

#[test]
fn a_folder_that_cannot_be_made_is_named() {
    let error = StateStore::open(Path::new("/dev/null/state")).unwrap_err().to_string();
    assert!(error.contains("/dev/null/state"), "{error}");
}
