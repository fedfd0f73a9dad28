use std::{collections::BTreeMap, fmt, time::Duration};

/// Tells what is known of the images of one repository: what a plugin that was
/// granted `metadata` may ask, and what a minimum age is measured by.
///
/// Blocking: a plugin that asks waits for the answer. Call from a blocking thread.
pub trait Metadata: fmt::Debug + Send + Sync {
    /// The image behind `tag`, asked for no longer than `within`; `None` when
    /// the registry has no image by that tag.
    fn image(&self, tag: &str, within: Duration) -> Result<Option<ImageMetadata>, MetadataError>;
}

/// An image, or an index of images for several platforms.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ImageMetadata {
    /// The digest that the tag points to, `sha256:…`.
    pub digest: String,
    /// When it was built, in seconds since 1970-01-01 UTC, by its own account.
    pub created: Option<u64>,
    /// When the host first saw the tag, in seconds since 1970-01-01 UTC.
    pub first_seen: Option<u64>,
    /// How many bytes a pull takes.
    pub size: u64,
    /// What it runs on, e.g. `linux/amd64` and `linux/arm/v7`, in order.
    pub platforms: Vec<String>,
    /// The labels of its configuration.
    pub labels: BTreeMap<String, String>,
    /// The annotations of its manifest or index.
    pub annotations: BTreeMap<String, String>,
}

/// Why nothing could be learned of an image.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MetadataError {
    /// There was no answer in time.
    #[error("no answer within {0:?}")]
    Timeout(Duration),
    /// The registry or the store gave none.
    #[error("{0}")]
    Unavailable(String),
}
