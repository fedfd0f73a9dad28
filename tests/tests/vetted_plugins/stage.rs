//! The example with a plugin of an operator's in the place of `semver`.

use std::{fs, path::PathBuf};

use anyhow::{Context, Result};
use tagwarden_tests::{
    cosign::KeyPair,
    distribution::{Distribution, Protection, Release, Transport},
    program::Ran,
    scene::Scene,
};

/// The example, with a registry for plugins and a key pair to sign them by.
pub struct Stage {
    pub scene: Scene,
    pub registry: Distribution,
    pub key: KeyPair,
    pub runtime: tokio::runtime::Runtime,
}

/// The repository that plugins are pushed to.
pub const PLUGINS: &str = "plugins/pick";

impl Stage {
    /// The deployment's policy is the plugin `pick`.
    pub fn new() -> Result<Self> {
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

    pub fn source(&self) -> String {
        format!("oci://{}:1.0.0", self.registry.image(PLUGINS))
    }

    pub fn file(&self, guest: &str) -> Result<PathBuf> {
        let path = self.scene.home.path().join(format!("{guest}.wasm"));
        fs::write(&path, tagwarden_fixture_plugins::component(guest)?)?;
        Ok(path)
    }

    pub fn plugin(&self, args: &[&str]) -> Result<Ran> {
        self.scene.home.run(["plugin"].iter().chain(args))
    }

    /// Pushes a guest by the program; its manifest's digest.
    pub fn push(&self, guest: &str) -> Result<String> {
        let file = self.file(guest)?.display().to_string();
        let ran = self.plugin(&["push", &file, &self.source()])?;
        anyhow::ensure!(ran.code == 0, "{ran:?}");
        let (_, digest) = ran.stdout.trim().rsplit_once('@').context("no digest")?;
        Ok(digest.to_owned())
    }

    /// Signs a manifest as cosign does; the digest of what carries the signature.
    pub fn sign(&self, manifest: &str) -> Result<String> {
        let to = self.registry.pusher()?;
        self.runtime.block_on(self.key.refer(&to, PLUGINS, manifest))
    }

    pub fn add(&self) -> Result<Ran> {
        let manifests = self.scene.manifests().display().to_string();
        let source = self.source();
        let args = ["add", &source, "--name", "pick", "--key", "cosign.pub", "-f", &manifests];
        self.plugin(&args)
    }

    pub fn verify(&self) -> Result<Ran> {
        self.plugin(&["verify", "-f", &self.scene.manifests().display().to_string()])
    }

    /// A stage whose plugin, which takes the first tag, was pushed, signed and added.
    pub fn vetted() -> Result<(Self, String)> {
        let stage = Self::new()?;
        let manifest = stage.push("first")?;
        stage.sign(&manifest)?;
        let ran = stage.add()?;
        anyhow::ensure!(ran.code == 0, "{ran:?}");
        Ok((stage, manifest))
    }

    pub fn lock(&self) -> PathBuf {
        self.scene.manifests().join("tagwarden.lock")
    }

    pub fn component(&self) -> Result<String> {
        let lock = fs::read_to_string(self.lock())?;
        let line = lock.lines().find_map(|line| line.trim().strip_prefix("digest: "));
        Ok(line.context("no digest in the lock file")?.to_owned())
    }

    /// What was fetched is gone, and what was selected is still known.
    pub fn unfetch(&self) -> Result<()> {
        Ok(fs::remove_dir_all(self.scene.home.path().join("state/plugins"))?)
    }

    /// The state folder is empty again: everything is fetched anew.
    pub fn forget(&self) -> Result<()> {
        Ok(fs::remove_dir_all(self.scene.home.path().join("state"))?)
    }

    pub fn kept(&self, what: &str, digest: &str) -> PathBuf {
        let hex = digest.trim_start_matches("sha256:");
        self.scene.home.path().join("state/plugins").join(what).join("sha256").join(hex)
    }

    /// The run refuses the plugin for this reason, and the other policy goes on.
    pub fn refuses(&self, reason: &str) -> Result<()> {
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

pub fn flip(path: &std::path::Path, at: usize) -> Result<()> {
    let mut bytes = fs::read(path).with_context(|| path.display().to_string())?;
    bytes[at] ^= 1;
    Ok(fs::write(path, bytes)?)
}

/// A PolicyPlugin for a file beside the manifests.
pub fn declaration(more: &str) -> String {
    format!(
        "apiVersion: plugins.tagwarden.dev/v1alpha1\nkind: PolicyPlugin\n\
         metadata: {{name: pick, namespace: flux-system}}\nspec:\n  kind: policy\n  source: pick.wasm\n{more}"
    )
}

pub fn sha256(bytes: &[u8]) -> String {
    tagwarden_tests::sample_image::digest(bytes).trim_start_matches("sha256:").to_owned()
}
