//! The whole life of a request.

use std::fs;

use anyhow::Result;
use tagwarden_tests::{
    bare::Entry as File,
    forges::{Forge, State},
    scene::{REPOSITORY, Scene},
};

use crate::scenes::{DEPLOYMENT, HEAD, scene};

/// Numbers and states of all requests.
fn states(forge: &dyn Forge) -> Vec<(u64, State)> {
    forge.requests().iter().map(|request| (request.number, request.state)).collect()
}

/// A request from its first day to its last, and what may come between.
pub fn live(scene: &Scene, forge: &dyn Forge) -> Result<()> {
    use State::{Closed, Merged, Open};
    let before = scene.remote.file("main", DEPLOYMENT)?;
    let main = scene.remote.head("main")?;

    let plan = scene.run("plan", &[])?;
    for shown in ["would open a request", HEAD, "Update checkout to 1.2.4", "labels", "| Image |"] {
        assert!(plan.stdout.contains(shown), "{shown}: {plan:?}");
    }
    assert!(states(forge).is_empty() && scene.remote.head(HEAD).is_err(), "a plan writes nothing");

    let ran = scene.run_once()?;
    assert!(ran.stdout.contains("opened a request"), "{ran:?}");
    assert!(!ran.said().contains(&forge.token()), "{ran:?}");
    let request = &forge.requests()[0];
    assert_eq!((request.base.as_str(), request.head.as_str()), ("main", HEAD));
    assert_eq!(request.title, "Update checkout to 1.2.4");
    let image = scene.registry.image(REPOSITORY);
    for shown in [
        format!("| {image} | `{image}:1.2.3` | `{image}:1.2.4` | `flux-system/checkout` |"),
        "`semver` range `>=1.0.0 <2.0.0`: best of 7 candidates among 7 tags".to_owned(),
        format!("- `{DEPLOYMENT}`"),
    ] {
        assert!(request.body.contains(&shown), "{shown}: {}", request.body);
    }
    assert_eq!(scene.remote.head("main")?, main);

    let again = scene.run_once()?;
    assert!(again.stdout.contains("as it should be"), "{again:?}");

    scene.registry.push(REPOSITORY, &["1.2.5"]);
    scene.run_once()?;
    assert_eq!(states(forge), [(1, Open)], "a second one is not opened");
    assert_eq!(forge.requests()[0].title, "Update checkout to 1.2.5");

    let moved = scene.remote.commit("main", &[File::file("README.md", "hello\n")], "hello")?;
    scene.run_once()?;
    assert!(scene.remote.raw(HEAD)?.contains(&format!("parent {moved}")), "rebuilt from the base");

    forge.close(1);
    for lost in [false, true] {
        if lost {
            fs::remove_file(scene.home.path().join("state/state.redb"))?;
        }
        let ran = scene.run_once()?;
        assert!(ran.stderr.contains("a newer tag is proposed again"), "{ran:?}");
        assert_eq!(states(forge), [(1, Closed)], "what somebody closed stays closed");
    }
    let get = scene.run("get updates", &["-o", "json"])?.json()?;
    let taken_back = &get["updates"][0]["takenBack"][0];
    assert_eq!(taken_back["value"], format!("{image}:1.2.5"));

    scene.registry.push(REPOSITORY, &["1.3.0"]);
    scene.run_once()?;
    assert_eq!(states(forge), [(1, Closed), (2, Open)]);

    forge.merge(2);
    scene.run_once()?;
    assert!(scene.deployed("main")?.ends_with(":1.3.0"));
    assert!(scene.remote.head(HEAD).is_err(), "the branch of a merged request goes");

    scene.remote.commit("main", &[File::file(DEPLOYMENT, &before)], "Revert")?;
    let ran = scene.run_once()?;
    assert!(ran.stderr.contains("reverted it"), "{ran:?}");
    assert_eq!(states(forge), [(1, Closed), (2, Merged)], "what somebody reverted stays reverted");
    let plan = scene.run("plan", &[])?;
    assert!(plan.stderr.contains("reverted it"), "{plan:?}");

    scene.registry.push(REPOSITORY, &["1.4.0"]);
    scene.run_once()?;
    let by_hand = before.replace(":1.2.3", ":1.4.0");
    scene.remote.commit("main", &[File::file(DEPLOYMENT, &by_hand)], "by hand")?;
    let ran = scene.run_once()?;
    assert!(ran.stdout.contains("nothing left to change"), "{ran:?}");
    assert_eq!(states(forge), [(1, Closed), (2, Merged), (3, Closed)]);
    assert!(scene.remote.head(HEAD).is_err(), "its branch goes with it");
    Ok(())
}

/// What a new request is to have.
const FURNITURE: [&str; 4] =
    ["labels: [images]", "reviewers: [alice]", "assignees: [bob]", "autoMerge: squash"];

fn stand_in(provider: &'static str) -> Result<()> {
    let (scene, forge) = scene(provider, &FURNITURE)?;
    live(&scene, &forge)?;
    let request = &forge.requests()[0];
    assert_eq!(request.reviewers, ["alice"]);
    if !provider.starts_with("bitbucket") {
        assert_eq!(
            (request.labels.as_slice(), request.assignees.as_slice()),
            (&["images".to_owned()][..], &["bob".to_owned()][..])
        );
    }
    let merges = request.auto_merge.as_deref().map(str::to_uppercase);
    assert_eq!(merges.as_deref(), (provider != "bitbucket").then_some("SQUASH"));
    Ok(())
}

#[test]
fn on_github() -> Result<()> {
    stand_in("github")
}

#[test]
fn on_gitlab() -> Result<()> {
    stand_in("gitlab")
}

#[test]
fn on_gitea() -> Result<()> {
    stand_in("gitea")
}

#[test]
fn on_bitbucket_cloud() -> Result<()> {
    stand_in("bitbucket")
}

#[test]
fn on_bitbucket_data_center() -> Result<()> {
    stand_in("bitbucketserver")
}
