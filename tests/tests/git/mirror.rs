use std::{
    fs,
    path::{Path, PathBuf},
    sync::atomic::{AtomicUsize, Ordering},
};

use tagwarden_reconcile::ports::{GitErrorKind, Pushed, Reply};
use tagwarden_tests::git_http::{Access, GitHttp};

use crate::fixture::*;

/// All files below a folder of the one mirror.
fn files(world: &World, below: &str) -> Vec<PathBuf> {
    let mirror = fs::read_dir(world.folder.path().join("state"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .find(|path| path.extension().is_some_and(|e| e == "git"))
        .unwrap();
    let mut found = Vec::new();
    collect(&mirror.join(below), &mut found);
    found
}

fn collect(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, found);
        } else {
            found.push(path);
        }
    }
}

fn overwrite(path: &Path, change: impl FnOnce(&mut Vec<u8>)) {
    let mut bytes = fs::read(path).unwrap();
    change(&mut bytes);
    // A pack is read-only.
    fs::remove_file(path).unwrap();
    fs::write(path, bytes).unwrap();
}

#[test]
fn a_damaged_mirror_is_fetched_anew() {
    let world = world();
    let server = GitHttp::start(world.folder.path(), Access::default()).unwrap();
    let remote = remote(&server.url("app.git"));
    type Damage = fn(&Path);
    let damages: [(&str, Damage); 6] = [
        ("objects/pack", |p| overwrite(p, Vec::clear)),
        ("objects/pack", |p| overwrite(p, |b| b.truncate(b.len() / 2))),
        ("objects/pack", |p| overwrite(p, |b| b[4..].fill(0xff))),
        ("objects/pack", |p| fs::remove_file(p).unwrap()),
        ("", |p| overwrite(p, |b| b.fill(b'x'))),
        ("", |p| fs::remove_file(p).unwrap()),
    ];
    for (below, damage) in damages {
        drop(world.open(&remote));
        for file in files(&world, below) {
            damage(&file);
        }
        let snapshot = world.open(&remote);
        assert_eq!(paths(&*snapshot, "").len(), FILES.len());
        let request = bump("auto", "1.1.0");
        let commit = snapshot.write(&request).unwrap();
        snapshot.push(&commit, &request).unwrap();
    }
}

#[test]
fn damage_found_while_reading_is_repaired_by_the_next_pass() {
    let world = world();
    let remote = world.local();
    drop(world.open(&remote));
    // One file in the middle of the pack goes bad.
    let blob = world.bare.git(["rev-parse", "main:README.md"]).unwrap();
    for pack in files(&world, "objects/pack") {
        if pack.extension().is_some_and(|e| e == "pack") {
            let at = offset(&world, &pack, blob.trim());
            overwrite(&pack, |bytes| bytes[at + 2..at + 8].fill(0xff));
        }
    }
    let snapshot = world.open(&remote);
    let error = snapshot.visit("", &EVERYTHING, &mut |_| Reply::Enough).unwrap_err();
    assert_eq!(error.kind, GitErrorKind::Damaged, "{error}");
    assert!(error.message.contains("fetched anew"), "{error}");
    drop(snapshot);
    assert_eq!(paths(&*world.open(&remote), "").len(), FILES.len());
}

/// Where an object begins in a pack.
fn offset(world: &World, pack: &Path, id: &str) -> usize {
    let listing = world.bare.git(["verify-pack", "-v", pack.to_str().unwrap()]).unwrap();
    let line = listing.lines().find(|line| line.starts_with(id)).unwrap();
    line.split_ascii_whitespace().nth(4).unwrap().parse().unwrap()
}

#[test]
fn two_at_once_do_not_collide() {
    let world = world();
    let server = GitHttp::start(world.folder.path(), Access::default()).unwrap();
    let remote = remote(&server.url("app.git"));
    let (updated, rejected) = (AtomicUsize::new(0), AtomicUsize::new(0));
    std::thread::scope(|scope| {
        for worker in 0..4 {
            let (world, remote, updated, rejected) = (&world, &remote, &updated, &rejected);
            scope.spawn(move || {
                // Adapters of their own, as two processes would have.
                let git = mirrors(world.folder.path());
                for n in 0..3 {
                    let snapshot = git.open(remote, &main()).unwrap();
                    let request = bump("main", &format!("{worker}.{n}.0"));
                    let commit = snapshot.write(&request).unwrap();
                    match snapshot.push(&commit, &request) {
                        Ok(Pushed::Updated) => updated.fetch_add(1, Ordering::SeqCst),
                        Err(error) if error.kind == GitErrorKind::Rejected => {
                            rejected.fetch_add(1, Ordering::SeqCst)
                        }
                        other => panic!("{other:?}"),
                    };
                }
            });
        }
    });
    let updated = updated.into_inner();
    assert_eq!(updated + rejected.into_inner(), 12);
    assert_eq!(world.bare.log("main").unwrap().len(), updated + 1, "no push was lost");
    world.bare.git(["fsck", "--strict"]).unwrap();
}

#[test]
fn a_state_folder_that_cannot_be_used_says_so() {
    let world = world();
    fs::write(world.folder.path().join("state"), "a file").unwrap();
    let error = world.git.open(&world.local(), &main()).err().unwrap();
    assert!(error.message.contains("state folder"), "{error}");
}
