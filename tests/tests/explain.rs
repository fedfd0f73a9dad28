//! What `explain` prints, whole: which filter dropped a tag, its key, why the policy
//! rejected it, which guard stopped it, which won and which comes second.

use std::fs;

use anyhow::Result;
use serde_json::json;
use tagwarden_tests::{
    program::Ran,
    scene::{REPOSITORY, Scene},
};

/// A policy with a filter that gives keys, and a newer tag that a guard stops.
fn guarded() -> Result<Scene> {
    let scene = Scene::new()?;
    scene.edit("flux-system/images.yaml", |text| {
        text.replacen(
            "  policy:\n    semver:",
            "  filterTags:\n    pattern: '^v?(?P<version>[0-9]+\\.[0-9]+\\.[0-9]+)$'\n    extract: '$version'\n  policy:\n    semver:",
            1,
        )
    })?;
    scene.run_once()?;
    scene.registry.push(REPOSITORY, &["v1.3.0", "1.9.0.sig"]);
    guard(&scene, "{minimumAge: 1000000h}")?;
    Ok(scene)
}

/// Gives the first policy these guards.
fn guard(scene: &Scene, guards: &str) -> Result<()> {
    let reference = "  imageRepositoryRef:\n    name: checkout\n";
    let guarded = format!("{reference}  guards: {guards}\n");
    scene.edit("flux-system/images.yaml", |text| {
        let lines = text.split_inclusive('\n').filter(|line| !line.starts_with("  guards: "));
        lines.collect::<String>().replacen(reference, &guarded, 1)
    })
}

/// What was printed, but for digests, which change with the plugins.
fn shown(ran: &Ran) -> String {
    let mut parts = ran.stdout.split("sha256:");
    let mut shown = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let end = part.find(|c: char| !c.is_ascii_hexdigit()).unwrap_or(part.len());
        shown.push_str(&format!("sha256:{}{}", "x".repeat(end), &part[end..]));
    }
    shown
}

#[test]
fn the_table_tells_of_each_tag() -> Result<()> {
    let ran = guarded()?.run("explain checkout", &[])?;
    assert_eq!(ran.code, 0, "{ran:?}");
    assert_eq!(shown(&ran), TABLE, "{}", ran.stdout);
    Ok(())
}

const TABLE: &str = "\
TAG                  KEY     VERDICT   REASON
1.0.0                1.0.0   outranked
1.2.3                1.2.3   runner-up
1.2.4                1.2.4   selected
1.9.0.sig                    excluded   matches the excluded pattern `^.*\\.sig$`
2.0.0                2.0.0   rejected   semver: is outside of the range
2026.05.28-2249688           filtered   regex-filter: does not match the pattern
2026.07.13-6045cf1           filtered   regex-filter: does not match the pattern
latest                       filtered   regex-filter: does not match the pattern
v1.3.0               1.3.0   guarded    minimum age: too young until 2140-01-30T16:00:00Z

PLUGIN         STATE         KIND     DIGEST                GRANTS   LIMITS   SIGNED BY   SOURCE
regex-filter   first-party   filter   sha256:xxxxxxxxxxxx   none     none     -           -
semver         first-party   policy   sha256:xxxxxxxxxxxx   none     none     -           -
";

#[test]
fn one_tag_alone() -> Result<()> {
    let scene = guarded()?;
    let ran = scene.run("explain checkout --tag v1.3.0", &[])?;
    assert_eq!(shown(&ran), ONE_TAG, "{}", ran.stdout);
    let ran = scene.run("explain checkout --tag v9", &[])?;
    assert_eq!(ran.code, 1, "{ran:?}");
    let said = ["team/checkout has no tag \"v9\"", "hint: `tagwarden scan`"];
    assert!(said.iter().all(|said| ran.stderr.contains(said)), "{ran:?}");
    Ok(())
}

const ONE_TAG: &str = "\
TAG      KEY     VERDICT   REASON
v1.3.0   1.3.0   guarded   minimum age: too young until 2140-01-30T16:00:00Z

PLUGIN         STATE         KIND     DIGEST                GRANTS   LIMITS   SIGNED BY   SOURCE
regex-filter   first-party   filter   sha256:xxxxxxxxxxxx   none     none     -           -
semver         first-party   policy   sha256:xxxxxxxxxxxx   none     none     -           -
";

#[test]
fn the_same_for_programs() -> Result<()> {
    let scene = guarded()?;
    let mut explained = scene.run("explain checkout", &["-o", "json"])?.json()?;
    let image = scene.registry.image(REPOSITORY);
    for standing in explained["vetting"].as_array_mut().into_iter().flatten() {
        let digest = standing["digest"].take();
        assert!(digest.as_str().is_some_and(|digest| digest.starts_with("sha256:")), "{digest}");
    }
    let first_party = |name: &str, kind: &str| {
        json!({"name": name, "state": "first-party", "kind": kind, "digest": null, "grants": "none",
               "limits": "none", "signedBy": []})
    };
    let expected = json!({
        "policy": {"namespace": "flux-system", "name": "checkout"},
        "image": image,
        "plugins": {"filter": "regex-filter", "policy": "semver"},
        "current": "1.2.4",
        "selected": "1.2.4",
        "runnerUp": "1.2.3",
        "tags": [
            {"tag": "1.0.0", "key": "1.0.0", "verdict": "outranked"},
            {"tag": "1.2.3", "key": "1.2.3", "verdict": "runner-up"},
            {"tag": "1.2.4", "key": "1.2.4", "verdict": "selected"},
            {"tag": "1.9.0.sig", "verdict": "excluded",
             "reason": "matches the excluded pattern `^.*\\.sig$`"},
            {"tag": "2.0.0", "key": "2.0.0", "verdict": "rejected",
             "reason": "is outside of the range"},
            {"tag": "2026.05.28-2249688", "verdict": "filtered",
             "reason": "does not match the pattern"},
            {"tag": "2026.07.13-6045cf1", "verdict": "filtered",
             "reason": "does not match the pattern"},
            {"tag": "latest", "verdict": "filtered", "reason": "does not match the pattern"},
            {"tag": "v1.3.0", "key": "1.3.0", "verdict": "guarded", "guard": "minimum-age",
             "reason": "too young until 2140-01-30T16:00:00Z"},
        ],
        "vetting": [first_party("regex-filter", "filter"), first_party("semver", "policy")],
    });
    assert_eq!(explained, expected, "{explained:#}");
    Ok(())
}

/// The deployment's policy is a plugin of a third party, which takes the second of its
/// candidates; they are the tags of one minor version.
fn with_a_third_party() -> Result<Scene> {
    let scene = Scene::new()?;
    scene.edit("flux-system/images.yaml", |text| {
        text.replacen(
            "  policy:\n    semver:\n      range: '>=1.0.0 <2.0.0'",
            "  filterTags:\n    pattern: '^1\\.2\\.'\n  policy:\n    plugin:\n      name: pick",
            1,
        )
    })?;
    let component = tagwarden_fixture_plugins::component("second")?;
    fs::write(scene.manifests().join("pick.wasm"), &component)?;
    let digest = tagwarden_tests::sample_image::digest(&component);
    scene.add(
        "pick.yaml",
        &format!(
            "apiVersion: plugins.tagwarden.dev/v1alpha1\nkind: PolicyPlugin\n\
             metadata: {{name: pick, namespace: flux-system}}\n\
             spec: {{kind: policy, source: pick.wasm, digest: '{digest}'}}\n"
        ),
    )?;
    scene.run_once()?;
    assert!(scene.deployed("main")?.ends_with(":1.2.4"));
    Ok(scene)
}

/// What `explain` says of one tag: its verdict, guard and reason.
fn verdict(scene: &Scene, tag: &str) -> Result<String> {
    let ran = scene.run("explain checkout", &["-o", "json"])?;
    let explained = ran.json()?;
    assert_eq!(explained["vetting"][1]["state"], "vetted", "{explained:#}");
    assert_eq!(explained["plugins"]["policy"], "pick");
    let mut tags = explained["tags"].as_array().into_iter().flatten();
    let found = tags.find(|explained| explained["tag"] == tag);
    let found = found.map(|found| {
        let word = |field: &str| found[field].as_str().unwrap_or("-").to_owned();
        format!("{} {} {}", word("verdict"), word("guard"), word("reason"))
    });
    Ok(found.unwrap_or_default())
}

/// The pass agrees with the explanation: this tag is deployed.
fn deploys(scene: &Scene, tag: &str, why: &str) -> Result<()> {
    let ran = scene.run_once()?;
    assert!(ran.stdout.contains(why), "{why}: {ran:?}");
    assert_eq!(scene.deployed("main")?, format!("{}:{tag}", scene.registry.image(REPOSITORY)));
    Ok(())
}

#[test]
fn a_downgrade_by_a_third_partys_plugin_is_stopped_and_told() -> Result<()> {
    let scene = with_a_third_party()?;
    // One more before them, and the second is another.
    scene.registry.push(REPOSITORY, &["1.2.0"]);
    guard(&scene, "{allowDowngrade: false}")?;
    assert_eq!(verdict(&scene, "1.2.3")?, "guarded downgrade a downgrade from 1.2.4");
    assert_eq!(verdict(&scene, "1.2.4")?, "selected - -");
    deploys(&scene, "1.2.4", "1.2.3 was not selected: a downgrade from 1.2.4")?;
    guard(&scene, "{allowDowngrade: true}")?;
    assert_eq!(verdict(&scene, "1.2.3")?, "selected - -");
    deploys(&scene, "1.2.3", "was ")
}

#[test]
fn a_minimum_age_holds_against_a_third_partys_plugin_and_is_told() -> Result<()> {
    let scene = with_a_third_party()?;
    scene.registry.push(REPOSITORY, &["1.2.0"]);
    guard(&scene, "{minimumAge: 1000000h, allowDowngrade: true}")?;
    // Made in 2026, as every image of the scene.
    assert_eq!(
        verdict(&scene, "1.2.3")?,
        "guarded minimum-age too young until 2140-01-30T16:00:00Z"
    );
    deploys(&scene, "1.2.4", "1.2.3 was not selected: too young until 2140-01-30T16:00:00Z")?;
    guard(&scene, "{minimumAge: 24h, allowDowngrade: true}")?;
    assert_eq!(verdict(&scene, "1.2.3")?, "selected - -");
    deploys(&scene, "1.2.3", "was ")
}

#[test]
fn a_hold_keeps_a_third_partys_plugin_from_being_asked_and_is_told() -> Result<()> {
    let scene = with_a_third_party()?;
    scene.registry.push(REPOSITORY, &["1.2.0"]);
    guard(&scene, "{hold: {until: '2140-01-30T16:00:00Z'}, allowDowngrade: true}")?;
    let held = "held at 1.2.4 until 2140-01-30T16:00:00Z";
    assert_eq!(verdict(&scene, "1.2.3")?, format!("guarded hold {held}"));
    assert_eq!(verdict(&scene, "1.2.4")?, "selected - -");
    deploys(&scene, "1.2.4", held)?;
    // Once it is over, it has no effect.
    guard(&scene, "{hold: {until: '2020-01-01T00:00:00Z'}, allowDowngrade: true}")?;
    assert_eq!(verdict(&scene, "1.2.3")?, "selected - -");
    deploys(&scene, "1.2.3", "was ")
}
