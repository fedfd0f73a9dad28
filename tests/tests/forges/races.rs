//! A branch that is not as it was when it was looked at, and one that makes way.

use anyhow::Result;
use tagwarden_tests::{
    forges::{Forge, State},
    git_http::{Access, GitHttp},
};

use crate::scenes::{HEAD, scene};

/// Somebody makes the branch, or moves it, between our look at it and our push; twice.
const RIVAL: &str = "test -e raced-twice && exit 0\n\
    test -e raced && touch raced-twice; touch raced\n\
    export GIT_AUTHOR_NAME=a GIT_AUTHOR_EMAIL=a@b GIT_COMMITTER_NAME=a GIT_COMMITTER_EMAIL=a@b\n\
    unset GIT_QUARANTINE_PATH GIT_OBJECT_DIRECTORY GIT_ALTERNATE_OBJECT_DIRECTORIES\n\
    while read old new ref; do\n\
    git update-ref $ref $(git commit-tree -p main -m \"theirs $$\" main^{tree}); done";

#[test]
fn a_branch_that_somebody_else_moves_meanwhile_is_rebuilt_in_the_same_pass() -> Result<()> {
    let (scene, forge) = scene("gitea", &[])?;
    scene.remote.hook("pre-receive", RIVAL)?;
    // Over the wire, for a push by path runs no hook.
    let server = GitHttp::start(scene.home.path(), Access::default())?;
    let path = format!("file://{}", scene.remote.path().display());
    scene.edit("flux-system/git.yaml", |text| text.replace(&path, &server.url("remote.git")))?;
    let ran = scene.run("run --once", &["-v"])?;
    assert!(ran.stdout.contains("opened a request"), "{ran:?}");
    assert_eq!(ran.stderr.matches("somebody pushed first").count(), 2, "{ran:?}");
    let main = scene.remote.head("main")?;
    assert!(scene.remote.raw(HEAD)?.contains(&format!("parent {main}")), "on the base");
    assert!(scene.deployed(HEAD)?.ends_with(":1.2.4"));
    assert_eq!(forge.requests().len(), 1);
    Ok(())
}

#[test]
fn other_groups_take_the_place_of_the_old_ones_in_one_pass() -> Result<()> {
    let (scene, forge) = scene("gitea", &["per: automation"])?;
    scene.run_once()?;
    scene.edit("flux-system/update.yaml", |text| text.replace("per: automation", "per: policy"))?;
    let ran = scene.run_once()?;
    assert!(ran.stdout.contains("opened a request"), "{ran:?}");
    let states: Vec<_> = forge.requests().iter().map(|request| request.state).collect();
    assert_eq!(states, [State::Closed, State::Open]);
    assert!(scene.remote.head(HEAD).is_err(), "Git has no branch below another");
    assert!(scene.deployed(&format!("{HEAD}/checkout"))?.ends_with(":1.2.4"));
    Ok(())
}
