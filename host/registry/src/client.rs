use std::sync::Arc;

use async_trait::async_trait;
use tagwarden_core::{spec::Signers, tags::TagSet};
use tagwarden_reconcile::ports::{
    ImageFacts, Registry, RegistryError, Signed, Target, VerificationError,
};
use tracing::Instrument;

use crate::{
    StateStore, cosign,
    digest::{self, Digest},
    image,
    options::Options,
    scan,
    session::{Session, Shared},
};

/// Talks to any number of registries over HTTP. Keep one for the life of the
/// process: it remembers connections, tokens, and who asked for patience.
pub struct RegistryClient {
    pub(crate) shared: Shared,
    memory: Option<Arc<StateStore>>,
}

impl RegistryClient {
    /// A client with other limits than the default ones.
    #[must_use]
    pub fn with(options: Options) -> Self {
        Self { shared: Shared::new(options), memory: None }
    }

    /// The same client, which keeps what it learns of images in the store.
    #[must_use]
    pub fn remembering(self, store: Arc<StateStore>) -> Self {
        Self { memory: Some(store), ..self }
    }

    /// What is known of an image. A store that cannot be read or written costs
    /// requests, not the answer.
    fn recall(&self, digest: &Digest) -> Option<ImageFacts> {
        let known = self.memory.as_ref()?.facts(digest.as_str());
        known.inspect_err(|error| tracing::warn!("{error}")).ok().flatten()
    }

    fn remember(&self, facts: &ImageFacts) {
        let put = self.memory.as_ref().map(|memory| memory.put_facts(facts));
        if let Some(Err(error)) = put {
            tracing::warn!("{error}");
        }
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
            if let Some(facts) = self.recall(&digest) {
                return Ok(facts);
            }
            let facts = image::facts(&session, &digest).await?;
            self.remember(&facts);
            Ok(facts)
        };
        work.instrument(span).await
    }

    async fn verify(
        &self,
        target: &Target,
        digest: &str,
        wanted: &Signers,
    ) -> Result<Signed, VerificationError> {
        let span = tracing::debug_span!("verify", image.repository = %target.image, digest);
        let work = async {
            let session = Session::open(&self.shared, target).await?;
            Ok(cosign::verify(&session, digest, wanted).await?.0)
        };
        work.instrument(span).await
    }
}
