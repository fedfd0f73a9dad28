//! The setup of `examples/gitops` on real servers: a registry with the images,
//! a bare Git repository with the manifests, and a home for the program.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};
use serde_json::{Value, json};

use crate::{
    bare::Bare,
    program::{Home, Ran},
    registry::{Access, Settings, TestRegistry},
};

/// The user and password in the example's pull secret.
pub const LOGIN: (&str, &str) = ("demo", "demo-password");

/// Where the images are.
pub const REPOSITORY: &str = "team/checkout";

/// The registry's host in the example, which a scene replaces by its own.
const HOST: &str = "registry.example.com";
/// The remote in the example, likewise.
const REMOTE: &str = "https://git.example.com/platform/gitops.git";

/// The example, ready to run.
#[derive(Debug)]
pub struct Scene {
    /// Holds the images; asks for [`LOGIN`].
    pub registry: TestRegistry,
    /// What automations push to.
    pub remote: Bare,
    /// The program's home.
    pub home: Home,
}

impl Scene {
    /// The example as it stands, with a remote given by its path.
    pub fn new() -> Result<Self> {
        Self::with(|text| text)
    }

    /// The example after `adapt` has been over each of its files.
    pub fn with(adapt: impl Fn(String) -> String) -> Result<Self> {
        let access = Access::basic(LOGIN.0, LOGIN.1);
        Self::on(Settings { access, ..Settings::default() }, adapt)
    }

    /// The same on a registry of other manners, which knows [`LOGIN`].
    pub fn on(settings: Settings, adapt: impl Fn(String) -> String) -> Result<Self> {
        let home = Home::new()?;
        let registry = TestRegistry::with(settings);
        registry.push(REPOSITORY, &["1.0.0", "1.2.3", "1.2.4", "2.0.0", "latest"]);
        registry.push(REPOSITORY, &["2026.05.28-2249688", "2026.07.13-6045cf1"]);
        let host = registry.image("");
        let remote = home.path().join("remote.git");
        let url = format!("file://{}", remote.display());
        let manifests = home.path().join("gitops");
        copy(&example(), &manifests, &|text| {
            adapt(text.replace(HOST, host.trim_end_matches('/')).replace(REMOTE, &url))
        })?;
        let remote = Bare::from_folder(remote, &manifests)?;
        Ok(Self { registry, remote, home })
    }

    /// The folder with the manifests.
    #[must_use]
    pub fn manifests(&self) -> PathBuf {
        self.home.path().join("gitops/clusters/prod")
    }

    /// Rewrites one manifest, by its path below [`Scene::manifests`].
    pub fn edit(&self, path: &str, adapt: impl Fn(&str) -> String) -> Result<()> {
        let path = self.manifests().join(path);
        let before = fs::read_to_string(&path).with_context(|| path.display().to_string())?;
        let after = adapt(&before);
        anyhow::ensure!(before != after, "{} did not change", path.display());
        Ok(fs::write(path, after)?)
    }

    /// Adds a manifest.
    pub fn add(&self, path: &str, text: &str) -> Result<()> {
        Ok(fs::write(self.manifests().join(path), text)?)
    }

    /// Adds a Secret.
    pub fn secret(&self, name: &str, data: &Value) -> Result<()> {
        let secret = json!({
            "apiVersion": "v1",
            "kind": "Secret",
            "metadata": {"name": name, "namespace": "flux-system"},
            "stringData": data,
        });
        // JSON is YAML, and quotes whatever needs it.
        self.add(&format!("flux-system/{name}-secret.yaml"), &secret.to_string())
    }

    /// Points the GitRepository at another URL, with a secret.
    pub fn aim(&self, url: &str, data: &Value) -> Result<()> {
        let path = format!("file://{}", self.remote.path().display());
        self.edit("flux-system/git.yaml", |text| {
            text.replace(&path, url)
                .replace("  interval: 1m", "  interval: 1m\n  secretRef:\n    name: git")
        })?;
        self.secret("git", data)
    }

    /// Runs a command of the program over the manifests, with more arguments.
    pub fn run(&self, command: &str, more: &[&str]) -> Result<Ran> {
        let manifests = self.manifests().display().to_string();
        let args = command.split(' ').chain(["-f", &manifests]).chain(more.iter().copied());
        self.home.run(args)
    }

    /// `run --once`, which must go well.
    pub fn run_once(&self) -> Result<Ran> {
        let ran = self.run("run --once", &[])?;
        anyhow::ensure!(ran.code == 0, "{ran:?}");
        Ok(ran)
    }

    /// How many commits a branch has.
    pub fn commits(&self, branch: &str) -> Result<usize> {
        Ok(self.remote.log(branch)?.len())
    }

    /// The image that the deployment on a branch runs.
    pub fn deployed(&self, branch: &str) -> Result<String> {
        let deployment = self.remote.file(branch, "clusters/prod/apps/checkout.yaml")?;
        let line = deployment.lines().find_map(|line| line.trim().strip_prefix("image: "));
        let image = line.and_then(|line| line.split(' ').next()).context("no image")?;
        Ok(image.to_owned())
    }
}

fn example() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/gitops")
}

fn copy(from: &Path, to: &Path, adapt: &dyn Fn(String) -> String) -> Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let (from, to) = (entry.path(), to.join(entry.file_name()));
        match entry.file_type()?.is_dir() {
            true => copy(&from, &to, adapt)?,
            false => fs::write(to, adapt(fs::read_to_string(from)?))?,
        }
    }
    Ok(())
}
