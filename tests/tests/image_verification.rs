//! Only images that are signed as they must be are written, by the program.

use std::fs;

use anyhow::Result;
use tagwarden_tests::{
    cosign::KeyPair,
    pusher::Pusher,
    sample_image::SampleImage,
    scene::{LOGIN, REPOSITORY, Scene},
};

/// The example, with a key that images must be signed by.
struct Signing {
    scene: Scene,
    key: KeyPair,
    registry: Pusher,
    runtime: tokio::runtime::Runtime,
}

impl Signing {
    fn new(digests: &str) -> Result<Self> {
        let scene = Scene::new()?;
        let key = KeyPair::generate()?;
        let indented = key.public()?.trim_end().replace('\n', "\n        ");
        let verify = format!(
            "spec:\n{digests}  verify:\n    provider: cosign\n    anyOf:\n    - publicKey: |\n        {indented}"
        );
        scene.edit("flux-system/images.yaml", |text| with_verify(text, &verify))?;
        let host = scene.registry.image("");
        let registry = Pusher {
            root: format!("http://{host}").parse()?,
            client: reqwest::Client::builder().no_proxy().build()?,
            basic: Some((LOGIN.0.into(), LOGIN.1.into())),
            realm: None,
        };
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        Ok(Self { scene, key, registry, runtime })
    }

    fn sign(&self, tag: &str, key: &KeyPair) -> Result<()> {
        let digest = SampleImage::new(REPOSITORY, tag).digest();
        self.runtime.block_on(key.attach(&self.registry, REPOSITORY, &digest))?;
        Ok(())
    }
}

/// The first policy of the file is the one of the deployment.
fn with_verify(text: &str, verify: &str) -> String {
    let (before, policy) = text.split_once("kind: ImagePolicy").expect("the example has a policy");
    format!("{before}kind: ImagePolicy{}", policy.replacen("spec:", verify, 1))
}

#[test]
fn an_image_is_written_once_it_is_signed() -> Result<()> {
    let signing = Signing::new("")?;
    let scene = &signing.scene;
    let before = scene.remote.head("main")?;
    let ran = scene.run("run --once", &[])?;
    assert_eq!(ran.code, 1, "{ran:?}");
    assert!(ran.stderr.contains("is not signed as it must be: there is no signature"), "{ran:?}");
    assert!(ran.stderr.contains("ImagePolicy flux-system/checkout"), "{ran:?}");
    signing.sign("1.2.4", &KeyPair::generate()?)?;
    let ran = scene.run("run --once", &[])?;
    assert!(ran.stderr.contains("none of 1 signatures is by"), "{ran:?}");
    let deployed = scene.deployed("main")?;
    assert!(!deployed.ends_with(":1.2.4"), "{deployed}, {before}");
    signing.sign("1.2.4", &signing.key)?;
    scene.run_once()?;
    assert!(scene.deployed("main")?.ends_with(":1.2.4"));
    Ok(())
}

#[test]
fn a_newer_image_without_a_signature_leaves_the_last_one_in_place() -> Result<()> {
    let signing = Signing::new("  digestReflectionPolicy: IfNotPresent\n")?;
    let scene = &signing.scene;
    signing.sign("1.2.4", &signing.key)?;
    scene.run_once()?;
    let signed = SampleImage::new(REPOSITORY, "1.2.4").digest();
    assert!(scene.deployed("main")?.ends_with(&format!(":1.2.4@{signed}")), "digest and all");
    scene.registry.push(REPOSITORY, &["1.5.0"]);
    let ran = scene.run("run --once", &[])?;
    assert_eq!(ran.code, 1, "{ran:?}");
    assert!(ran.stdout.contains("held"), "{ran:?}");
    assert!(scene.deployed("main")?.contains(":1.2.4@"));
    Ok(())
}

#[test]
fn a_rule_for_images_names_itself() -> Result<()> {
    let scene = Scene::new()?;
    let key = KeyPair::generate()?;
    let images = scene.registry.image("team/*");
    let rule = format!(
        "apiVersion: image.tagwarden.dev/v1alpha1\nkind: ImageVerification\n\
         metadata: {{name: team, namespace: security}}\nspec:\n  images: [\"{images}\"]\n  \
         verify: {{secretRef: {{name: keys}}}}\n---\napiVersion: v1\nkind: Secret\n\
         metadata: {{name: keys, namespace: security}}\nstringData:\n  cosign.pub: |\n    {}",
        key.public()?.trim_end().replace('\n', "\n    "),
    );
    scene.add("rule.yaml", &rule)?;
    let ran = scene.run("plan", &[])?;
    assert_eq!(ran.code, 1, "{ran:?}");
    assert!(ran.stderr.contains("ImageVerification security/team"), "{ran:?}");
    fs::remove_file(scene.manifests().join("rule.yaml"))?;
    let ran = scene.run("plan", &[])?;
    assert_eq!(ran.code, 0, "{ran:?}");
    Ok(())
}
