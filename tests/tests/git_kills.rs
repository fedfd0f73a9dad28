//! The program is killed in the middle of runs, again and again: the remote is
//! never wrong, and the next run completes.

use std::{
    process::Stdio,
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, ensure};
use serde_json::json;
use tagwarden_tests::{
    git_http::{Access, GitHttp},
    scene::{REPOSITORY, Scene},
};

/// How often, unless `TAGWARDEN_GIT_KILLS` says otherwise.
const KILLS: usize = 4;

#[test]
fn the_remote_is_never_wrong_and_the_next_run_completes() -> Result<()> {
    let kills = match std::env::var("TAGWARDEN_GIT_KILLS") {
        Ok(kills) => kills.parse().context("TAGWARDEN_GIT_KILLS is a number")?,
        Err(_) => KILLS,
    };
    let scene = Scene::new()?;
    let access = Access { login: Some(("bot".into(), "s3cret".into())), ..Access::default() };
    let server = GitHttp::start(scene.home.path(), access)?;
    aim(&scene, &server.url("remote.git"))?;
    // Fills caches, so that the kills meet the work and not the compiler.
    scene.run_once()?;
    let usual = timed(&scene, 0)?;
    let mut random = fastrand::Rng::with_seed(kills as u64);
    let (mut before_push, mut after_push) = (0, 0);
    for kill in 1..=kills {
        let base = scene.commits("main")?;
        let version = format!("1.5.{kill}");
        scene.registry.push(REPOSITORY, &[&version]);
        kill_after(&scene, usual.mul_f64(random.f64()))?;
        server.settle();
        match check(&scene, base, &version).with_context(|| format!("after kill {kill}"))? {
            true => after_push += 1,
            false => before_push += 1,
        }
        scene.run_once().with_context(|| format!("the run after kill {kill}"))?;
        ensure!(scene.deployed("main")?.ends_with(&format!(":{version}")), "kill {kill}");
        ensure!(scene.commits("main")? == base + 1, "kill {kill}: one change, one commit");
    }
    println!(
        "{kills} kills within {usual:?}: {before_push} before the push, {after_push} after it"
    );
    Ok(())
}

fn aim(scene: &Scene, url: &str) -> Result<()> {
    let path = format!("file://{}", scene.remote.path().display());
    scene.edit("flux-system/git.yaml", |text| {
        text.replace(&path, url)
            .replace("  interval: 1m", "  interval: 1m\n  secretRef:\n    name: git")
    })?;
    let secret = json!({
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {"name": "git", "namespace": "flux-system"},
        "stringData": {"username": "bot", "password": "s3cret"},
    });
    scene.add("flux-system/git-secret.yaml", &secret.to_string())
}

/// How long a run takes that has something to push.
fn timed(scene: &Scene, number: usize) -> Result<Duration> {
    scene.registry.push(REPOSITORY, &[&format!("1.4.{number}")]);
    let started = Instant::now();
    scene.run_once()?;
    Ok(started.elapsed())
}

fn kill_after(scene: &Scene, wait: Duration) -> Result<()> {
    let manifests = scene.manifests().display().to_string();
    let mut child = scene
        .home
        .command(["run", "--once", "-f", &manifests])?
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()?;
    thread::sleep(wait);
    child.kill()?;
    child.wait()?;
    Ok(())
}

/// The branch is as it was, or has the whole change and no other; says which.
fn check(scene: &Scene, base: usize, version: &str) -> Result<bool> {
    scene.remote.git(["fsck", "--strict", "--no-dangling"])?;
    let added = scene.commits("main")? - base;
    let deployed = scene.deployed("main")?;
    let is_there = deployed.ends_with(&format!(":{version}"));
    ensure!(added == usize::from(is_there), "{added} commits, and {deployed}");
    Ok(is_there)
}
