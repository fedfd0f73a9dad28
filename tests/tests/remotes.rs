//! The whole way against real servers: `git http-backend` behind a login, `sshd`
//! with keys and strict host keys, CNCF distribution registries.

use anyhow::Result;
use serde_json::json;
use tagwarden_tests::{
    bare::Entry,
    distribution::{Distribution, Protection, Release, Transport},
    git_http::{Access, GitHttp},
    scene::{LOGIN, REPOSITORY, Scene},
    sshd::{KeyPair, Sshd},
};

#[test]
fn pushes_over_http_with_a_login() -> Result<()> {
    let scene = Scene::new()?;
    let access = Access { login: Some(("bot".into(), "s3cret-word".into())), ..Access::default() };
    let server = GitHttp::start(scene.home.path(), access)?;
    scene.aim(&server.url("remote.git"), &json!({"username": "bot", "password": "s3cret-word"}))?;
    let ran = scene.run_once()?;
    assert!(!ran.said().contains("s3cret-word"), "{ran:?}");
    assert!(scene.deployed("main")?.ends_with(":1.2.4"));
    Ok(())
}

#[test]
fn a_wrong_password_over_http_is_told_once_and_nothing_is_pushed() -> Result<()> {
    let scene = Scene::new()?;
    let access = Access { login: Some(("bot".into(), "right".into())), ..Access::default() };
    let server = GitHttp::start(scene.home.path(), access)?;
    scene.aim(&server.url("remote.git"), &json!({"username": "bot", "password": "wr0ng-word"}))?;
    let ran = scene.run("run --once", &[])?;
    assert_eq!(ran.code, 1, "{ran:?}");
    assert!(ran.stderr.contains("flux-system/git"), "the secret is named: {ran:?}");
    assert!(!ran.said().contains("wr0ng-word"), "{ran:?}");
    assert_eq!(scene.commits("main")?, 1);
    Ok(())
}

#[test]
fn a_remote_that_only_lets_read_is_told_apart() -> Result<()> {
    let scene = Scene::new()?;
    let access = Access { read_only: true, ..Access::default() };
    let server = GitHttp::start(scene.home.path(), access)?;
    scene.aim(&server.url("remote.git"), &json!({"username": "x", "password": "y"}))?;
    let ran = scene.run("run --once", &[])?;
    assert_eq!(ran.code, 1, "{ran:?}");
    assert!(ran.stderr.contains("write access"), "{ran:?}");
    assert_eq!(scene.commits("main")?, 1);
    Ok(())
}

#[test]
fn what_a_hook_says_is_passed_on() -> Result<()> {
    let scene = Scene::new()?;
    scene.remote.hook("pre-receive", "#!/bin/sh\necho 'this branch is frozen' >&2\nexit 1\n")?;
    let server = GitHttp::start(scene.home.path(), Access::default())?;
    scene.aim(&server.url("remote.git"), &json!({"username": "x", "password": "y"}))?;
    let ran = scene.run("run --once", &[])?;
    assert_eq!(ran.code, 1, "{ran:?}");
    assert!(ran.stderr.contains("ImageUpdateAutomation flux-system/flux-image-updates"), "{ran:?}");
    assert!(ran.stderr.contains("hook declined"), "{ran:?}");
    assert_eq!(scene.commits("main")?, 1);
    Ok(())
}

#[test]
fn pushes_over_ssh_with_each_kind_of_key() -> Result<()> {
    for kind in ["ed25519", "ecdsa", "rsa"] {
        let scene = Scene::new()?;
        let server = Sshd::start(&["ed25519"])?;
        let key = KeyPair::generate(kind, "")?;
        server.admit(&key, "")?;
        let data = json!({"identity": key.private, "known_hosts": server.known_hosts()});
        scene.aim(&server.url(scene.remote.path()), &data)?;
        let ran = scene.run("run --once", &[])?;
        assert_eq!(ran.code, 0, "{kind}: {ran:?}\n{}", server.log());
        assert!(scene.deployed("main")?.ends_with(":1.2.4"), "{kind}");
    }
    Ok(())
}

#[test]
fn a_host_with_another_key_is_not_trusted() -> Result<()> {
    let scene = Scene::new()?;
    let (server, other) = (Sshd::start(&["ed25519"])?, Sshd::start(&["ed25519"])?);
    let key = KeyPair::generate("ed25519", "")?;
    server.admit(&key, "")?;
    let known = other.known_hosts().replace(&other.known_as(), &server.known_as());
    scene.aim(
        &server.url(scene.remote.path()),
        &json!({"identity": key.private, "known_hosts": known}),
    )?;
    let ran = scene.run("run --once", &[])?;
    assert_eq!(ran.code, 1, "{ran:?}");
    assert!(ran.stderr.contains("known_hosts"), "{ran:?}");
    assert_eq!(scene.commits("main")?, 1);
    Ok(())
}

/// A hook that writes down which references and options a push came with.
const RECORDER: &str = "while read old new ref; do echo \"$ref\" >> pushed; done\n\
    n=0; while printenv GIT_PUSH_OPTION_$n >> pushed; do n=$((n+1)); done; true";

/// The example with another `push`, and what the server got by it.
fn pushed(push: &str, over_ssh: bool) -> Result<Vec<String>> {
    let scene = Scene::with(|text| {
        text.replace("    push:\n      branch: main #", &format!("    push: {push} #"))
    })?;
    scene.remote.hook("pre-receive", RECORDER)?;
    let (http, ssh) =
        (GitHttp::start(scene.home.path(), Access::default())?, Sshd::start(&["ed25519"])?);
    let key = KeyPair::generate("ed25519", "")?;
    ssh.admit(&key, "")?;
    match over_ssh {
        true => {
            let data = json!({"identity": key.private, "known_hosts": ssh.known_hosts()});
            scene.aim(&ssh.url(scene.remote.path()), &data)?;
        }
        false => {
            scene.aim(&http.url("remote.git"), &json!({"username": "x", "password": "y"}))?;
        }
    }
    // Whoever has asked once does not ask again.
    scene.run_once()?;
    scene.run_once()?;
    let record = std::fs::read_to_string(scene.remote.path().join("pushed"))?;
    Ok(record.lines().map(str::to_owned).collect())
}

#[test]
fn push_options_ask_gitlab_for_a_merge_request_once() -> Result<()> {
    let push = r#"{branch: updates, options: {merge_request.create: "", merge_request.target: main,
        merge_request.title: "Update images, please"}}"#;
    for over_ssh in [false, true] {
        let expected = [
            "refs/heads/updates",
            "merge_request.create",
            "merge_request.target=main",
            "merge_request.title=Update images, please",
        ];
        assert_eq!(pushed(push, over_ssh)?, expected, "over SSH: {over_ssh}");
    }
    Ok(())
}

#[test]
fn a_refspec_asks_gitea_and_forgejo_for_a_pull_request_once() -> Result<()> {
    let push =
        r#"{refspec: "HEAD:refs/for/main", options: {topic: images, title: "Update images"}}"#;
    for over_ssh in [false, true] {
        let expected = ["refs/for/main", "title=Update images", "topic=images"];
        assert_eq!(pushed(push, over_ssh)?, expected, "over SSH: {over_ssh}");
    }
    Ok(())
}

#[test]
fn scans_real_registries_with_a_login() -> Result<()> {
    for release in Release::ALL {
        let protection = Protection::Basic { user: LOGIN.0.into(), password: LOGIN.1.into() };
        let registry = Distribution::start(release, Transport::Plain, protection)?;
        let tags = ["1.0.0", "1.2.3", "1.2.4", "2.0.0", "2026.07.13-6045cf1"];
        tokio::runtime::Runtime::new()?.block_on(registry.push(REPOSITORY, &tags))?;
        let scene = Scene::new()?;
        let (ours, theirs) = (scene.registry.image(""), format!("{}/", registry.host()));
        let (ours, theirs) = (ours.trim_end_matches('/'), theirs.trim_end_matches('/'));
        for file in ["flux-system/images.yaml", "flux-system/registry-pull.yaml"] {
            scene.edit(file, |text| text.replace(ours, theirs))?;
        }
        scene.run_once()?;
        assert_eq!(
            scene.deployed("main")?,
            format!("{}:1.2.4", registry.image(REPOSITORY)),
            "{release:?}"
        );
    }
    Ok(())
}

/// What a large file's content is replaced by in the repository.
const POINTER: &str = "version https://git-lfs.github.com/spec/v1\n\
    oid sha256:4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393\n\
    size 12345\n";

#[test]
fn the_newest_git_tag_of_a_range_is_checked_out_and_pointers_of_large_files_stay() -> Result<()> {
    let scene = Scene::with(|text| text.replace("branch: main #", "branch: updates #"))?;
    scene.edit("flux-system/git.yaml", |text| text.replace("branch: main", "semver: 1.x"))?;
    scene.edit("flux-system/update.yaml", |text| {
        text.replace("    checkout:\n      ref:\n        branch: main\n", "")
    })?;
    let files = [
        Entry::file(".gitattributes", "*.yaml filter=lfs diff=lfs merge=lfs -text\n"),
        Entry::file("clusters/prod/model.yaml", POINTER),
    ];
    let mut tagged = String::new();
    for version in ["v1.0.0", "v1.10.0", "v1.9.0", "v2.0.0"] {
        let head = scene.remote.commit("main", &files, version)?;
        scene.remote.git(["tag", version, &head])?;
        if version == "v1.10.0" {
            tagged = head;
        }
    }
    let server = GitHttp::start(scene.home.path(), Access::default())?;
    scene.aim(&server.url("remote.git"), &json!({"username": "x", "password": "y"}))?;
    scene.run_once()?;
    let parent = scene.remote.git(["rev-parse", "updates^"])?;
    assert_eq!(parent.trim(), tagged, "neither a lower tag, nor one outside of the range");
    let changed = scene.remote.git(["diff", "--name-only", &tagged, "updates"])?;
    assert_eq!(changed, "clusters/prod/apps/checkout.yaml\n");
    assert_eq!(scene.remote.file("updates", "clusters/prod/model.yaml")?, POINTER);
    assert!(scene.deployed("updates")?.ends_with(":1.2.4"));
    Ok(())
}
