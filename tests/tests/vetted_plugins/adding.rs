//! `plugin add` from every kind of source, and what it says of those that will not do:
//! what failed, on which input, what to do.

use std::fs;

use anyhow::Result;
use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::json;
use tagwarden_tests::{
    cosign::KeyPair,
    distribution::{Distribution, Protection, Release, Transport},
    program::{Home, Ran},
    registry::TestRegistry,
    sample_image::{MANIFEST_TYPE, digest},
    token_server::TokenServer,
};

use crate::stage::{PLUGINS, Stage};

const USER: &str = "operator";
const PASSWORD: &str = "operators-password";

/// Runs `plugin add` in a home with an empty folder of manifests.
fn add(home: &Home, source: &str, more: &[&str]) -> Result<Ran> {
    fs::create_dir_all(home.path().join("prod"))?;
    let args = ["plugin", "add", source, "--name", "pick", "-f", "prod"];
    home.run(args.iter().chain(more))
}

/// It failed with these words, and a hint, and wrote no lock file.
fn refuses(home: &Home, source: &str, more: &[&str], said: &[&str]) -> Result<()> {
    let ran = add(home, source, more)?;
    assert!(matches!(ran.code, 1 | 2), "{source} {more:?}: {ran:?}");
    for word in said.iter().chain(&["hint: "]) {
        assert!(ran.stderr.contains(word), "{word:?} is missing, {source} {more:?}: {ran:?}");
    }
    assert!(!home.path().join("prod/tagwarden.lock").exists(), "{source} {more:?}");
    assert!(!ran.said().contains(PASSWORD), "{ran:?}");
    Ok(())
}

fn guest(home: &Home) -> Result<Vec<u8>> {
    let component = tagwarden_fixture_plugins::component("first")?;
    fs::write(home.path().join("first.wasm"), &component)?;
    Ok(component)
}

/// A manifest as `wkg` or `kwctl` write it, around the component.
fn manifest(config_type: &str, config: &[u8], layer_type: &str, layer: &[u8]) -> Vec<u8> {
    let descriptor = |kind: &str, bytes: &[u8]| json!({"mediaType": kind, "digest": digest(bytes), "size": bytes.len()});
    json!({
        "schemaVersion": 2,
        "mediaType": MANIFEST_TYPE,
        "config": descriptor(config_type, config),
        "layers": [descriptor(layer_type, layer)],
        "annotations": {"org.opencontainers.image.title": "first"},
    })
    .to_string()
    .into_bytes()
}

#[test]
fn the_layouts_of_wkg_and_kubewarden_are_plugins_and_an_image_is_none() -> Result<()> {
    let home = Home::new()?;
    let component = guest(&home)?;
    let registry = Distribution::start(Release::Three, Transport::Plain, Protection::None)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let config = json!({"created": "2026-01-01T00:00:00Z", "architecture": "wasm", "os": "wasip2",
        "layerDigests": [digest(&component)], "component": {"exports": [], "imports": []}})
    .to_string();
    for (tag, config_type, layer_type) in [
        ("wkg", "application/vnd.wasm.config.v0+json", "application/wasm"),
        (
            "kwctl",
            "application/vnd.wasm.config.v1+json",
            "application/vnd.wasm.content.layer.v1+wasm",
        ),
    ] {
        let manifest = manifest(config_type, config.as_bytes(), layer_type, &component);
        let blobs = [config.as_bytes(), &component];
        let put = registry.pusher()?;
        runtime.block_on(put.put(PLUGINS, tag, (MANIFEST_TYPE, &manifest), &blobs))?;
        let ran = add(&home, &format!("oci://{}:{tag}", registry.image(PLUGINS)), &[])?;
        assert_eq!(ran.code, 0, "{tag}: {ran:?}");
        assert!(ran.stdout.contains(&digest(&component)), "{tag}: {ran:?}");
        fs::remove_file(home.path().join("prod/tagwarden.lock"))?;
    }
    runtime.block_on(registry.push("team/checkout", &["1.0.0"]))?;
    let image = format!("oci://{}:1.0.0", registry.image("team/checkout"));
    refuses(&home, &image, &[], &["team/checkout:1.0.0: it is no plugin", "`wkg oci push`"])
}

#[test]
fn nothing_is_downloaded_that_is_too_large_or_not_signed() -> Result<()> {
    let home = Home::new()?;
    let component = guest(&home)?;
    let registry = TestRegistry::start();
    let source = format!("oci://{}:1.0.0", registry.image(PLUGINS));
    assert_eq!(home.run(["plugin", "push", "first.wasm", &source])?.code, 0);
    let before = registry.seen().len();
    let size = format!("it has {} bytes, and 1024 are allowed", component.len());
    refuses(&home, &source, &["--max-size", "1Ki"], &[&source, &size, "raise --max-size"])?;
    fs::write(home.path().join("cosign.pub"), KeyPair::generate()?.public()?)?;
    let unsigned = ["is not signed as it must be: there is no signature", "cosign sign --key"];
    refuses(&home, &source, &["--key", "cosign.pub"], &unsigned)?;
    let asked = &registry.seen()[before..];
    let blob = asked.iter().find(|seen| seen.target.contains("/blobs/"));
    assert!(blob.is_none() && asked.iter().any(|seen| seen.target.contains("/manifests/")));
    Ok(())
}

#[test]
fn other_bytes_than_the_digest_names_are_refused() -> Result<()> {
    let home = Home::new()?;
    let component = guest(&home)?;
    let registry = TestRegistry::start();
    let source = format!("oci://{}:1.0.0", registry.image(PLUGINS));
    assert_eq!(home.run(["plugin", "push", "first.wasm", &source])?.code, 0);
    let pushed = registry.digest(PLUGINS, "1.0.0").unwrap();
    let mut other = component.clone();
    other[40] ^= 1;
    registry.falsify(&digest(&component), other);
    let by_digest = format!("oci://{}@{pushed}", registry.image(PLUGINS));
    for source in [&source, &by_digest] {
        refuses(&home, source, &[], &[source, "the registry sent other bytes for sha256:"])?;
    }
    registry.falsify(&pushed, b"{}".to_vec());
    let said = ["the registry sent other bytes for sha256:"];
    refuses(&home, &by_digest, &[], &said)
}

#[test]
fn a_source_that_is_not_there_or_no_source_is_named() -> Result<()> {
    let home = Home::new()?;
    guest(&home)?;
    let registry = TestRegistry::start();
    let missing = format!("oci://{}:9", registry.image(PLUGINS));
    refuses(&home, &missing, &[], &[PLUGINS, "check repository and tag"])?;
    refuses(&home, "oci://localhost:1/plugins/pick:1", &[], &["localhost:1", "plugin vendor"])?;
    for url in ["https://example.com/pick.wasm", "http://example.com/pick.wasm", "file:///x.wasm"] {
        refuses(&home, url, &[], &[url, "is no source", "oci://registry/repository:tag"])?;
    }
    refuses(&home, "oci://Not A Name", &[], &["oci://Not A Name", "write oci://"])?;
    refuses(&home, "nowhere.wasm", &[], &["nowhere.wasm", "give the path of a .wasm component"])?;
    fs::write(home.path().join("script.wasm"), "#!/bin/sh\n")?;
    let ran = add(&home, "script.wasm", &[])?;
    assert!(ran.code == 1 && ran.stderr.contains("script.wasm: "), "{ran:?}");
    assert!(ran.stderr.contains("not WebAssembly"), "{ran:?}");
    fs::write(home.path().join("cosign.pub"), "no key at all")?;
    refuses(&home, "first.wasm", &["--key", "cosign.pub"], &["cosign.pub", "generate-key-pair"])?;
    refuses(&home, "first.wasm", &["--key", "none.pub"], &["none.pub"])?;
    refuses(&home, "first.wasm", &["--max-size", "1Ki"], &["first.wasm is larger than the 1024"])
}

#[test]
fn a_signature_by_another_key_is_told_from_none() -> Result<()> {
    let stage = Stage::new()?;
    let manifest = stage.push("first")?;
    let to = stage.registry.pusher()?;
    stage.runtime.block_on(KeyPair::generate()?.attach(&to, PLUGINS, &manifest))?;
    let ran = stage.add()?;
    assert_eq!(ran.code, 1, "{ran:?}");
    let said = "is not signed as it must be: none of 1 signatures is by cosign.pub";
    assert!(ran.stderr.contains(said) && ran.stderr.contains("hint: sign it"), "{ran:?}");
    assert!(ran.stderr.contains(&stage.source()), "{ran:?}");
    Ok(())
}

/// A Docker configuration with a login for the registry.
fn docker_config(home: &Home, registry: &Distribution, password: &str) -> Result<String> {
    let pair = STANDARD.encode(format!("{USER}:{password}"));
    let config = json!({"auths": {registry.host(): {"auth": pair}}}).to_string();
    let path = home.path().join(format!("config-{}.json", password.len()));
    fs::write(&path, config)?;
    Ok(path.display().to_string())
}

#[test]
fn a_registry_that_wants_a_login_gets_it_and_says_when_it_is_wrong() -> Result<()> {
    let (user, password) = (USER.to_owned(), PASSWORD.to_owned());
    let server = TokenServer::start(USER, PASSWORD)?;
    for protection in [
        Protection::Basic { user: user.clone(), password: password.clone() },
        Protection::Token { user, password, server },
    ] {
        let home = Home::new()?;
        guest(&home)?;
        let registry = Distribution::start(Release::Three, Transport::Plain, protection)?;
        let source = format!("oci://{}:1.0.0", registry.image(PLUGINS));
        let config = docker_config(&home, &registry, PASSWORD)?;
        let push = ["plugin", "push", "first.wasm", &source, "--docker-config", &config];
        assert_eq!(home.run(push)?.code, 0);
        let wrong = docker_config(&home, &registry, "wrong")?;
        refuses(&home, &source, &[], &[PLUGINS, "hint: log in"])?;
        refuses(&home, &source, &["--docker-config", &wrong], &[PLUGINS, "hint: log in"])?;
        let ran = add(&home, &source, &["--docker-config", &config])?;
        assert_eq!(ran.code, 0, "{ran:?}");
        assert!(!ran.said().contains(PASSWORD), "{ran:?}");
    }
    Ok(())
}

/// A registry that wants a login and TLS of its own, known by a manifest's secrets.
#[test]
fn a_declared_plugin_has_its_login_from_a_secret() -> Result<()> {
    let mut stage = Stage::new()?;
    let protection = Protection::Basic { user: USER.into(), password: PASSWORD.into() };
    stage.registry = Distribution::start(Release::Three, Transport::Plain, protection)?;
    let config = docker_config(&stage.scene.home, &stage.registry, PASSWORD)?;
    let file = stage.file("first")?.display().to_string();
    let source = stage.source();
    assert_eq!(stage.plugin(&["push", &file, &source, "--docker-config", &config])?.code, 0);
    let login = fs::read_to_string(&config)?;
    let declaration = format!(
        "apiVersion: plugins.tagwarden.dev/v1alpha1\nkind: PolicyPlugin\n\
         metadata: {{name: pick, namespace: flux-system}}\n\
         spec: {{kind: policy, source: '{source}', secretRef: {{name: plugin-pull}}}}\n---\n\
         apiVersion: v1\nkind: Secret\nmetadata: {{name: plugin-pull, namespace: flux-system}}\n\
         type: kubernetes.io/dockerconfigjson\nstringData: {{.dockerconfigjson: '{login}'}}\n"
    );
    stage.scene.add("pick.yaml", &declaration)?;
    let manifests = stage.scene.manifests().display().to_string();
    let ran = stage.plugin(&["update", "-f", &manifests])?;
    assert_eq!(ran.code, 0, "{ran:?}");
    stage.forget()?;
    stage.scene.run_once()?;
    assert!(stage.scene.deployed("main")?.ends_with(":1.0.0"));
    stage.scene.edit("pick.yaml", |text| text.replace("name: plugin-pull}}", "name: pull}}"))?;
    stage.forget()?;
    stage.refuses("Secret flux-system/pull, named in PolicyPlugin flux-system/pick")
}
