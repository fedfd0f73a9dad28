//! What one evaluation of a vetted plugin may use, and that nobody changes it in passing.

use std::fs;

use anyhow::Result;

use crate::stage::{Stage, declaration, sha256};

/// A stage whose plugin is this guest, declared beside the manifests.
fn declared(guest: &str, more: &str) -> Result<Stage> {
    let stage = Stage::new()?;
    let component = fs::read(stage.file(guest)?)?;
    fs::write(stage.scene.manifests().join("pick.wasm"), &component)?;
    let digest = format!("  digest: sha256:{}\n", sha256(&component));
    stage.scene.add("pick.yaml", &declaration(&format!("{digest}{more}")))?;
    Ok(stage)
}

/// The plugin is stopped for this reason, and nothing else.
fn stops(stage: &Stage, reason: &str) -> Result<()> {
    let before = stage.scene.remote.head("main")?;
    let ran = stage.scene.run("run --once", &[])?;
    assert_eq!(ran.code, 1, "{ran:?}");
    assert!(ran.stderr.contains(reason), "{reason}: {ran:?}");
    assert!(ran.stdout.contains("2026.07.13-6045cf1"), "the other policy goes on: {ran:?}");
    assert_eq!(stage.scene.remote.head("main")?, before);
    Ok(())
}

#[test]
fn each_limit_of_a_manifest_holds() -> Result<()> {
    for (guest, limits, reason) in [
        ("infinite-loop", "{deadline: 200ms}", "plugin pick: gave no answer within 200ms"),
        ("memory-bomb", "{memory: 8Mi}", "plugin pick: wanted more than its 8 MiB of memory"),
        ("memory-bomb", "{memory: 8193Ki}", "more than its 9 MiB of memory"),
        ("first", "{size: 1Ki}", "is larger than the 1024 bytes allowed"),
        // None is wider than the engine's own.
        ("memory-bomb", "{memory: 4Gi}", "more than its 64 MiB of memory"),
    ] {
        let stage = declared(guest, &format!("  limits: {limits}\n"))?;
        stops(&stage, reason)?;
    }
    Ok(())
}

#[test]
fn a_limit_or_grant_that_was_changed_waits_for_an_update() -> Result<()> {
    let stage = declared("first", "  limits: {memory: 8Mi}\n  grants: []\n")?;
    let manifests = stage.scene.manifests().display().to_string();
    let update = || stage.plugin(&["update", "-f", &manifests]);
    assert_eq!(update()?.code, 0);
    stage.scene.run_once()?;
    for (from, to, reason) in [
        ("memory: 8Mi", "memory: 9Mi", "says limits memory 9Mi, and the lock file memory 8Mi"),
        ("memory: 9Mi", "deadline: 1s", "says limits deadline 1s, and the lock file memory 9Mi"),
        ("  limits: {deadline: 1s}\n", "", "says limits none, and the lock file deadline 1s"),
        ("grants: []", "grants: [wasi]", "says grants wasi, and the lock file none"),
    ] {
        stage.scene.edit("pick.yaml", |text| text.replace(from, to))?;
        stage.refuses(reason)?;
        let ran = stage.scene.run("run --once", &[])?;
        assert!(ran.stderr.contains("run `tagwarden plugin update pick`"), "{ran:?}");
        assert!(ran.stdout.contains("held: plugin pick"), "{ran:?}");
        assert_eq!(update()?.code, 0);
        stage.scene.run_once()?;
    }
    Ok(())
}

#[test]
fn the_lock_file_alone_can_limit_a_plugin() -> Result<()> {
    let stage = Stage::new()?;
    let file = stage.file("infinite-loop")?.display().to_string();
    let manifests = stage.scene.manifests().display().to_string();
    let add = |more: &[&str]| {
        let args = ["add", &file, "--name", "pick", "-f", &manifests];
        stage.plugin(&[&args, more].concat())
    };
    let ran = add(&["--deadline", "150ms", "--memory", "9Mi", "--max-size", "8Ki"])?;
    assert!(ran.code == 0, "{ran:?}");
    assert!(ran.stdout.contains("limits  deadline 150ms, memory 9Mi, size 8Ki"), "{ran:?}");
    let lock = fs::read_to_string(stage.lock())?;
    assert!(
        lock.contains("  limits:\n    deadline: 150ms\n    memory: 9Mi\n    size: 8Ki\n"),
        "{lock}"
    );
    stops(&stage, "plugin pick: gave no answer within 150ms")?;
    let ran = add(&["--max-size", "1Ki"])?;
    assert!(ran.code == 1 && ran.stderr.contains("the 1024 bytes allowed"), "{ran:?}");
    let ran = add(&["--memory", "3MB"])?;
    assert!(ran.code == 2 && ran.stderr.contains("e.g. 32Mi"), "{ran:?}");
    Ok(())
}
