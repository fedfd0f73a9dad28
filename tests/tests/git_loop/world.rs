//! The loop with its real adapters but for the registry, which is in memory.

use std::{path::Path, sync::Arc};

use anyhow::{Context, Result};
use tagwarden_core::spec::Inventory;
use tagwarden_git::{Home, Mirrors, Options};
use tagwarden_reconcile::{
    Mode, Reconciler, Report, Request, Silent,
    memory::{MemoryRegistry, MemoryStore},
};
use tagwarden_wasm::{EngineOptions, Origin, Plugins};
use tokio::runtime::Runtime;

/// A loop with a state folder of its own.
pub struct World {
    runtime: Runtime,
    reconciler: Reconciler,
    inventory: Inventory,
}

/// The first-party plugins, compiled once.
pub fn plugins() -> Result<Arc<Plugins>> {
    let mut builder = Plugins::builder(EngineOptions::default());
    for plugin in tagwarden_embedded::all() {
        builder = builder.add(plugin.name, plugin.wasm, Origin::Embedded);
    }
    Ok(Arc::new(builder.build()?))
}

impl World {
    /// Reads the manifests; state goes into `folder`.
    pub fn new(
        folder: &Path,
        manifests: &str,
        registry: &Arc<MemoryRegistry>,
        plugins: &Arc<Plugins>,
    ) -> Result<Self> {
        let mut reader = tagwarden_api::Reader::default();
        reader.add("manifests.yaml", manifests.as_bytes());
        let reading = reader.finish();
        anyhow::ensure!(reading.errors.is_empty(), "{:?}", reading.errors);
        let options = Options { home: Home::default(), ..Options::default() };
        Ok(Self {
            runtime: tokio::runtime::Builder::new_multi_thread()
                .worker_threads(1)
                .enable_all()
                .build()
                .context("threads")?,
            reconciler: Reconciler {
                registry: registry.clone(),
                store: Arc::new(MemoryStore::default()),
                plugins: plugins.clone(),
                git: Arc::new(Mirrors::new(folder.join("git"), options)),
                forge: Arc::new(tagwarden_forge::ForgeClient::new(
                    tagwarden_forge::Options::default(),
                )),
                reporter: Arc::new(Silent),
                concurrent_scans: 4,
            },
            inventory: reading.inventory,
        })
    }

    /// One pass over everything, at `now`.
    pub fn pass(&self, now: u64) -> Report {
        let request = Request::everything(now, Mode::Write);
        self.runtime.block_on(self.reconciler.pass(&self.inventory, &request))
    }
}

/// Manifests for one automation that edits one folder with the newest image.
pub fn manifests(url: &str, name: &str, path: &str) -> String {
    format!(
        r#"
apiVersion: source.toolkit.fluxcd.io/v1
kind: GitRepository
metadata: {{name: repo, namespace: ns}}
spec:
  url: {url}
  interval: 1m
  ref: {{branch: main}}
---
apiVersion: image.toolkit.fluxcd.io/v1
kind: ImageRepository
metadata: {{name: app, namespace: ns}}
spec: {{image: r.example/team/app, interval: 1m}}
---
apiVersion: image.toolkit.fluxcd.io/v1
kind: ImagePolicy
metadata: {{name: app, namespace: ns}}
spec:
  imageRepositoryRef: {{name: app}}
  policy: {{semver: {{range: ">=1.0.0"}}}}
---
apiVersion: image.toolkit.fluxcd.io/v1
kind: ImageUpdateAutomation
metadata: {{name: {name}, namespace: ns}}
spec:
  interval: 1m
  sourceRef: {{kind: GitRepository, name: repo}}
  git:
    commit:
      author: {{name: {name}, email: {name}@example.com}}
  update: {{path: {path}}}
"#
    )
}
