use tagwarden_core::spec::GitReference;
use tagwarden_reconcile::ports::{GitErrorKind, Pushed, Reply};
use tagwarden_tests::bare::{Bare, Entry};

use crate::fixture::*;

#[test]
fn a_commit_is_read_edited_and_pushed() {
    let world = world();
    let before = world.bare.head("main").unwrap();
    let snapshot = world.open(&world.local());
    assert_eq!(snapshot.commit(), before);
    assert_eq!(snapshot.branch(), Some("main"));

    let request = bump("main", "1.1.0");
    let commit = snapshot.write(&request).unwrap();
    assert_eq!(world.bare.head("main").unwrap(), before, "nothing left the machine yet");
    assert_eq!(snapshot.push(&commit, &request).unwrap(), Pushed::Updated);

    assert_eq!(world.bare.head("main").unwrap(), commit.id);
    let diff = world.bare.diff(&before, &commit.id).unwrap();
    assert!(diff.contains("-image: app:1.0.0\n+image: app:1.1.0\n"), "{diff}");
    assert_eq!(diff.matches("@@ ").count(), 1, "{diff}");
}

#[test]
fn the_commit_stands_as_it_was_asked_for() {
    let world = world();
    let snapshot = world.open(&world.local());
    let request = bump("main", "1.1.0");
    let commit = snapshot.write(&request).unwrap();
    snapshot.push(&commit, &request).unwrap();
    let raw = world.bare.raw(&commit.id).unwrap();
    let (headers, message) = raw.split_once("\n\n").unwrap();
    assert_eq!(message, request.message);
    assert!(headers.contains("author fluxcdbot <flux@example.com> 1750000000 +0000"), "{raw}");
    assert!(headers.contains("committer fluxcdbot <flux@example.com> 1750000000 +0000"), "{raw}");
    assert!(headers.contains(&format!("parent {}", snapshot.commit())), "{raw}");
    world.bare.git(["fsck", "--strict"]).unwrap();
}

#[test]
fn a_file_url_is_a_local_path() {
    let world = world();
    let url = format!("file://{}", world.bare.path().display());
    assert_eq!(paths(&*world.open(&remote(&url)), "").len(), FILES.len());
}

#[test]
fn files_come_in_path_order_and_only_from_the_folder() {
    let world = world();
    let snapshot = world.open(&world.local());
    let all: Vec<_> = FILES.iter().map(|(path, _)| *path).collect();
    for root in ["", ".", "./", "/"] {
        assert_eq!(paths(&*snapshot, root), all);
    }
    for folder in ["clusters/prod", "./clusters/prod/", "clusters//prod"] {
        assert_eq!(
            paths(&*snapshot, folder),
            ["clusters/prod/app.yaml", "clusters/prod/sub/b.yaml"]
        );
    }
    assert_eq!(paths(&*snapshot, "clusters/prod/app.yaml"), ["clusters/prod/app.yaml"]);
}

#[test]
fn a_folder_that_is_not_there_or_leads_out_is_named() {
    let world = world();
    let snapshot = world.open(&world.local());
    for (path, kind) in [
        ("clusters/test", GitErrorKind::NotFound),
        ("README.md/x", GitErrorKind::NotFound),
        ("../other", GitErrorKind::Configuration),
    ] {
        let error = snapshot.visit(path, &EVERYTHING, &mut |_| Reply::Enough).unwrap_err();
        assert_eq!(error.kind, kind, "{error}");
    }
}

#[test]
fn an_executable_stays_executable_and_a_symlink_is_left_alone() {
    let world = world();
    let entries = [
        Entry { mode: "100755", path: "bin/run.yaml", content: b"run: 1\n" },
        Entry { mode: "120000", path: "bin/link.yaml", content: b"../../../etc/passwd" },
    ];
    world.bare.commit("main", &entries, "modes").unwrap();
    let snapshot = world.open(&world.local());
    let (files, skipped) = visit(&*snapshot, "bin");
    assert_eq!(files, [("bin/run.yaml".to_owned(), "run: 1\n".to_owned())]);
    assert_eq!(skipped, [("bin/link.yaml".to_owned(), "a symlink is not followed".to_owned())]);

    let change = request("main", "bin/run.yaml", "run: 2\n");
    let commit = snapshot.write(&change).unwrap();
    snapshot.push(&commit, &change).unwrap();
    assert_eq!(world.bare.mode("main", "bin/run.yaml").unwrap(), "100755");
    assert_eq!(world.bare.mode("main", "bin/link.yaml").unwrap(), "120000");
    assert_eq!(world.bare.file("main", "bin/run.yaml").unwrap(), "run: 2\n");

    let error = snapshot.write(&request("main", "bin/link.yaml", "x")).unwrap_err();
    assert_eq!(error.kind, GitErrorKind::Configuration, "{error}");
}

#[test]
fn each_kind_of_reference_opens_its_commit() {
    let world = world();
    let bare = &world.bare;
    let first = bare.head("main").unwrap();
    bare.git(["tag", "light", &first]).unwrap();
    bare.git(["tag", "-a", "-m", "note", "v1.0.0", &first]).unwrap();
    bare.git(["update-ref", "refs/pull/420/head", &first]).unwrap();
    let second = bare.commit("main", &[Entry::file("a", "2")], "second").unwrap();
    let remote = world.local();
    for (reference, commit, branch) in [
        (main(), &second, Some("main")),
        (GitReference::Tag("light".into()), &first, None),
        (GitReference::Tag("v1.0.0".into()), &first, None),
        (GitReference::Name("refs/pull/420/head".into()), &first, None),
        (GitReference::Name("refs/heads/main".into()), &second, Some("main")),
        (GitReference::Commit { id: first.clone(), branch: None }, &first, None),
        (
            GitReference::Commit { id: second.clone(), branch: Some("main".into()) },
            &second,
            Some("main"),
        ),
        (
            GitReference::Commit { id: first.clone(), branch: Some("main".into()) },
            &first,
            Some("main"),
        ),
    ] {
        let snapshot = world.git.open(&remote, &reference).unwrap();
        assert_eq!(snapshot.commit(), commit, "{reference:?}");
        assert_eq!(snapshot.branch(), branch, "{reference:?}");
    }
    let mut tags = world.git.tags(&remote).unwrap();
    tags.sort();
    assert_eq!(tags, ["light", "v1.0.0"]);
}

#[test]
fn a_reference_that_is_not_there_says_what_is() {
    let world = world();
    let none = "1".repeat(40);
    for (reference, words) in [
        (GitReference::Branch("develop".into()), "no branch `develop`; its branches: main"),
        (GitReference::Tag("v9".into()), "no tag `v9`"),
        (GitReference::Name("refs/x/y".into()), "no reference `refs/x/y`"),
        (GitReference::Commit { id: none.clone(), branch: None }, "no commit 1111"),
        (GitReference::Commit { id: none, branch: Some("main".into()) }, "on main"),
    ] {
        let error = world.git.open(&world.local(), &reference).err().unwrap();
        assert_eq!(error.kind, GitErrorKind::NotFound, "{error}");
        assert!(error.message.contains(words), "{error}");
    }
    let short = GitReference::Commit { id: "abc123".into(), branch: None };
    let error = world.git.open(&world.local(), &short).err().unwrap();
    assert_eq!(error.kind, GitErrorKind::Configuration, "{error}");
}

#[test]
fn the_default_branch_is_where_head_points() {
    let world = world();
    assert_eq!(world.git.default_branch(&world.local()).unwrap(), "main");
    world.bare.commit("trunk", &[Entry::file("a", "1")], "trunk").unwrap();
    world.bare.git(["symbolic-ref", "HEAD", "refs/heads/trunk"]).unwrap();
    assert_eq!(world.git.default_branch(&world.local()).unwrap(), "trunk");
}

#[test]
fn an_empty_repository_says_so() {
    let world = world();
    let empty = Bare::empty(world.folder.path().join("empty.git")).unwrap();
    let remote = remote(empty.path().to_str().unwrap());
    let opened = world.git.open(&remote, &main()).err().unwrap();
    let default = world.git.default_branch(&remote).unwrap_err();
    for error in [opened, default] {
        assert_eq!(error.kind, GitErrorKind::NotFound, "{error}");
        assert!(error.message.contains("empty"), "{error}");
    }
    assert_eq!(world.git.tags(&remote).unwrap(), Vec::<String>::new());
}

#[test]
fn a_path_without_a_repository_is_not_found() {
    let world = world();
    let error = world.git.open(&remote("/nowhere/app.git"), &main()).err().unwrap();
    assert_eq!(error.kind, GitErrorKind::NotFound, "{error}");
    assert!(error.to_string().contains("/nowhere/app.git"), "{error}");
}
