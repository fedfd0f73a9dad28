use std::time::Duration;

use async_trait::async_trait;
use tagwarden_core::{
    image::ImageName,
    spec::{Provider, Secret, Signers},
    tags::TagSet,
};

use super::ImageFacts;

/// Lists tags, resolves digests, and tells of images.
#[async_trait]
pub trait Registry: Send + Sync {
    /// All tags of the image: the whole list or an error, never a part of it.
    async fn tags(&self, target: &Target) -> Result<TagSet, RegistryError>;

    /// The digest `tag` points to now, `sha256:…`.
    async fn digest(&self, target: &Target, tag: &str) -> Result<String, RegistryError>;

    /// What there is to know of the image that `tag` points to now. The tag is
    /// resolved each time; what has been read of a digest once is not read again.
    async fn image(&self, target: &Target, tag: &str) -> Result<ImageFacts, RegistryError>;

    /// Checks that the manifest `digest` bears the signatures wanted. Asks
    /// nobody but the image's own registry, and trusts it in nothing.
    async fn verify(
        &self,
        target: &Target,
        digest: &str,
        wanted: &Signers,
    ) -> Result<Signed, VerificationError>;
}

/// Who signed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Signed {
    /// The fingerprints of the keys, `sha256:…`, each once.
    pub by: Vec<String>,
}

/// Why signatures did not do.
#[derive(Debug, thiserror::Error)]
pub enum VerificationError {
    /// The registry gave no answer, so nothing is known.
    #[error(transparent)]
    Registry(#[from] RegistryError),
    /// A key that signatures are to be checked by is none.
    #[error("{0}")]
    Key(String),
    /// The signatures wanted are not there, or do not hold.
    #[error("{digest} is not signed as it must be: {reason}")]
    Refused {
        /// What was to be signed.
        digest: String,
        /// What was found instead.
        reason: String,
    },
}

/// One image at one registry, with what it takes to get in.
#[derive(Clone, Debug)]
pub struct Target {
    /// The image.
    pub image: ImageName,
    /// Whether plain HTTP is allowed.
    pub insecure: bool,
    /// How long the whole operation may take.
    pub timeout: Duration,
    /// Credentials.
    pub login: Login,
}

/// Credentials for one registry, as the manifests give them.
#[derive(Clone, Debug, Default)]
pub struct Login {
    /// Pull secrets (`kubernetes.io/dockerconfigjson`), first match wins.
    pub pull_secrets: Vec<Secret>,
    /// `ca.crt`, and `tls.crt` with `tls.key` for a client certificate.
    pub certificates: Option<Secret>,
    /// `address`, and `username` with `password`, of a forward proxy.
    pub proxy: Option<Secret>,
    /// Whose ambient credentials to try.
    pub provider: Provider,
}

/// Why a registry gave no answer.
#[derive(Debug, thiserror::Error)]
#[error("{registry}: {message}")]
pub struct RegistryError {
    /// The registry's host.
    pub registry: String,
    /// What failed and on what; never a secret.
    pub message: String,
    /// What it means for the next try.
    pub kind: RegistryErrorKind,
}

/// What a registry's failure means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RegistryErrorKind {
    /// It refused the credentials, or wants some.
    Unauthorized,
    /// It does not know the image.
    NotFound,
    /// It asked for patience.
    Throttled {
        /// For how long, when it said so.
        retry_after: Option<Duration>,
    },
    /// It could not be reached in time.
    Unreachable,
    /// Its answer made no sense.
    Protocol,
    /// The credentials or certificates given cannot be used as they are.
    Configuration,
}
