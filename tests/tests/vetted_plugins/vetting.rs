//! From a source to a decision: added, declared, updated, vendored.

use std::fs;

use anyhow::Result;
use tagwarden_tests::{
    cosign::KeyPair,
    distribution::{Distribution, Protection, Release, Transport},
    scene::REPOSITORY,
};

use crate::stage::{PLUGINS, Stage, declaration, flip, sha256};

#[test]
fn a_plugin_goes_from_a_registry_into_a_decision() -> Result<()> {
    let (stage, _) = Stage::vetted()?;
    let ran = stage.verify()?;
    assert_eq!(ran.code, 0, "{ran:?}");
    assert!(ran.stdout.contains("vetted") && ran.stdout.contains("policy"), "{ran:?}");
    for _ in 0..2 {
        stage.scene.run_once()?;
        let image = stage.scene.registry.image(REPOSITORY);
        assert_eq!(stage.scene.deployed("main")?, format!("{image}:1.0.0"));
        // A state folder that is empty is filled from the registry.
        stage.forget()?;
    }
    Ok(())
}

#[test]
fn what_is_not_signed_is_not_added() -> Result<()> {
    let stage = Stage::new()?;
    let manifest = stage.push("first")?;
    let ran = stage.add()?;
    assert_eq!(ran.code, 1, "{ran:?}");
    assert!(ran.stderr.contains("there is no signature"), "{ran:?}");
    let to = stage.registry.pusher()?;
    stage.runtime.block_on(KeyPair::generate()?.refer(&to, PLUGINS, &manifest))?;
    let ran = stage.add()?;
    assert!(ran.stderr.contains("none of 1 signatures is by cosign.pub"), "{ran:?}");
    assert!(!stage.lock().exists());
    let ran = stage.scene.run("run --once", &[])?;
    assert!(ran.stderr.contains("no such plugin"), "{ran:?}");
    Ok(())
}

#[test]
fn a_tag_that_moved_changes_nothing_until_update() -> Result<()> {
    let (stage, _) = Stage::vetted()?;
    let manifests = stage.scene.manifests().display().to_string();
    let newer = stage.push("second")?;
    stage.forget()?;
    stage.scene.run_once()?;
    assert!(stage.scene.deployed("main")?.ends_with(":1.0.0"), "what was locked decides");
    let ran = stage.plugin(&["update", "-f", &manifests])?;
    assert!(ran.stderr.contains("there is no signature"), "{ran:?}");
    stage.sign(&newer)?;
    let ran = stage.plugin(&["update", "pick", "-f", &manifests])?;
    assert!(ran.code == 0 && ran.stdout.contains("pick: now sha256:"), "{ran:?}");
    stage.scene.run_once()?;
    assert!(stage.scene.deployed("main")?.ends_with(":1.2.3"));
    Ok(())
}

#[test]
fn vendored_plugins_need_no_registry() -> Result<()> {
    let (stage, _) = Stage::vetted()?;
    let manifests = stage.scene.manifests();
    let folder = manifests.join("vendor").display().to_string();
    let ran = stage.plugin(&["vendor", &folder, "-f", &manifests.display().to_string()])?;
    assert_eq!(ran.code, 0, "{ran:?}");
    stage.forget()?;
    let component = stage.component()?;
    let Stage { scene, registry, key, runtime } = stage;
    drop(registry);
    scene.run_once()?;
    assert!(scene.deployed("main")?.ends_with(":1.0.0"));
    let hex = component.trim_start_matches("sha256:").to_owned();
    flip(&manifests.join("vendor/blobs/sha256").join(hex), 40)?;
    let registry = Distribution::start(Release::Three, Transport::Plain, Protection::None)?;
    Stage { scene, registry, key, runtime }.refuses("was changed")
}

#[test]
fn a_declared_plugin_runs_once_it_is_pinned() -> Result<()> {
    let stage = Stage::new()?;
    let manifests = stage.scene.manifests();
    fs::copy(stage.file("first")?, manifests.join("pick.wasm"))?;
    stage.scene.add("pick.yaml", &declaration(""))?;
    stage.refuses("gives no digest, and the lock file has none")?;
    let ran = stage.plugin(&["update", "-f", &manifests.display().to_string()])?;
    assert_eq!(ran.code, 0, "{ran:?}");
    stage.scene.run_once()?;
    assert!(stage.scene.deployed("main")?.ends_with(":1.0.0"));
    fs::copy(stage.file("second")?, manifests.join("pick.wasm"))?;
    stage.scene.registry.push(REPOSITORY, &["0.9.0"]);
    stage.refuses("was changed")?;
    assert!(stage.scene.deployed("main")?.ends_with(":1.0.0"), "the last good selection stands");
    // The developer's own word overrides for one invocation.
    let plugin = format!("pick={}", stage.file("second")?.display());
    let ran = stage.scene.run("plan", &["--plugin", &plugin])?;
    assert_eq!(ran.code, 0, "{ran:?}");
    Ok(())
}

#[test]
fn a_plugin_larger_than_declared_or_of_another_kind_is_refused() -> Result<()> {
    let stage = Stage::new()?;
    let manifests = stage.scene.manifests();
    let component = fs::read(stage.file("first")?)?;
    fs::write(manifests.join("pick.wasm"), &component)?;
    let digest = format!("  digest: sha256:{}\n", sha256(&component));
    stage.scene.add("pick.yaml", &declaration(&format!("{digest}  limits: {{size: 1Ki}}\n")))?;
    if component.len() > 1024 {
        stage.refuses("larger than the 1024 bytes allowed")?;
    }
    let filter = declaration(&digest).replace("kind: policy\n", "kind: filter\n");
    stage.scene.add("pick.yaml", &filter)?;
    let ran = stage.verify()?;
    assert_eq!(ran.code, 1, "{ran:?}");
    assert!(ran.stderr.contains("it is a policy, and a filter was vetted"), "{ran:?}");
    Ok(())
}

#[test]
fn a_file_may_be_signed_beside() -> Result<()> {
    let stage = Stage::new()?;
    let manifests = stage.scene.manifests();
    let component = fs::read(stage.file("first")?)?;
    fs::write(manifests.join("pick.wasm"), &component)?;
    let path = manifests.join("pick.wasm").display().to_string();
    let folder = manifests.display().to_string();
    let add = ["add", &path, "--name", "pick", "--key", "cosign.pub", "-f", &folder];
    let ran = stage.plugin(&add)?;
    assert!(ran.stderr.contains("is not signed"), "{ran:?}");
    fs::write(manifests.join("pick.wasm.sig"), stage.key.sign(&component)?)?;
    assert_eq!(stage.plugin(&add)?.code, 0);
    stage.scene.run_once()?;
    fs::write(manifests.join("pick.wasm.sig"), KeyPair::generate()?.sign(&component)?)?;
    stage.refuses("signatures is by")
}
