//! The program is killed in the middle of runs, again and again: the remote is
//! never wrong, and the next run completes.

use std::{
    process::Stdio,
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};
use tagwarden_tests::{
    git_http::{Access, GitHttp},
    scene::{REPOSITORY, Scene},
    sshd::{KeyPair, Sshd},
};

/// How often, unless `TAGWARDEN_GIT_KILLS` says otherwise.
const KILLS: usize = 4;

/// The example, its remote behind a server, and how long a run takes that pushes.
struct World {
    scene: Scene,
    server: Server,
    usual: Duration,
}

enum Server {
    Http(GitHttp),
    Ssh(Sshd),
}

#[test]
fn the_remote_is_never_wrong_and_the_next_run_completes() -> Result<()> {
    let kills = match std::env::var("TAGWARDEN_GIT_KILLS") {
        Ok(kills) => kills.parse().context("TAGWARDEN_GIT_KILLS is a number")?,
        Err(_) => KILLS,
    };
    let worlds = [World::http()?, World::ssh()?];
    let mut random = fastrand::Rng::with_seed(kills as u64);
    let mut pushed = [0; 2];
    for kill in 0..kills {
        // Now over HTTP, now over SSH.
        let protocol = kill % worlds.len();
        let was_pushed = worlds[protocol].survives(kill, random.f64());
        pushed[protocol] += usize::from(was_pushed.with_context(|| format!("kill {kill}"))?);
    }
    for (name, world, pushed) in [("HTTP", &worlds[0], pushed[0]), ("SSH", &worlds[1], pushed[1])] {
        println!("{name}: killed within {:?}, {pushed} times after the push", world.usual);
    }
    println!("{kills} kills");
    Ok(())
}

impl World {
    fn http() -> Result<Self> {
        let scene = Scene::new()?;
        let access = Access { login: Some(("bot".into(), "s3cret".into())), ..Access::default() };
        let server = GitHttp::start(scene.home.path(), access)?;
        let url = server.url("remote.git");
        Self::new(
            scene,
            &url,
            Server::Http(server),
            &json!({"username": "bot", "password": "s3cret"}),
        )
    }

    fn ssh() -> Result<Self> {
        let scene = Scene::new()?;
        let server = Sshd::start(&["ed25519"])?;
        let key = KeyPair::generate("ed25519", "")?;
        server.admit_watched(&key)?;
        let url = server.url(scene.remote.path());
        let data = json!({"identity": key.private, "known_hosts": server.known_hosts()});
        Self::new(scene, &url, Server::Ssh(server), &data)
    }

    fn new(scene: Scene, url: &str, server: Server, data: &Value) -> Result<Self> {
        scene.aim(url, data)?;
        // Fills caches, so that the kills meet the work and not the compiler.
        scene.run_once()?;
        let usual = timed(&scene, 0)?;
        Ok(Self { scene, server, usual })
    }

    /// Kills a run at some point of its usual length, and has the next one complete;
    /// says whether the first had pushed.
    fn survives(&self, kill: usize, point: f64) -> Result<bool> {
        let Self { scene, server, usual } = self;
        let base = scene.commits("main")?;
        let version = format!("1.5.{kill}");
        scene.registry.push(REPOSITORY, &[&version]);
        kill_after(scene, usual.mul_f64(point))?;
        match server {
            Server::Http(server) => server.settle(),
            Server::Ssh(server) => server.settle()?,
        }
        let was_pushed = check(scene, base, &version)?;
        scene.run_once().context("the run after it")?;
        ensure!(scene.deployed("main")?.ends_with(&format!(":{version}")), "not deployed");
        ensure!(scene.commits("main")? == base + 1, "one change, one commit");
        Ok(was_pushed)
    }
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
