use async_trait::async_trait;
use tagwarden_core::tags::TagSet;
use tagwarden_reconcile::ports::{ImageFacts, Registry, RegistryError, Target};
use tracing::Instrument;

use crate::{
    digest, image,
    options::Options,
    scan,
    session::{Session, Shared},
};

/// Talks to any number of registries over HTTP. Keep one for the life of the
/// process: it remembers connections, tokens, and who asked for patience.
pub struct RegistryClient {
    shared: Shared,
}

impl RegistryClient {
    /// A client with other limits than the default ones.
    #[must_use]
    pub fn with(options: Options) -> Self {
        Self { shared: Shared::new(options) }
    }
}

impl Default for RegistryClient {
    fn default() -> Self {
        Self::with(Options::default())
    }
}

impl std::fmt::Debug for RegistryClient {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RegistryClient").finish_non_exhaustive()
    }
}

#[async_trait]
impl Registry for RegistryClient {
    async fn tags(&self, target: &Target) -> Result<TagSet, RegistryError> {
        let span = tracing::debug_span!("list tags", image.repository = %target.image);
        let work = async { scan::tags(&Session::open(&self.shared, target).await?).await };
        work.instrument(span).await
    }

    async fn digest(&self, target: &Target, tag: &str) -> Result<String, RegistryError> {
        let span = tracing::debug_span!("resolve digest", image.repository = %target.image, tag);
        let work = async { digest::of(&Session::open(&self.shared, target).await?, tag).await };
        Ok(work.instrument(span).await?.to_string())
    }

    async fn image(&self, target: &Target, tag: &str) -> Result<ImageFacts, RegistryError> {
        let span = tracing::debug_span!("read image", image.repository = %target.image, tag);
        let work = async {
            let session = Session::open(&self.shared, target).await?;
            let digest = digest::of(&session, tag).await?;
            image::facts(&session, &digest).await
        };
        work.instrument(span).await
    }
}
