use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// What a registry tells of one image.
///
/// Of an index, labels, creation time and size are those of one platform's
/// image: `linux/amd64`, or else the first platform by name.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ImageFacts {
    /// The digest that the tag pointed to, `sha256:…`: of the index where there is one.
    pub digest: String,
    /// The media type of what has that digest.
    pub media_type: String,
    /// When the image was built, in seconds since 1970-01-01 UTC, as its builder
    /// says; none where the builder says nothing, or a time before 1970.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created: Option<u64>,
    /// The labels of the image's configuration.
    #[serde(default)]
    pub labels: BTreeMap<String, String>,
    /// The annotations of manifest and index; the index has the last word.
    #[serde(default)]
    pub annotations: BTreeMap<String, String>,
    /// For what it was built, e.g. `linux/amd64` and `linux/arm/v7`, in order.
    #[serde(default)]
    pub platforms: Vec<String>,
    /// How many bytes a pull takes: configuration and layers of one platform, as stored.
    pub size: u64,
}
