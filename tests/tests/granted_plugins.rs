//! Plugins that ask about images: nothing without the grant, and with it what the
//! registry says.

use std::fs;

use anyhow::{Context, Result};
use tagwarden_tests::{
    program::Ran,
    scene::{REPOSITORY, Scene},
};

/// Runs with a guest in the place of `semver`, which asks about the first tag's
/// image, logs its digest and chooses it.
fn run(scene: &Scene, more: &[&str]) -> Result<Ran> {
    let path = scene.home.path().join("asks.wasm");
    fs::write(&path, tagwarden_fixture_plugins::component("lookup-first")?)?;
    let plugin = format!("semver={}", path.display());
    scene.run("run --once -vv", &[&["--plugin", &plugin], more].concat())
}

#[test]
fn a_granted_plugin_is_told_of_the_image_that_the_registry_has() -> Result<()> {
    let scene = Scene::new()?;
    let ran = run(&scene, &["--grant", "semver=metadata"])?;
    assert_eq!(ran.code, 0, "{ran:?}");
    let digest = scene.registry.digest(REPOSITORY, "1.0.0").context("the tag was pushed")?;
    assert!(ran.stderr.contains(&digest), "{ran:?}");
    assert_eq!(scene.deployed("main")?, format!("{}:1.0.0", scene.registry.image(REPOSITORY)));
    Ok(())
}

#[test]
fn without_the_grant_it_does_not_load_and_the_grant_is_named() -> Result<()> {
    let scene = Scene::new()?;
    let before = scene.deployed("main")?;
    let ran = run(&scene, &[])?;
    assert_eq!(ran.code, 1, "{ran:?}");
    let refused = "it imports tagwarden:policy/metadata@0.1.0 and was not granted `metadata`";
    assert!(ran.stderr.contains(refused), "{ran:?}");
    assert_eq!(scene.deployed("main")?, before);
    Ok(())
}
