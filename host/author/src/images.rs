//! What a plugin that was granted `metadata` is told in a case or a replay.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use serde::{Deserialize, Serialize};
use tagwarden_reconcile::ports::{ImageFacts, ImageMetadata, Metadata, MetadataError};

/// An image, as `lookup` tells of it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Image {
    /// The digest that the tag points to.
    pub digest: String,
    /// When it was built, in seconds since 1970-01-01 UTC.
    pub created: Option<u64>,
    /// When the host first saw the tag, in seconds since 1970-01-01 UTC.
    pub first_seen: Option<u64>,
    /// How many bytes a pull takes.
    pub size: u64,
    /// What it runs on.
    pub platforms: Vec<String>,
    /// The labels of its configuration.
    pub labels: BTreeMap<String, String>,
    /// The annotations of its manifest or index.
    pub annotations: BTreeMap<String, String>,
}

/// Images by their tags; `None` is a tag without an image.
pub type Images = BTreeMap<String, Option<Image>>;

/// Images that are known beforehand. Others there are none.
#[derive(Debug)]
pub(crate) struct Known(pub(crate) Images);

impl Metadata for Known {
    fn image(&self, tag: &str, _within: Duration) -> Result<Option<ImageMetadata>, MetadataError> {
        Ok(self.0.get(tag).cloned().flatten().map(Into::into))
    }
}

/// Remembers what was told.
#[derive(Debug)]
pub(crate) struct Noting {
    asked: Arc<dyn Metadata>,
    told: Mutex<Images>,
}

impl Noting {
    pub(crate) fn new(asked: Arc<dyn Metadata>) -> Self {
        Self { asked, told: Mutex::default() }
    }

    pub(crate) fn told(&self) -> Images {
        self.told.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Metadata for Noting {
    fn image(&self, tag: &str, within: Duration) -> Result<Option<ImageMetadata>, MetadataError> {
        let image = self.asked.image(tag, within)?;
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        told.insert(tag.to_owned(), image.clone().map(Into::into));
        Ok(image)
    }
}

impl From<Image> for ImageMetadata {
    fn from(image: Image) -> Self {
        let Image { digest, created, first_seen, size, platforms, labels, annotations } = image;
        let media_type = String::new();
        let facts =
            ImageFacts { digest, media_type, created, labels, annotations, platforms, size };
        Self { facts, first_seen }
    }
}

impl From<ImageMetadata> for Image {
    fn from(ImageMetadata { facts, first_seen }: ImageMetadata) -> Self {
        let ImageFacts { digest, created, labels, annotations, platforms, size, .. } = facts;
        Self { digest, created, first_seen, size, platforms, labels, annotations }
    }
}
