//! What surrounds a question: image, current tag, time, and what is known of images.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::{images::Image, question::Surroundings};

#[derive(Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Given {
    image: Option<String>,
    current: Option<String>,
    now: Option<Time>,
    /// What is known of images, by tag; of others nothing is.
    images: Option<BTreeMap<String, Known>>,
}

/// An image, its moments as they are written.
#[derive(Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct Known {
    digest: String,
    created: Option<Time>,
    first_seen: Option<Time>,
    size: u64,
    platforms: Vec<String>,
    labels: BTreeMap<String, String>,
    annotations: BTreeMap<String, String>,
}

impl From<Known> for Image {
    fn from(known: Known) -> Self {
        let Known { digest, created, first_seen, size, platforms, labels, annotations } = known;
        let (created, first_seen) = (created.map(|at| at.0), first_seen.map(|at| at.0));
        Self { digest, created, first_seen, size, platforms, labels, annotations }
    }
}

/// A moment: `2026-06-01T12:00:00Z`, or seconds since 1970.
#[derive(Clone, Copy, Deserialize)]
#[serde(try_from = "String")]
pub(super) struct Time(u64);

impl TryFrom<String> for Time {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        if let Ok(seconds) = text.parse() {
            return Ok(Self(seconds));
        }
        let moment: jiff::Timestamp = text
            .parse()
            .map_err(|error| format!("{text} is no moment like 2026-06-01T12:00:00Z: {error}"))?;
        u64::try_from(moment.as_second()).map(Self).map_err(|_| format!("{text} is before 1970"))
    }
}

impl Given {
    /// What is given here, else what all cases are given.
    pub(super) fn or(self, all: &Self) -> Surroundings {
        let all = all.clone();
        let images = self.images.or(all.images).unwrap_or_default();
        Surroundings {
            image: self.image.or(all.image).unwrap_or_default(),
            current: self.current.or(all.current),
            now: self.now.or(all.now).map_or(0, |Time(now)| now),
            explain: false,
            images: images.into_iter().map(|(tag, known)| (tag, Some(known.into()))).collect(),
        }
    }
}
