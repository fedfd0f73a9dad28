use std::{fmt, time::Duration};

use super::ImageFacts;

/// Tells what is known of the images of one repository: what a plugin that was
/// granted `metadata` may ask, and what a minimum age is measured by.
///
/// Blocking: a plugin that asks waits for the answer. Call from a blocking thread.
pub trait Metadata: fmt::Debug + Send + Sync {
    /// The image behind `tag`, asked for no longer than `within`; `None` when
    /// the registry has no image by that tag.
    fn image(&self, tag: &str, within: Duration) -> Result<Option<ImageMetadata>, MetadataError>;
}

/// What is known of the image behind a tag.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ImageMetadata {
    /// What the registry tells.
    pub facts: ImageFacts,
    /// When the host first saw the tag, in seconds since 1970-01-01 UTC.
    pub first_seen: Option<u64>,
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
