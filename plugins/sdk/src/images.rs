//! What there is to know of the images behind tags, for plugins that are granted
//! `metadata`.

use std::collections::BTreeMap;

/// An image, or an index of images for several platforms.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Image {
    /// The digest that the tag points to.
    pub digest: String,
    /// When it was built, in seconds since 1970-01-01 UTC, as its builder says.
    pub created: Option<u64>,
    /// When the host first saw the tag, in seconds since 1970-01-01 UTC.
    pub first_seen: Option<u64>,
    /// How many bytes a pull takes.
    pub size: u64,
    /// What it runs on, e.g. `linux/amd64`.
    pub platforms: Vec<String>,
    /// The labels of its configuration.
    pub labels: BTreeMap<String, String>,
    /// The annotations of its manifest or index.
    pub annotations: BTreeMap<String, String>,
}

/// The images behind the tags of one call.
///
/// A plugin that looks one up imports `metadata`, and does not load without that
/// grant; one that does not look never imports it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Images(Source);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Source {
    /// The registry, by way of the host.
    #[cfg(target_arch = "wasm32")]
    Host,
    /// What a test makes up.
    Known(BTreeMap<u32, Image>),
}

impl Default for Source {
    fn default() -> Self {
        Self::Known(BTreeMap::new())
    }
}

impl Images {
    /// Images known beforehand, each by its tag's index; others there are none.
    pub fn known(images: impl IntoIterator<Item = (u32, Image)>) -> Self {
        Self(Source::Known(images.into_iter().collect()))
    }

    /// Those that the host knows.
    #[cfg(target_arch = "wasm32")]
    pub(crate) fn of_host() -> Self {
        Self(Source::Host)
    }

    /// What is known of the image behind a tag, by the tag's index; none when the
    /// registry has no image by that tag. A call may look up 64 images.
    #[must_use]
    pub fn lookup(&self, index: u32) -> Option<Image> {
        match &self.0 {
            #[cfg(target_arch = "wasm32")]
            Source::Host => crate::glue::images::lookup(index),
            Source::Known(images) => images.get(&index).cloned(),
        }
    }
}
