use std::{io::Write, process::Stdio};

use tagwarden_reconcile::ports::{GitErrorKind, Interest, Pushed, Reply};
use tagwarden_tests::{
    bare::{Entry, git},
    git_http::{Access, GitHttp},
};

use crate::fixture::*;

/// Makes a tree that Git's own commands would refuse to.
fn tree(world: &World, entries: &[(&str, &[u8], &str)]) -> String {
    let mut raw = Vec::new();
    for (mode, name, id) in entries {
        raw.extend_from_slice(mode.as_bytes());
        raw.push(b' ');
        raw.extend_from_slice(name);
        raw.push(0);
        for pair in id.as_bytes().chunks(2) {
            raw.push(u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap());
        }
    }
    object(world, "tree", &raw)
}

fn object(world: &World, kind: &str, raw: &[u8]) -> String {
    let mut child = git()
        .arg("--git-dir")
        .arg(world.bare.path())
        .args(["hash-object", "-t", kind, "-w", "--stdin", "--literally"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(raw).unwrap();
    let output = child.wait_with_output().unwrap();
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

#[test]
fn names_that_mislead_are_reported_and_not_shown() {
    let world = world();
    let blob = object(&world, "blob", b"x: 1\n");
    let inner = tree(&world, &[("100644", b"config.yaml", &blob)]);
    let root = tree(
        &world,
        &[
            ("100644", b"..", &blob),
            ("40000", b".GIT", &inner),
            ("100644", b"a\nb.yaml", &blob),
            ("100644", b"bad\xff.yaml", &blob),
            ("40000", b"dir\xfe", &inner),
            ("100644", b"good.yaml", &blob),
            ("160000", b"module", &"1".repeat(40)),
        ],
    );
    world.bare.commit_tree("main", &root, "hostile").unwrap();
    let (files, skipped) = visit(&*world.open(&world.local()), "");
    assert_eq!(files, [("good.yaml".to_owned(), "x: 1\n".to_owned())]);
    let skipped: Vec<_> = skipped.iter().map(|(path, _)| path.as_str()).collect();
    assert_eq!(
        skipped,
        ["..", ".GIT", "a\u{fffd}b.yaml", "bad\u{fffd}.yaml", "dir\u{fffd}", "module"]
    );
}

#[test]
fn a_file_over_the_limit_is_reported_with_its_size() {
    let world = world();
    let big = "x".repeat((1 << 20) + 1);
    let entries = [Entry::file("big.yaml", &big), Entry::file("small.yaml", &big[1..])];
    world.bare.commit("main", &entries, "big").unwrap();
    let (files, skipped) = visit(&*world.open(&world.local()), "");
    assert!(files.iter().any(|(path, _)| path == "small.yaml"));
    assert_eq!(skipped.len(), 1);
    assert_eq!(skipped[0].0, "big.yaml");
    assert!(skipped[0].1.contains("1048577 bytes"), "{skipped:?}");
}

#[test]
fn a_tree_of_endless_paths_ends() {
    let world = world();
    let blob = object(&world, "blob", b"x: 1\n");
    let mut level = tree(&world, &[("100644", b"a.yaml", &blob)]);
    // Ten folders of ten folders …: ten to the twentieth paths in 21 objects.
    for _ in 0..20 {
        let names: Vec<String> = (0..10).map(|n| n.to_string()).collect();
        let entries: Vec<_> =
            names.iter().map(|n| ("40000", n.as_bytes(), level.as_str())).collect();
        level = tree(&world, &entries);
    }
    world.bare.commit_tree("main", &level, "bomb").unwrap();
    let snapshot = world.open(&world.local());
    const NOTHING: Interest<'static> = Interest { name: |_| false, question: "none", ..EVERYTHING };
    let error = snapshot.visit("", &NOTHING, &mut |_| Reply::Enough).unwrap_err();
    assert_eq!(error.kind, GitErrorKind::Other, "{error}");
    assert!(error.message.contains("narrow the path"), "{error}");
}

#[test]
fn a_tree_nested_too_deep_is_reported() {
    let world = world();
    let blob = object(&world, "blob", b"x: 1\n");
    let mut level = tree(&world, &[("100644", b"a.yaml", &blob)]);
    for _ in 0..200 {
        level = tree(&world, &[("40000", b"d", &level)]);
        if level.is_empty() {
            break;
        }
    }
    world.bare.commit_tree("main", &level, "deep").unwrap();
    let (files, skipped) = visit(&*world.open(&world.local()), "");
    assert!(files.is_empty());
    assert_eq!(skipped.len(), 1, "{skipped:?}");
}

#[test]
fn what_is_beside_a_change_is_kept_however_odd() {
    let world = world();
    let blob = object(&world, "blob", b"x: 1\n");
    let root = tree(
        &world,
        &[
            ("100644", b"bad\xff.yaml", &blob),
            ("100644", b"good.yaml", &blob),
            ("160000", b"module", &"1".repeat(40)),
        ],
    );
    world.bare.commit_tree("main", &root, "odd").unwrap();
    let snapshot = world.open(&world.local());
    let change = request("main", "good.yaml", "x: 2\n");
    let commit = snapshot.write(&change).unwrap();
    snapshot.push(&commit, &change).unwrap();
    let diff = world.bare.git(["diff", "--name-only", "main~1", "main"]).unwrap();
    assert_eq!(diff, "good.yaml\n");
}

#[test]
fn a_branch_whose_name_is_not_utf8_costs_nothing_over_the_wire_and_no_panic_by_path() {
    let world = world();
    let id = world.bare.head("main").unwrap();
    let mut refs = format!("{id} refs/heads/caf").into_bytes();
    refs.extend_from_slice(b"\xe9\n");
    std::fs::write(world.bare.path().join("packed-refs"), refs).unwrap();

    let server = GitHttp::start(world.folder.path(), Access::default()).unwrap();
    let remote = remote(&server.url("app.git"));
    let snapshot = world.open(&remote);
    for branch in ["main", "other"] {
        let request = bump(branch, "1.1.0");
        let commit = snapshot.write(&request).unwrap();
        assert_eq!(snapshot.push(&commit, &request).unwrap(), Pushed::Updated);
    }
    assert_eq!(world.git.default_branch(&remote).unwrap(), "main");

    let error = world.git.open(&world.local(), &main()).err().unwrap();
    assert!(error.message.contains("not UTF-8"), "{error}");
}

#[test]
fn a_refusal_that_is_not_utf8_is_still_a_refusal() {
    let world = world();
    world.bare.hook("pre-receive", "printf 'ferm\\351\\n' >&2; exit 1").unwrap();
    let server = GitHttp::start(world.folder.path(), Access::default()).unwrap();
    let snapshot = world.open(&remote(&server.url("app.git")));
    let request = bump("main", "1.1.0");
    let commit = snapshot.write(&request).unwrap();
    let error = snapshot.push(&commit, &request).unwrap_err();
    assert_eq!(error.kind, GitErrorKind::Forbidden, "{error}");
    assert!(error.message.contains("ferm\u{fffd}"), "{error}");
}
