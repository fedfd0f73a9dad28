//! An operator's plugins, from a real registry with real signatures to a
//! commit; and every byte on the way that somebody may change.

use std::{fs, path::PathBuf};

use anyhow::{Context, Result};
use tagwarden_tests::{
    cosign::KeyPair,
    distribution::{Distribution, Protection, Release, Transport},
    program::Ran,
    scene::{REPOSITORY, Scene},
};

/// The example, with a registry for plugins and a key pair to sign them by.
struct Stage {
    scene: Scene,
    registry: Distribution,
    key: KeyPair,
    runtime: tokio::runtime::Runtime,
}

/// The repository that plugins are pushed to.
const PLUGINS: &str = "plugins/pick";

impl Stage {
    /// The deployment's policy is the plugin `pick`.
    fn new() -> Result<Self> {
        let scene = Scene::new()?;
        scene.edit("flux-system/images.yaml", |text| {
            text.replace("semver:\n      range: '>=1.0.0 <2.0.0'", "plugin:\n      name: pick")
        })?;
        let registry = Distribution::start(Release::Three, Transport::Plain, Protection::None)?;
        let key = KeyPair::generate()?;
        fs::write(scene.home.path().join("cosign.pub"), key.public()?)?;
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        Ok(Self { scene, registry, key, runtime })
    }

    fn source(&self) -> String {
        format!("oci://{}:1.0.0", self.registry.image(PLUGINS))
    }

    fn file(&self, guest: &str) -> Result<PathBuf> {
        let path = self.scene.home.path().join(format!("{guest}.wasm"));
        fs::write(&path, tagwarden_fixture_plugins::component(guest)?)?;
        Ok(path)
    }

    fn plugin(&self, args: &[&str]) -> Result<Ran> {
        self.scene.home.run(["plugin"].iter().chain(args))
    }

    /// Pushes a guest by the program; its manifest's digest.
    fn push(&self, guest: &str) -> Result<String> {
        let file = self.file(guest)?.display().to_string();
        let ran = self.plugin(&["push", &file, &self.source()])?;
        anyhow::ensure!(ran.code == 0, "{ran:?}");
        let (_, digest) = ran.stdout.trim().rsplit_once('@').context("no digest")?;
        Ok(digest.to_owned())
    }

    /// Signs a manifest as cosign does; the digest of what carries the signature.
    fn sign(&self, manifest: &str) -> Result<String> {
        let to = self.registry.pusher()?;
        self.runtime.block_on(self.key.refer(&to, PLUGINS, manifest))
    }

    fn add(&self) -> Result<Ran> {
        let manifests = self.scene.manifests().display().to_string();
        let source = self.source();
        let args = ["add", &source, "--name", "pick", "--key", "cosign.pub", "-f", &manifests];
        self.plugin(&args)
    }

    fn verify(&self) -> Result<Ran> {
        self.plugin(&["verify", "-f", &self.scene.manifests().display().to_string()])
    }

    /// A stage whose plugin, which takes the first tag, was pushed, signed and added.
    fn vetted() -> Result<(Self, String)> {
        let stage = Self::new()?;
        let manifest = stage.push("first")?;
        stage.sign(&manifest)?;
        let ran = stage.add()?;
        anyhow::ensure!(ran.code == 0, "{ran:?}");
        Ok((stage, manifest))
    }

    fn lock(&self) -> PathBuf {
        self.scene.manifests().join("tagwarden.lock")
    }

    fn component(&self) -> Result<String> {
        let lock = fs::read_to_string(self.lock())?;
        let line = lock.lines().find_map(|line| line.trim().strip_prefix("digest: "));
        Ok(line.context("no digest in the lock file")?.to_owned())
    }

    /// The state folder is empty again: everything is fetched anew.
    fn forget(&self) -> Result<()> {
        Ok(fs::remove_dir_all(self.scene.home.path().join("state"))?)
    }

    fn kept(&self, what: &str, digest: &str) -> PathBuf {
        let hex = digest.trim_start_matches("sha256:");
        self.scene.home.path().join("state/plugins").join(what).join("sha256").join(hex)
    }

    /// The run refuses the plugin for this reason, and the other policy goes on.
    fn refuses(&self, reason: &str) -> Result<()> {
        let before = self.scene.remote.head("main")?;
        let ran = self.scene.run("run --once", &[])?;
        assert_eq!(ran.code, 1, "{ran:?}");
        assert!(ran.stderr.contains("plugin pick: is refused: "), "{ran:?}");
        assert!(ran.stderr.contains(reason), "{reason}: {ran:?}");
        assert!(ran.stdout.contains("2026.07.13-6045cf1"), "the other policy goes on: {ran:?}");
        assert_eq!(self.scene.remote.head("main")?, before, "nothing is pushed");
        let ran = self.verify()?;
        assert_eq!(ran.code, 1, "{ran:?}");
        assert!(ran.stderr.contains("plugin pick is refused: "), "{ran:?}");
        Ok(())
    }
}

fn flip(path: &std::path::Path, at: usize) -> Result<()> {
    let mut bytes = fs::read(path).with_context(|| path.display().to_string())?;
    bytes[at] ^= 1;
    Ok(fs::write(path, bytes)?)
}

#[test]
fn a_plugin_goes_from_a_registry_into_a_decision() -> Result<()> {
    let (stage, _) = Stage::vetted()?;
    let ran = stage.verify()?;
    assert_eq!(ran.code, 0, "{ran:?}");
    assert!(ran.stdout.contains("good") && ran.stdout.contains("policy"), "{ran:?}");
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
fn a_changed_byte_in_the_registry_is_refused() -> Result<()> {
    let stage = Stage::new()?;
    let manifest = stage.push("first")?;
    let bundle = stage.sign(&manifest)?;
    let component = format!("sha256:{}", sha256(&fs::read(stage.file("first")?)?));
    for (digest, reason) in
        [(&bundle, "the registry sent other bytes"), (&component, "other bytes")]
    {
        let stored = stage.registry.file(digest);
        flip(&stored, 40)?;
        let ran = stage.add()?;
        assert_eq!(ran.code, 1, "{ran:?}");
        assert!(ran.stderr.contains(reason), "{ran:?}");
        assert!(!stage.lock().exists());
        flip(&stored, 40)?;
    }
    assert_eq!(stage.add()?.code, 0);
    // Vetted once, and changed since: nothing that is fetched anew gets by.
    flip(&stage.registry.file(&component), 40)?;
    stage.forget()?;
    stage.refuses("other bytes")
}

#[test]
fn a_changed_byte_of_what_was_fetched_is_refused() -> Result<()> {
    let (stage, manifest) = Stage::vetted()?;
    let component = stage.component()?;
    flip(&stage.kept("blobs", &component), 40)?;
    stage.refuses("was changed")?;
    flip(&stage.kept("blobs", &component), 40)?;
    // What vouches for it is fetched again where it does not any more.
    let signature = stage.kept("signatures", &manifest);
    let size = usize::try_from(fs::metadata(&signature)?.len())?;
    for (path, at) in [(&signature, size / 2), (&stage.kept("blobs", &manifest), 40)] {
        let before = fs::read(path)?;
        flip(path, at)?;
        stage.scene.run_once()?;
        assert_eq!(fs::read(path)?, before, "{}", path.display());
    }
    Ok(())
}

#[test]
fn a_changed_byte_of_the_lock_file_runs_nothing() -> Result<()> {
    let (stage, _) = Stage::vetted()?;
    let text = fs::read_to_string(stage.lock())?;
    for (field, from, to) in [
        ("digest", "digest: sha256:", "digest: sha256:0"),
        ("size", "size: ", "size: 1"),
        ("grants", "grants: []", "grants: [wasi]"),
        ("source", "plugins/pick", "plugins/pack"),
        ("key", "MFkw", "MFkv"),
        ("signer", "signedBy:\n  - sha256:", "signedBy:\n  - sha256:0"),
    ] {
        let changed = text.replacen(from, to, 1);
        assert_ne!(text, changed, "{field}");
        fs::write(stage.lock(), changed)?;
        let ran = stage.scene.run("run --once", &[])?;
        assert_eq!(ran.code, 1, "{field}: {ran:?}");
        assert!(ran.stderr.contains("tagwarden.lock:"), "{field}: {ran:?}");
    }
    // With a checksum that fits, a wrong digest still finds no such bytes.
    fs::write(stage.lock(), text)?;
    assert_eq!(stage.verify()?.code, 0);
    Ok(())
}

#[test]
fn a_changed_byte_of_compiled_code_is_not_run() -> Result<()> {
    let (stage, _) = Stage::vetted()?;
    stage.scene.run_once()?;
    let cache = stage.scene.home.path().join("state/compiled");
    let mut changed = 0;
    for entry in fs::read_dir(&cache)? {
        let path = entry?.path();
        if path.file_name().is_some_and(|name| name != "key") {
            let size = fs::metadata(&path)?.len();
            flip(&path, usize::try_from(size / 2)?)?;
            changed += 1;
        }
    }
    assert!(changed > 0);
    let ran = stage.scene.run("run --once", &["-v"])?;
    assert_eq!(ran.code, 0, "it is compiled again: {ran:?}");
    assert!(ran.stderr.contains("does not bear our seal"), "{ran:?}");
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

/// A PolicyPlugin for a file beside the manifests.
fn declaration(more: &str) -> String {
    format!(
        "apiVersion: plugins.tagwarden.dev/v1alpha1\nkind: PolicyPlugin\n\
         metadata: {{name: pick, namespace: flux-system}}\nspec:\n  kind: policy\n  source: pick.wasm\n{more}"
    )
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

fn sha256(bytes: &[u8]) -> String {
    tagwarden_tests::sample_image::digest(bytes).trim_start_matches("sha256:").to_owned()
}
