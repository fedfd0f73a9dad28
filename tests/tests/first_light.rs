//! The example's setup, unchanged in structure, from manifests to pushed commits.

use anyhow::Result;
use tagwarden_tests::scene::{REPOSITORY, Scene};

#[test]
fn one_commit_changes_one_line_and_names_the_image() -> Result<()> {
    let scene = Scene::new()?;
    let before = scene.remote.head("main")?;
    scene.run_once()?;
    let image = scene.registry.image(REPOSITORY);
    assert_eq!(scene.deployed("main")?, format!("{image}:1.2.4"));
    assert_eq!(scene.commits("main")?, 2);
    let diff = scene.remote.diff(&before, "refs/heads/main")?;
    let changed: Vec<&str> = diff
        .lines()
        .filter(|line| {
            line.starts_with(['+', '-']) && !line.starts_with("+++") && !line.starts_with("---")
        })
        .collect();
    let marker = r#"# {"$imagepolicy": "flux-system:checkout"}"#;
    assert_eq!(
        changed,
        [
            format!("-          image: {image}:1.2.3 {marker}"),
            format!("+          image: {image}:1.2.4 {marker}"),
        ]
    );
    let message = &scene.remote.log("main")?[0];
    assert_eq!(message.trim(), format!("Auto-update images\n\n- {image}:1.2.4"));
    let commit = scene.remote.raw("refs/heads/main")?;
    assert!(commit.contains("author fluxcdbot <fluxcdbot@example.com>"), "{commit}");
    Ok(())
}

#[test]
fn a_second_run_commits_nothing_and_a_new_tag_commits_once_more() -> Result<()> {
    let scene = Scene::new()?;
    scene.run_once()?;
    let again = scene.run_once()?;
    assert!(again.stdout.contains("up to date"), "{again:?}");
    assert_eq!(scene.commits("main")?, 2);
    scene.registry.push(REPOSITORY, &["1.3.0"]);
    scene.run_once()?;
    scene.run_once()?;
    assert_eq!(scene.commits("main")?, 3);
    assert!(scene.deployed("main")?.ends_with(":1.3.0"));
    Ok(())
}

#[test]
fn another_push_branch_leaves_the_base_branch_alone() -> Result<()> {
    let scene = Scene::with(|text| text.replace("branch: main #", "branch: flux-image-updates #"))?;
    let main = scene.remote.head("main")?;
    scene.run_once()?;
    assert_eq!(scene.remote.head("main")?, main);
    assert!(scene.deployed("flux-image-updates")?.ends_with(":1.2.4"));
    let pushed = scene.remote.head("flux-image-updates")?;
    let again = scene.run_once()?;
    assert!(again.stdout.contains("already holds the change"), "{again:?}");
    assert_eq!(scene.remote.head("flux-image-updates")?, pushed);
    scene.registry.push(REPOSITORY, &["1.9.0"]);
    scene.run_once()?;
    assert!(scene.deployed("flux-image-updates")?.ends_with(":1.9.0"));
    assert_eq!(scene.commits("flux-image-updates")?, 2, "rebuilt from the base");
    Ok(())
}

#[test]
fn plan_shows_message_and_diff_and_writes_nothing() -> Result<()> {
    let scene = Scene::new()?;
    let before = scene.remote.head("main")?;
    let plan = scene.run("plan", &[])?;
    assert_eq!(plan.code, 0, "{plan:?}");
    for shown in
        ["Auto-update images", "-          image:", "+          image:", ":1.2.4", "to main"]
    {
        assert!(plan.stdout.contains(shown), "{shown}: {plan:?}");
    }
    assert_eq!(scene.remote.head("main")?, before);
    let get = scene.run("get policies", &["-o", "json"])?.json()?;
    assert_eq!(
        get["policies"][0]["selection"],
        serde_json::Value::Null,
        "a plan is not remembered"
    );
    Ok(())
}

#[test]
fn get_shows_what_the_last_run_selected_without_asking_anybody() -> Result<()> {
    let scene = Scene::new()?;
    scene.run_once()?;
    let asked = scene.registry.seen().len();
    let get = scene.run("get", &["-o", "json"])?.json()?;
    let selected = |i: usize| get["policies"][i]["selection"]["tag"].as_str().map(str::to_owned);
    assert_eq!(selected(0).as_deref(), Some("1.2.4"));
    assert_eq!(selected(1).as_deref(), Some("2026.07.13-6045cf1"));
    assert_eq!(get["repositories"][0]["tags"], 7);
    assert_eq!(scene.registry.seen().len(), asked);
    Ok(())
}

#[test]
fn explain_tells_of_each_tag_what_became_of_it() -> Result<()> {
    let scene = Scene::new()?;
    let explained = scene.run("explain checkout", &["-o", "json"])?.json()?;
    let verdict = |tag: &str| {
        let tags = explained["tags"].as_array().unwrap();
        tags.iter().find(|t| t["tag"] == tag).unwrap()["verdict"].as_str().unwrap().to_owned()
    };
    assert_eq!(explained["selected"], "1.2.4");
    assert_eq!(verdict("1.2.4"), "selected");
    assert_eq!(verdict("1.2.3"), "runner-up");
    assert_eq!(verdict("1.0.0"), "outranked");
    assert_eq!(verdict("2.0.0"), "rejected");
    let nightly =
        scene.run("explain flux-system/checkout-nightly --tag latest", &["-o", "json"])?;
    assert_eq!(nightly.json()?["tags"][0]["verdict"], "filtered");
    Ok(())
}

#[test]
fn a_tag_that_is_excluded_is_never_seen() -> Result<()> {
    let scene = Scene::new()?;
    let digest = format!("sha256-{}", "0a".repeat(32));
    let cosigned: Vec<_> =
        ["", ".sig", ".att", ".sbom"].iter().map(|kind| format!("{digest}{kind}")).collect();
    let cosigned: Vec<_> = cosigned.iter().map(String::as_str).collect();
    scene.registry.push(REPOSITORY, &cosigned);
    scene.registry.push(REPOSITORY, &["1.9.0.sig", "1.9.0.att", "1.9.0.sbom"]);
    scene.run_once()?;
    let get = scene.run("get repositories", &["-o", "json"])?.json()?;
    assert_eq!(get["repositories"][0]["tags"], 7, "signatures are excluded by default");
    Ok(())
}

#[test]
fn a_suspended_policy_keeps_its_selection() -> Result<()> {
    let scene = Scene::new()?;
    scene.run_once()?;
    scene.edit("flux-system/images.yaml", |text| {
        text.replace(
            "  imageRepositoryRef:\n    name: checkout\n  policy:",
            "  suspend: true\n  imageRepositoryRef:\n    name: checkout\n  policy:",
        )
    })?;
    scene.registry.push(REPOSITORY, &["1.8.0"]);
    let ran = scene.run("run --once", &[])?;
    assert_eq!(ran.code, 0, "{ran:?}");
    assert!(scene.deployed("main")?.ends_with(":1.2.4"));
    Ok(())
}
