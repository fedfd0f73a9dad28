//! What a pass costs, and what it leaves.

use std::{fs, time::Duration};

use tagwarden_core::spec::Author;
use tagwarden_reconcile::ports::{Git, Pushed};
use tagwarden_tests::{
    bare::Entry,
    git_http::{Access, GitHttp, Request},
};

use crate::fixture::*;

#[test]
fn a_pass_that_finds_nothing_new_asks_once() {
    let world = world();
    world.bare.git(["tag", "v1", "main"]).unwrap();
    let server = GitHttp::start(world.folder.path(), Access::default()).unwrap();
    let remote = remote(&server.url("app.git"));
    // The first pass fetches, and pushes to a branch of its own.
    let request = bump("auto", "1.1.0");
    let snapshot = world.open(&remote);
    let commit = snapshot.write(&request).unwrap();
    snapshot.push(&commit, &request).unwrap();

    let before = server.requests().len();
    let remote = world.git.remote(&remote).unwrap();
    assert_eq!(remote.default_branch().unwrap(), "main");
    assert_eq!(remote.tags().unwrap(), ["v1"]);
    // Several automations, each with its own look at base and push branch.
    for _ in 0..3 {
        let snapshot = remote.open(&main()).unwrap();
        let commit = snapshot.write(&request).unwrap();
        let pushed = snapshot.push(&commit, &request).unwrap();
        assert!(matches!(pushed, Pushed::AlreadyThere { .. }), "{pushed:?}");
    }
    let asked: Vec<_> = server.requests()[before..].iter().map(|r| r.target.clone()).collect();
    assert_eq!(asked, ["/app.git/info/refs?service=git-upload-pack"]);
}

#[test]
fn what_a_pass_pushed_is_seen_by_what_comes_after_it() {
    let world = world();
    let server = GitHttp::start(world.folder.path(), Access::default()).unwrap();
    let remote = world.git.remote(&remote(&server.url("app.git"))).unwrap();
    for version in ["1.1.0", "1.2.0"] {
        let snapshot = remote.open(&main()).unwrap();
        let request = bump("main", version);
        let commit = snapshot.write(&request).unwrap();
        assert_eq!(snapshot.push(&commit, &request).unwrap(), Pushed::Updated);
        assert_eq!(remote.open(&main()).unwrap().commit(), commit.id);
    }
    assert_eq!(world.bare.log("main").unwrap().len(), 3);
}

#[test]
fn pushes_follow_one_another_on_a_history_that_is_not_here() {
    let world = world();
    world.bare.commit("main", &[Entry::file("b.yaml", "b: 2\n")], "second").unwrap();
    world.bare.commit("main", &[Entry::file("b.yaml", "b: 3\n")], "third").unwrap();
    let server = GitHttp::start(world.folder.path(), Access::default()).unwrap();
    let address = remote(&server.url("app.git"));
    for version in ["1.1.0", "1.2.0", "1.3.0"] {
        // As the next process would find the mirror.
        let snapshot =
            mirrors(world.folder.path()).remote(&address).unwrap().open(&main()).unwrap();
        let request = bump("main", version);
        let commit = snapshot.write(&request).unwrap();
        assert_eq!(snapshot.push(&commit, &request).unwrap(), Pushed::Updated, "{version}");
    }
    let fetched =
        |request: &&Request| request.method == "POST" && request.target.ends_with("upload-pack");
    assert_eq!(server.requests().iter().filter(fetched).count(), 2, "fetched once, in two steps");
}

#[test]
fn a_list_that_is_out_of_date_leads_to_a_new_one() {
    let world = world();
    let server = GitHttp::start(world.folder.path(), Access::default()).unwrap();
    let remote = world.git.remote(&remote(&server.url("app.git"))).unwrap();
    let snapshot = remote.open(&main()).unwrap();
    let theirs = world.bare.commit("main", &[Entry::file("a", "1")], "theirs").unwrap();
    assert_eq!(remote.open(&main()).unwrap().commit(), snapshot.commit(), "one list a pass");
    let request = bump("main", "1.1.0");
    let commit = snapshot.write(&request).unwrap();
    assert!(snapshot.push(&commit, &request).is_err());
    assert_eq!(remote.open(&main()).unwrap().commit(), theirs, "a lost race asks anew");
}

#[test]
fn a_push_branch_that_moved_since_it_was_looked_at_is_not_overwritten() {
    let world = world();
    let server = GitHttp::start(world.folder.path(), Access::default()).unwrap();
    let remote = world.git.remote(&remote(&server.url("app.git"))).unwrap();
    let snapshot = remote.open(&main()).unwrap();
    let theirs = world.bare.commit("auto", &[Entry::file("a", "1")], "theirs").unwrap();
    let request = bump("auto", "1.1.0");
    let commit = snapshot.write(&request).unwrap();
    assert!(snapshot.push(&commit, &request).is_err());
    assert_eq!(world.bare.head("auto").unwrap(), theirs);
}

#[test]
fn a_killed_process_leaves_nothing_in_the_way() {
    let world = world();
    let server = GitHttp::start(world.folder.path(), Access::default()).unwrap();
    let remote = remote(&server.url("app.git"));
    drop(world.open(&remote));
    let mirror = fs::read_dir(world.folder.path().join("state"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .find(|path| path.extension().is_some_and(|e| e == "git"))
        .unwrap();
    for path in ["shallow.lock", "packed-refs.lock", "HEAD.lock", "objects/pack/pack_git2_abc"] {
        fs::write(mirror.join(path), "").unwrap();
    }
    for entry in fs::read_dir(mirror.join("refs/tagwarden")).unwrap() {
        fs::write(entry.unwrap().path().with_extension("lock"), "").unwrap();
    }
    world.bare.commit("main", &[Entry::file("a", "1")], "theirs").unwrap();
    let fetched = mirror.join("objects/pack");
    let before = fs::read_dir(&fetched).unwrap().count();
    drop(world.open(&remote));
    assert!(fs::read_dir(&fetched).unwrap().count() > before, "the mirror was kept, and used");
}

#[test]
fn pruning_removes_mirrors_and_they_come_back() {
    let world = world();
    let server = GitHttp::start(world.folder.path(), Access::default()).unwrap();
    let remote = remote(&server.url("app.git"));
    drop(world.open(&remote));
    let pruned = world.git.prune(u64::MAX, Duration::MAX).unwrap();
    assert_eq!((pruned.removed, pruned.kept), (0, 1));
    // A process that another test is just starting has the lock's file open, too, until
    // it becomes the program it is to be: then the mirror counts as in use.
    let mut tries = (0..10_000).map(|_| world.git.prune(0, Duration::MAX).unwrap());
    let pruned = tries.find(|pruned| pruned.removed > 0).expect("an idle mirror goes");
    assert_eq!((pruned.removed, pruned.kept, pruned.size), (1, 0, 0));
    assert_eq!(paths(&*world.open(&remote), "").len(), FILES.len());
}

#[test]
fn the_past_of_a_file_is_told_as_far_as_its_author_wrote_it() {
    let world = world();
    let server = GitHttp::start(world.folder.path(), Access::default()).unwrap();
    for url in [server.url("app.git"), world.bare.path().display().to_string()] {
        let version = |number: usize| format!("1.{number}.{}", url.len());
        for number in 1..=3 {
            let snapshot = world.open(&remote(&url));
            let request = bump("main", &version(number));
            let commit = snapshot.write(&request).unwrap();
            snapshot.push(&commit, &request).unwrap();
            let entry = Entry::file("clusters/prod/app.yaml", "image: app:0\n");
            world.bare.commit("main", &[entry], "theirs").unwrap();
        }
        // By somebody with a mirror of one commit.
        let elsewhere = tempfile::tempdir().unwrap();
        let snapshot = mirrors(elsewhere.path()).open(&remote(&url), &main()).unwrap();
        let files = ["clusters/prod/app.yaml".to_owned(), "README.md".to_owned()];
        let author = bump("main", "").author;
        let past = |depth| {
            let past = snapshot.past(&author, &files, depth).unwrap();
            past.into_iter().map(|past| String::from_utf8(past.after).unwrap()).collect::<Vec<_>>()
        };
        let images = [1, 2, 3].map(|number| format!("image: app:{}\n", version(number)));
        assert_eq!(past(2), images[2..], "{url}");
        assert_eq!(past(6), images, "{url}");
        let other = Author { name: "somebody".into(), ..author.clone() };
        assert!(snapshot.past(&other, &files, 6).unwrap().is_empty());
        // What is there is opened and pushed to as ever.
        let request = bump("main", "2.0.0");
        let commit = snapshot.write(&request).unwrap();
        assert_eq!(snapshot.push(&commit, &request).unwrap(), Pushed::Updated);
    }
}
