//! What the registry and the store know of one repository's images.

use std::{
    collections::HashMap,
    fmt,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use tagwarden_core::{
    object::ObjectName,
    spec::{ImageRepository, Inventory},
};
use tokio::{runtime::Handle, time};

use crate::{
    Failed, Reconciler,
    ports::{ImageMetadata, Metadata, MetadataError, Registry, RegistryErrorKind, Store, Target},
    scan::target,
};

impl Reconciler {
    /// Who to ask about the repository's images.
    pub(crate) fn images(
        &self,
        repository: &ImageRepository,
        inventory: &Inventory,
        now: u64,
    ) -> Arc<dyn Metadata> {
        Arc::new(Images {
            registry: self.registry.clone(),
            store: self.store.clone(),
            repository: repository.name.clone(),
            target: target(repository, inventory),
            now,
            runtime: Handle::current(),
            known: Mutex::default(),
        })
    }
}

/// The images of one repository, each asked for once.
struct Images {
    registry: Arc<dyn Registry>,
    store: Arc<dyn Store>,
    repository: ObjectName,
    /// Access to them; a mistake in it matters to who asks.
    target: Result<Target, Failed>,
    now: u64,
    /// Where the registry is asked while whoever asks waits on its own thread.
    runtime: Handle,
    known: Mutex<HashMap<String, Option<ImageMetadata>>>,
}

impl fmt::Debug for Images {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Images").field("repository", &self.repository).finish_non_exhaustive()
    }
}

impl Metadata for Images {
    fn image(&self, tag: &str, within: Duration) -> Result<Option<ImageMetadata>, MetadataError> {
        if let Some(known) = self.known().get(tag) {
            return Ok(known.clone());
        }
        let unavailable = |failed: &Failed| MetadataError::Unavailable(failed.message.clone());
        let target = self.target.as_ref().map_err(unavailable)?;
        let asked = async { time::timeout(within, self.registry.image(target, tag)).await };
        let facts = match self.runtime.block_on(asked) {
            Err(_) => return Err(MetadataError::Timeout(within)),
            Ok(Ok(facts)) => Some(facts),
            Ok(Err(error)) if error.kind == RegistryErrorKind::NotFound => None,
            Ok(Err(error)) => return Err(MetadataError::Unavailable(error.to_string())),
        };
        let first_seen = self.store.first_seen(&self.repository, tag);
        let first_seen =
            first_seen.map_err(|error| MetadataError::Unavailable(error.to_string()))?;
        // What the store does not know yet was seen in this very pass.
        let first_seen = Some(first_seen.unwrap_or(self.now));
        let image = facts.map(|facts| ImageMetadata { facts, first_seen });
        self.known().insert(tag.to_owned(), image.clone());
        Ok(image)
    }
}

impl Images {
    fn known(&self) -> std::sync::MutexGuard<'_, HashMap<String, Option<ImageMetadata>>> {
        // Entries are whole at every moment, whoever panicked meanwhile.
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
