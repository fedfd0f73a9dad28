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
    ports::{ImageMetadata, Listing, Metadata, MetadataError, Registry, RegistryErrorKind, Target},
    scan::target,
};

impl Reconciler {
    /// Who to ask about the repository's images; since when each is known is in
    /// the list.
    pub(crate) fn images(
        &self,
        repository: &ImageRepository,
        inventory: &Inventory,
        now: u64,
        listing: Option<Listing>,
    ) -> Arc<dyn Metadata> {
        Arc::new(Images {
            registry: self.registry.clone(),
            listing,
            repository: repository.name.clone(),
            target: target(repository, inventory),
            now,
            runtime: Handle::current(),
            known: Mutex::default(),
        })
    }
}

/// The images of one repository, each asked for once in a pass.
struct Images {
    registry: Arc<dyn Registry>,
    listing: Option<Listing>,
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
        // What no list knows yet was seen in this very pass.
        let listed = self.listing.as_ref().and_then(|listing| listing.first_seen(tag));
        let first_seen = Some(listed.unwrap_or(self.now));
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
