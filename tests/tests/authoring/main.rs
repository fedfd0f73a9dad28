//! From an empty folder to a decision, in each language; and what a project may need
//! beyond that: tools, and grants.

mod grants;
mod replays;
mod tools;

use anyhow::{Result, ensure};
use tagwarden_tests::{
    author::{Author, Language},
    scene::{REPOSITORY, Scene},
};

/// new, the project's own tests, build, test, bench, and a run in which the plugin
/// decides.
fn from_an_empty_folder(language: &str) -> Result<()> {
    let language = Language::named(language)?;
    if !language.is_there()? {
        return Ok(());
    }
    let scene = Scene::new()?;
    scene.registry.push(REPOSITORY, &["build-9", "build-10"]);
    let folder = scene.home.path();
    let author = Author::at(&scene.home);
    let run = |args: &[&str]| author.tagwarden(folder, args);
    run(&["plugin", "new", "my-policy", "--lang", language.id])?;
    author.tests(language, &folder.join("my-policy"))?;
    run(&["plugin", "build", "my-policy"])?;
    let tested = run(&["plugin", "test", "my-policy"])?;
    ensure!(tested.contains("5 passed, 0 failed"), "{tested}");
    let measured = run(&["plugin", "bench", "my-policy", "--time", "100ms"])?;
    ensure!(measured.contains("100000"), "{measured}");
    scene.edit("flux-system/images.yaml", |text| {
        let at = text.find("    semver:").unwrap_or_default();
        let end = text[at..].find("---").map_or(text.len(), |end| at + end);
        let plugin = "    plugin: {name: my-policy, settings: {prefix: build-}}\n";
        format!("{}{plugin}{}", &text[..at], &text[end..])
    })?;
    let manifests = scene.manifests().display().to_string();
    let plugin = "my-policy=my-policy/my-policy.wasm";
    run(&["run", "--once", "-f", &manifests, "--plugin", plugin, "--record", "record.jsonl"])?;
    let deployed = scene.deployed("main")?;
    ensure!(deployed.ends_with(":build-10"), "{deployed}");
    let replayed = run(&["plugin", "replay", "record.jsonl", "--plugin", plugin])?;
    ensure!(replayed.contains("0 differing"), "{replayed}");
    author.keep_transcript(language.id)
}

#[test]
fn rust_goes_from_an_empty_folder_to_a_pushed_commit() -> Result<()> {
    from_an_empty_folder("rust")
}

#[test]
fn go_goes_from_an_empty_folder_to_a_pushed_commit() -> Result<()> {
    from_an_empty_folder("go")
}

#[test]
fn javascript_goes_from_an_empty_folder_to_a_pushed_commit() -> Result<()> {
    from_an_empty_folder("javascript")
}

#[test]
fn python_goes_from_an_empty_folder_to_a_pushed_commit() -> Result<()> {
    from_an_empty_folder("python")
}

#[test]
fn c_goes_from_an_empty_folder_to_a_pushed_commit() -> Result<()> {
    from_an_empty_folder("c")
}
