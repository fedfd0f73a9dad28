//! The records of `wit/metadata.wit`.

use std::collections::BTreeMap;

use tagwarden_reconcile::ports::ImageMetadata;
use wasmtime::component::{ComponentType, Lower};

#[derive(Clone, Debug, ComponentType, Lower)]
#[component(record)]
pub(super) struct Image {
    digest: String,
    created: Option<u64>,
    #[component(name = "first-seen")]
    first_seen: Option<u64>,
    size: u64,
    platforms: Vec<String>,
    labels: Vec<Attribute>,
    annotations: Vec<Attribute>,
}

#[derive(Clone, Debug, ComponentType, Lower)]
#[component(record)]
pub(super) struct Attribute {
    name: String,
    value: String,
}

impl From<ImageMetadata> for Image {
    fn from(ImageMetadata { facts: image, first_seen }: ImageMetadata) -> Self {
        Self {
            digest: image.digest,
            created: image.created,
            first_seen,
            size: image.size,
            platforms: image.platforms,
            labels: attributes(image.labels),
            annotations: attributes(image.annotations),
        }
    }
}

fn attributes(map: BTreeMap<String, String>) -> Vec<Attribute> {
    map.into_iter().map(|(name, value)| Attribute { name, value }).collect()
}
