//! Wrong input: a message that names what failed and on which input, a hint, an
//! exit code, and nothing written.

use std::fs;

use anyhow::Result;
use base64::Engine;
use tagwarden_tests::{
    program::Ran,
    registry::Fault,
    scene::{LOGIN, REPOSITORY, Scene},
};

/// Runs a scene that must fail with words in its standard error and push nothing.
fn fails(scene: &Scene, more: &[&str], said: &[&str]) -> Result<Ran> {
    let before = scene.remote.head("main")?;
    let ran = scene.run("run --once", more)?;
    assert_eq!(ran.code, 1, "{ran:?}");
    for word in said {
        assert!(ran.stderr.contains(word), "{word:?} is missing: {ran:?}");
    }
    assert!(!ran.said().contains(LOGIN.1), "a password was shown: {ran:?}");
    assert_eq!(scene.remote.head("main")?, before, "something was pushed");
    Ok(ran)
}

#[test]
fn malformed_yaml_names_file_and_line() -> Result<()> {
    let scene = Scene::new()?;
    scene.add("flux-system/broken.yaml", "apiVersion: v1\nkind: [Secret\nmetadata: {}\n")?;
    fails(&scene, &[], &["broken.yaml:"])?;
    Ok(())
}

#[test]
fn an_unknown_field_names_file_line_and_field_and_the_likely_one() -> Result<()> {
    let scene = Scene::new()?;
    scene.edit("flux-system/images.yaml", |text| text.replace("      range:", "      rnage:"))?;
    fails(&scene, &[], &["images.yaml:24:", "spec.policy.semver.rnage", "range"])?;
    Ok(())
}

#[test]
fn a_marker_of_an_unknown_policy_is_reported_with_its_place() -> Result<()> {
    let scene =
        Scene::with(|text| text.replace("flux-system:checkout\"", "flux-system:chekout\""))?;
    let ran = scene.run("run --once", &[])?;
    assert!(ran.stderr.contains("clusters/prod/apps/checkout.yaml:18:"), "{ran:?}");
    assert!(ran.stderr.contains("no policy of that name"), "{ran:?}");
    assert_eq!(scene.commits("main")?, 1);
    Ok(())
}

#[test]
fn an_unknown_policy_to_explain_lists_those_there_are() -> Result<()> {
    let scene = Scene::new()?;
    let ran = scene.run("explain nightly", &[])?;
    assert_eq!(ran.code, 2, "{ran:?}");
    assert!(ran.stderr.contains("no nightly"), "{ran:?}");
    assert!(ran.stderr.contains("checkout-nightly"), "{ran:?}");
    Ok(())
}

#[test]
fn an_invalid_range_is_quoted() -> Result<()> {
    let scene = Scene::new()?;
    scene.edit("flux-system/images.yaml", |text| text.replace(">=1.0.0 <2.0.0", ">=one"))?;
    fails(&scene, &[], &["ImagePolicy flux-system/checkout", "invalid settings", ">=one"])?;
    Ok(())
}

#[test]
fn an_invalid_pattern_is_quoted() -> Result<()> {
    let scene = Scene::new()?;
    scene.edit("flux-system/images.yaml", |text| text.replace("[a-f0-9]+$'", "[a-f0-9+$'"))?;
    let ran = scene.run("run --once", &[])?;
    assert_eq!(ran.code, 1, "{ran:?}");
    assert!(ran.stderr.contains("ImagePolicy flux-system/checkout-nightly"), "{ran:?}");
    assert!(ran.stderr.contains("[a-f0-9+$"), "{ran:?}");
    assert!(scene.deployed("main")?.ends_with(":1.2.4"), "the other policy goes on");
    Ok(())
}

#[test]
fn a_missing_secret_is_named_with_the_field_that_names_it() -> Result<()> {
    let scene = Scene::new()?;
    fs::remove_file(scene.manifests().join("flux-system/registry-pull.yaml"))?;
    fails(&scene, &[], &["Secret flux-system/registry-pull", "spec.secretRef", "hint:"])?;
    Ok(())
}

#[test]
fn a_wrong_password_is_told_without_the_password() -> Result<()> {
    let scene = Scene::new()?;
    scene.edit("flux-system/registry-pull.yaml", |text| text.replace(LOGIN.1, "not-the-one"))?;
    let ran = fails(&scene, &[], &["ImageRepository flux-system/checkout", "hint:"])?;
    assert!(!ran.said().contains("not-the-one"), "{ran:?}");
    Ok(())
}

#[test]
fn an_unreachable_registry_is_named() -> Result<()> {
    let scene = Scene::new()?;
    let address = scene.registry.address().port().to_string();
    scene.edit("flux-system/images.yaml", |text| text.replace(&address, "1"))?;
    fails(&scene, &[], &["localhost:1", "hint:"])?;
    Ok(())
}

#[test]
fn no_matching_tag_says_how_many_there_were() -> Result<()> {
    let scene = Scene::new()?;
    scene.edit("flux-system/images.yaml", |text| text.replace(">=1.0.0 <2.0.0", ">=9.0.0"))?;
    fails(&scene, &[], &["accepts none of", "tagwarden explain flux-system/checkout"])?;
    Ok(())
}

#[test]
fn a_repository_without_tags_is_no_reason_to_change_anything() -> Result<()> {
    let scene = Scene::new()?;
    scene.edit("flux-system/images.yaml", |text| text.replace(REPOSITORY, "team/nothing"))?;
    fails(&scene, &[], &["team/nothing", "hint:"])?;
    Ok(())
}

#[test]
fn a_plugin_that_is_no_component_is_refused_with_its_name() -> Result<()> {
    let scene = Scene::new()?;
    let path = scene.home.path().join("not-a-plugin.wasm");
    fs::write(&path, "not wasm at all")?;
    fails(
        &scene,
        &["--plugin", &format!("semver={}", path.display())],
        &["plugin semver", "component"],
    )?;
    let missing = scene.run("run --once", &["--plugin", "semver=/nowhere/x.wasm"])?;
    assert_eq!(missing.code, 1, "{missing:?}");
    assert!(missing.stderr.contains("/nowhere/x.wasm"), "{missing:?}");
    Ok(())
}

#[test]
fn a_wrong_command_line_is_told_with_exit_code_2() -> Result<()> {
    let scene = Scene::new()?;
    assert_eq!(scene.home.run(["run"])?.code, 2, "no manifests");
    assert_eq!(scene.home.run(["frobnicate"])?.code, 2, "no such command");
    assert_eq!(scene.home.run(["select"])?.code, 2, "nothing says how to select");
    let nowhere = scene.home.run(["plan", "-f", "/nowhere/at/all"])?;
    assert_eq!(nowhere.code, 1, "{nowhere:?}");
    assert!(nowhere.stderr.contains("/nowhere/at/all"), "{nowhere:?}");
    Ok(())
}

#[test]
fn a_path_without_manifests_is_an_error_not_silence() -> Result<()> {
    let scene = Scene::new()?;
    scene.edit("flux-system/update.yaml", |text| {
        text.replace("./clusters/prod", "./clusters/prd")
    })?;
    fails(&scene, &[], &["clusters/prd", "hint:"])?;
    Ok(())
}

/// All that is ever logged, but for what the compiler of plugins says to itself:
/// gigabytes, and no secret comes near it.
const EVERYTHING: &str = "trace,cranelift=warn,regalloc2=warn,wasmtime=warn";

#[test]
fn no_secret_is_said_at_any_verbosity_whatever_the_registry_does() -> Result<()> {
    let pair = base64::engine::general_purpose::STANDARD.encode(format!("{}:{}", LOGIN.0, LOGIN.1));
    let scene = Scene::new()?;
    let manifests = scene.manifests().display().to_string();
    for fault in [
        None,
        Some(Fault::Echo),
        Some(Fault::status(401)),
        Some(Fault::oci(403, "DENIED", LOGIN.1)),
        Some(Fault::Body(format!("<html>{}</html>", LOGIN.1))),
        Some(Fault::Link(format!("<http://elsewhere.example/{pair}>; rel=\"next\""))),
        // The last, for after it nothing is asked any more.
        Some(Fault::throttle("120")),
    ] {
        if let Some(fault) = fault.clone() {
            scene.registry.always(fault);
        }
        for command in ["run --once", "run --once -o json", "plan -o json", "get"] {
            let args = command.split(' ').chain(["-f", &manifests, "-vv"]);
            let run = scene.home.command(args)?.env("RUST_LOG", EVERYTHING).output()?;
            let said = [run.stdout, run.stderr].concat();
            let said = String::from_utf8_lossy(&said);
            for secret in [LOGIN.1, pair.as_str()] {
                assert!(!said.contains(secret), "{command}, {fault:?}: {secret} in {said}");
            }
        }
    }
    Ok(())
}

#[test]
fn get_shows_until_when_a_registry_wants_to_be_left_alone() -> Result<()> {
    let scene = Scene::new()?;
    scene.registry.always(Fault::throttle("3600"));
    fails(&scene, &[], &["asks to come back in 3600 s"])?;
    let asked = scene.registry.seen().len();
    let get = scene.run("get repositories", &[])?;
    assert!(get.stdout.contains("throttled until "), "{get:?}");
    let json = scene.run("get repositories", &["-o", "json"])?.json()?;
    let trouble = &json["repositories"][0]["trouble"];
    assert_eq!(trouble["reason"], "Throttled", "{json}");
    let wait = trouble["until"].as_u64().unwrap() - trouble["at"].as_u64().unwrap();
    assert!((3590..=3601).contains(&wait), "{json}");
    // Another process does not ask either.
    fails(&scene, &[], &["asks to come back in 3600 s", "nothing was asked"])?;
    assert_eq!(scene.registry.seen().len(), asked);
    Ok(())
}
