//! Plugins that misbehave, run by the program: each fails clearly and in time,
//! nothing of its policy is pushed, and the other policies go on.

use std::{fs, time::Instant};

use anyhow::Result;
use tagwarden_tests::scene::{REPOSITORY, Scene};

/// What a guest does, and what is said of it.
const HOSTILE: &[(&str, &str)] = &[
    ("infinite-loop", "gave no answer within"),
    ("memory-bomb", "MiB of memory"),
    ("sleeper", "wasi:"),
    ("panic", "trapped"),
    ("huge-answer", ""),
    ("log-flood", "limit"),
    ("out-of-range-index", "makes no sense"),
    ("stack-overflow", ""),
    ("start-loop", "gave no answer within"),
    ("invalid-utf8", ""),
    ("other-world", "cannot be loaded"),
    ("trapping-allocator", "trapped"),
    ("lookup-first", "was not granted `metadata`"),
    ("wasi-time", "was not granted `wasi`"),
];

#[test]
fn each_is_stopped_and_nothing_of_its_policy_is_pushed() -> Result<()> {
    let scene = Scene::new()?;
    let before = scene.remote.head("main")?;
    for (guest, said) in HOSTILE {
        let path = scene.home.path().join(format!("{guest}.wasm"));
        fs::write(&path, tagwarden_fixture_plugins::component(guest)?)?;
        let started = Instant::now();
        let ran = scene.run("run --once", &["--plugin", &format!("semver={}", path.display())])?;
        let took = started.elapsed();
        assert_eq!(ran.code, 1, "{guest}: {ran:?}");
        assert!(
            ran.stderr.contains("ImagePolicy flux-system/checkout: plugin semver"),
            "{guest}: {ran:?}"
        );
        assert!(ran.stderr.contains(said), "{guest}: {ran:?}");
        assert!(
            ran.stdout.contains("2026.07.13-6045cf1"),
            "{guest}: the other policy goes on: {ran:?}"
        );
        assert!(took.as_secs() < 60, "{guest} took {took:?}");
        assert_eq!(scene.remote.head("main")?, before, "{guest} pushed");
    }
    Ok(())
}

#[test]
fn the_component_that_is_named_decides() -> Result<()> {
    for (guest, chosen) in [("first", "1.0.0"), ("second", "1.2.3")] {
        let scene = Scene::new()?;
        let path = scene.home.path().join(format!("{guest}.wasm"));
        fs::write(&path, tagwarden_fixture_plugins::component(guest)?)?;
        let plugin = format!("semver={}", path.display());
        let ran = scene.run("run --once", &["--plugin", &plugin])?;
        assert_eq!(ran.code, 0, "{ran:?}");
        let image = scene.registry.image(REPOSITORY);
        assert_eq!(scene.deployed("main")?, format!("{image}:{chosen}"));
    }
    Ok(())
}

#[test]
fn a_policy_that_breaks_keeps_its_last_good_selection() -> Result<()> {
    let scene = Scene::new()?;
    scene.run_once()?;
    scene.registry.push(REPOSITORY, &["1.5.0"]);
    let path = scene.home.path().join("panic.wasm");
    fs::write(&path, tagwarden_fixture_plugins::component("panic")?)?;
    let ran = scene.run("run --once", &["--plugin", &format!("semver={}", path.display())])?;
    assert_eq!(ran.code, 1, "{ran:?}");
    assert!(ran.stdout.contains("held: plugin semver"), "{ran:?}");
    assert!(scene.deployed("main")?.ends_with(":1.2.4"));
    Ok(())
}
