//! A Gitea in person, where `make gitea` has built one.

use anyhow::Result;
use serde_json::json;
use tagwarden_tests::{
    forges::{Forge, State, gitea::Gitea},
    scene::{REPOSITORY, Scene},
    skipped::skipped,
};

use crate::{
    life::live,
    scenes::{HEAD, aim},
};

/// The example before a Gitea, with the secret of its Git remote; none where
/// there is no Gitea.
fn scene(fields: &[&str]) -> Result<Option<(Scene, Gitea)>> {
    let mut scene = Scene::new()?;
    let Some(forge) = Gitea::start(&scene.remote)? else {
        skipped("a real Gitea: there is none here; `make gitea` builds one")?;
        return Ok(None);
    };
    scene.aim(&forge.git_url(), &json!({"username": forge.user(), "password": forge.token()}))?;
    aim(&scene, &forge, fields)?;
    scene.remote = forge.remote().clone();
    Ok(Some((scene, forge)))
}

#[test]
fn a_request_lives_on_a_gitea_in_person() -> Result<()> {
    let Some((scene, forge)) = scene(&["labels: [images]", "assignees: [bot]"])? else {
        return Ok(());
    };
    live(&scene, &forge)?;
    let request = &forge.requests()[0];
    assert_eq!(
        (request.labels.as_slice(), request.assignees.as_slice()),
        (&["images".to_owned()][..], &["bot".to_owned()][..])
    );
    Ok(())
}

#[test]
fn a_gitea_in_person_merges_by_itself_once_checks_succeed() -> Result<()> {
    let fields = ["labels: [images, bot]", "reviewers: [alice]", "autoMerge: squash"];
    let Some((scene, forge)) = scene(&fields)? else {
        return Ok(());
    };
    forge.protect()?;
    scene.run_once()?;
    let request = &forge.requests()[0];
    assert_eq!(request.state, State::Open, "its check has not succeeded yet");
    assert_eq!(request.reviewers, ["alice"]);
    let mut labels = request.labels.clone();
    labels.sort();
    assert_eq!(labels, ["bot", "images"]);
    forge.succeed(&scene.remote.head(HEAD)?)?;
    forge.merged(1)?;
    assert!(scene.deployed("main")?.ends_with(":1.2.4"));
    let ran = scene.run_once()?;
    assert!(scene.remote.head(HEAD).is_err(), "{ran:?}");
    Ok(())
}

#[test]
fn drafts_comments_and_reopening_are_people_s_on_a_gitea_in_person() -> Result<()> {
    let Some((scene, forge)) = scene(&["draft: true", "title: Images"])? else {
        return Ok(());
    };
    scene.run_once()?;
    assert!(forge.requests()[0].draft);
    forge.comment(1, "looks good")?;
    forge.edit(1, &json!({"title": "Images, ready"}))?;
    scene.registry.push(REPOSITORY, &["1.2.5"]);
    scene.run_once()?;
    let request = forge.requests().remove(0);
    assert!(!request.draft, "whoever made it ready keeps it ready: {request:?}");
    assert_eq!(request.title, "Images");
    assert!(request.body.contains(":1.2.5"));
    assert_eq!(forge.comments(1)?, ["looks good"]);
    forge.close(1);
    scene.run_once()?;
    forge.edit(1, &json!({"state": "open"}))?;
    let ran = scene.run_once()?;
    assert_eq!(forge.requests().len(), 1, "{ran:?}");
    scene.registry.push(REPOSITORY, &["1.2.6"]);
    scene.run_once()?;
    let requests = forge.requests();
    assert_eq!((requests.len(), requests[0].state), (1, State::Open));
    assert!(requests[0].body.contains(":1.2.6"), "what is open again is kept current");
    Ok(())
}
