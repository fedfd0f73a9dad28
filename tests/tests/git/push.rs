use tagwarden_core::spec::GitReference;
use tagwarden_reconcile::ports::{GitErrorKind, GitRemote, Pushed};
use tagwarden_tests::{
    bare::Entry,
    git_http::{Access, GitHttp},
};

use crate::fixture::*;

/// The same world by path and by HTTP: libgit2 pushes by different code.
fn each(check: impl Fn(&World, &GitRemote)) {
    let here = world();
    check(&here, &here.local());
    let there = world();
    let server = GitHttp::start(there.folder.path(), Access::default()).unwrap();
    check(&there, &remote(&server.url("app.git")));
}

#[test]
fn a_push_after_somebody_elses_is_rejected_and_works_when_done_again() {
    each(|world, remote| {
        let snapshot = world.open(remote);
        let request = bump("main", "1.1.0");
        let commit = snapshot.write(&request).unwrap();
        let theirs = world.bare.commit("main", &[Entry::file("a", "1")], "theirs").unwrap();

        let error = snapshot.push(&commit, &request).unwrap_err();
        assert_eq!(error.kind, GitErrorKind::Rejected, "{error}");
        assert_eq!(world.bare.head("main").unwrap(), theirs, "nothing was forced");

        let again = world.open(remote);
        assert_eq!(again.commit(), theirs);
        let commit = again.write(&request).unwrap();
        assert_eq!(again.push(&commit, &request).unwrap(), Pushed::Updated);
        assert_eq!(world.bare.log("main").unwrap().len(), 3);
    });
}

#[test]
fn a_branch_that_was_reset_or_deleted_meanwhile_is_not_overwritten() {
    each(|world, remote| {
        let first = world.bare.head("main").unwrap();
        world.bare.commit("main", &[Entry::file("a", "1")], "second").unwrap();
        let snapshot = world.open(remote);
        let request = bump("main", "1.1.0");
        let commit = snapshot.write(&request).unwrap();
        world.bare.git(["update-ref", "refs/heads/main", &first]).unwrap();
        let error = snapshot.push(&commit, &request).unwrap_err();
        assert_eq!(error.kind, GitErrorKind::Rejected, "{error}");
        assert_eq!(world.bare.head("main").unwrap(), first);

        world.bare.git(["update-ref", "-d", "refs/heads/main"]).unwrap();
        let error = snapshot.push(&commit, &request).unwrap_err();
        assert_eq!(error.kind, GitErrorKind::Rejected, "{error}");
        assert!(world.bare.head("main").is_err());
    });
}

#[test]
fn a_push_whose_answer_was_lost_is_found_there() {
    each(|world, remote| {
        let snapshot = world.open(remote);
        let request = bump("main", "1.1.0");
        let commit = snapshot.write(&request).unwrap();
        snapshot.push(&commit, &request).unwrap();
        let id = commit.id.clone();
        assert_eq!(snapshot.push(&commit, &request).unwrap(), Pushed::AlreadyThere { commit: id });
    });
}

#[test]
fn another_branch_is_made_then_left_then_rebuilt() {
    each(|world, remote| {
        let base = world.bare.head("main").unwrap();
        let request = bump("flux-image-updates", "1.1.0");
        let snapshot = world.open(remote);
        let commit = snapshot.write(&request).unwrap();
        assert_eq!(snapshot.push(&commit, &request).unwrap(), Pushed::Updated);
        assert_eq!(world.bare.head("main").unwrap(), base, "main is left alone");
        let pushed = world.bare.head("flux-image-updates").unwrap();
        assert_eq!(pushed, commit.id);

        // A second pass, later, on a machine that has never seen the first.
        let elsewhere = tempfile::tempdir().unwrap();
        let snapshot = mirrors(elsewhere.path()).open(remote, &main()).unwrap();
        let mut later = bump("flux-image-updates", "1.1.0");
        later.time += 60;
        let commit = snapshot.write(&later).unwrap();
        assert_ne!(commit.id, pushed);
        let there = Pushed::AlreadyThere { commit: pushed.clone() };
        assert_eq!(snapshot.push(&commit, &later).unwrap(), there);
        assert_eq!(world.bare.head("flux-image-updates").unwrap(), pushed);

        // The base moves: the branch is rebuilt on it.
        let base = world.bare.commit("main", &[Entry::file("a", "1")], "theirs").unwrap();
        let snapshot = world.open(remote);
        let commit = snapshot.write(&later).unwrap();
        assert_eq!(snapshot.push(&commit, &later).unwrap(), Pushed::Updated);
        let raw = world.bare.raw("flux-image-updates").unwrap();
        assert!(raw.contains(&format!("parent {base}")), "{raw}");
        world.bare.git(["fsck", "--strict"]).unwrap();
    });
}

#[test]
fn a_commit_on_a_tag_goes_to_a_new_branch() {
    each(|world, remote| {
        let first = world.bare.head("main").unwrap();
        world.bare.git(["tag", "v1", &first]).unwrap();
        world.bare.commit("main", &[Entry::file("a", "1")], "second").unwrap();
        let snapshot = world.git.open(remote, &GitReference::Tag("v1".into())).unwrap();
        let request = bump("hotfix", "1.0.1");
        let commit = snapshot.write(&request).unwrap();
        assert_eq!(snapshot.push(&commit, &request).unwrap(), Pushed::Updated);
        assert_eq!(world.bare.head("hotfix").unwrap(), commit.id);
        world.bare.git(["fsck", "--strict"]).unwrap();
    });
}

#[test]
fn a_refspec_is_pushed_beside_the_branch_or_alone() {
    each(|world, remote| {
        let snapshot = world.open(remote);
        let mut request = bump("main", "1.1.0");
        request.refspec = Some("refs/heads/main:refs/heads/smoke-test".into());
        let commit = snapshot.write(&request).unwrap();
        snapshot.push(&commit, &request).unwrap();
        assert_eq!(world.bare.head("main").unwrap(), commit.id);
        assert_eq!(world.bare.head("smoke-test").unwrap(), commit.id);

        let snapshot = world.open(remote);
        let mut request = bump("main", "1.2.0");
        request.branch = None;
        request.refspec = Some("HEAD:refs/heads/alone".into());
        let next = snapshot.write(&request).unwrap();
        snapshot.push(&next, &request).unwrap();
        assert_eq!(world.bare.head("main").unwrap(), commit.id);
        assert_eq!(world.bare.head("alone").unwrap(), next.id);
    });
}

#[test]
fn many_passes_over_one_mirror_keep_working() {
    each(|world, remote| {
        for n in 0..5 {
            let theirs = format!("{n}");
            world.bare.commit("main", &[Entry::file("theirs", &theirs)], "theirs").unwrap();
            let snapshot = world.open(remote);
            let request = bump("main", &format!("1.1.{n}"));
            let commit = snapshot.write(&request).unwrap();
            assert_eq!(snapshot.push(&commit, &request).unwrap(), Pushed::Updated);
        }
        assert_eq!(world.bare.log("main").unwrap().len(), 11);
        world.bare.git(["fsck", "--strict"]).unwrap();
    });
}

#[test]
fn a_name_no_branch_can_have_is_refused() {
    let world = world();
    let snapshot = world.open(&world.local());
    for branch in ["", "a..b", "a b", "x.lock", "-x:refs/heads/main", "a:b"] {
        let request = bump(branch, "1.1.0");
        let commit = snapshot.write(&request).unwrap();
        let error = snapshot.push(&commit, &request).unwrap_err();
        assert_eq!(error.kind, GitErrorKind::Configuration, "{branch}: {error}");
    }
}

#[test]
fn an_author_who_would_forge_headers_is_refused() {
    let world = world();
    let snapshot = world.open(&world.local());
    for name in ["a\nparent 1", "a <b>", ""] {
        let mut request = bump("main", "1.1.0");
        request.author.name = name.into();
        let error = snapshot.write(&request).unwrap_err();
        assert_eq!(error.kind, GitErrorKind::Configuration, "{error}");
    }
}
