//! Digests from the registry to the marked line, over the example's setup.

use anyhow::{Context, Result};
use tagwarden_tests::scene::{REPOSITORY, Scene};

/// The example, whose first policy pins digests and whose deployment has a
/// marker for the digest alone as well.
fn pinning(reflection: &str) -> Result<Scene> {
    let policy = "  policy:\n    semver:";
    let marker = r#" # {"$imagepolicy": "flux-system:checkout"}"#;
    let digest = r#"# {"$imagepolicy": "flux-system:checkout:digest"}"#;
    Scene::with(|text| {
        text.replace(policy, &format!("  digestReflectionPolicy: {reflection}\n{policy}")).replace(
            marker,
            &format!("{marker}\n          env: [{{name: D, value: none}}]\n          workingDir: none {digest}"),
        )
    })
}

fn line<'a>(file: &'a str, key: &str) -> Result<&'a str> {
    let line = file.lines().find_map(|line| line.trim().strip_prefix(key));
    line.and_then(|line| line.split(' ').next()).with_context(|| format!("no {key} in {file}"))
}

#[test]
fn the_index_is_pinned_and_not_one_platform() -> Result<()> {
    let scene = pinning("IfNotPresent")?;
    let index = scene.registry.push_index(REPOSITORY, "1.5.0", &["arm64", "amd64"]);
    scene.run_once()?;
    let file = scene.remote.file("main", "clusters/prod/apps/checkout.yaml")?;
    let image = scene.registry.image(REPOSITORY);
    assert_eq!(line(&file, "image: ")?, format!("{image}:1.5.0@{index}"));
    assert_eq!(line(&file, "workingDir: ")?, index);
    Ok(())
}

#[test]
fn a_tag_that_moved_is_reported_pinned_anew_and_remembered() -> Result<()> {
    let scene = pinning("Always\n  interval: 10m")?;
    let first = scene.run_once()?;
    assert!(!first.stdout.contains("the tag was"), "{first:?}");
    let before = scene.registry.digest(REPOSITORY, "1.2.4").context("no 1.2.4")?;
    let after = scene.registry.push_index(REPOSITORY, "1.2.4", &["arm64"]);
    let second = scene.run("run --once -v", &[])?;
    assert!(second.stdout.contains(&format!("the tag was {before}")), "{second:?}");
    assert!(second.stderr.contains("points to another image"), "{second:?}");
    assert!(scene.deployed("main")?.ends_with(&format!(":1.2.4@{after}")));
    let get = scene.run("get policies", &["-o", "json"])?.json()?;
    assert_eq!(get["policies"][0]["moved"]["from"], before.as_str());
    assert_eq!(get["policies"][1]["moved"], serde_json::Value::Null);
    Ok(())
}

#[test]
fn get_tells_what_came_and_went() -> Result<()> {
    let scene = Scene::new()?;
    scene.run_once()?;
    scene.registry.push(REPOSITORY, &["1.2.5", "1.2.6"]);
    scene.run_once()?;
    let get = scene.run("get repositories", &["-o", "json"])?.json()?;
    let difference = &get["repositories"][0]["difference"];
    assert_eq!((&difference["new"], &difference["gone"]), (&2.into(), &0.into()));
    assert_eq!(difference["new_tags"][0], "1.2.6");
    let table = scene.run("get repositories", &[])?;
    assert!(table.stdout.contains("+2 -0, "), "{table:?}");
    Ok(())
}
