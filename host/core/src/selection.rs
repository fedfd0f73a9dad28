//! What a policy decided, and why.

use serde::{Deserialize, Serialize};

use crate::spec::Guard;

/// The tag a policy selected.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Selection {
    /// The image repository, e.g. `registry.example.com/team/checkout`.
    pub image: String,
    /// The selected tag.
    pub tag: String,
    /// What the policy compared: the tag, or what the filter extracted of it.
    pub key: String,
    /// The manifest's digest, where the policy asks for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub digest: Option<String>,
}

impl Selection {
    /// The reference to write: `image:tag`, with `@digest` when it is known.
    #[must_use]
    pub fn reference(&self) -> String {
        match &self.digest {
            None => format!("{}:{}", self.image, self.tag),
            Some(digest) => format!("{}:{}@{digest}", self.image, self.tag),
        }
    }
}

/// What a guard kept from being selected.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stopped {
    /// The tag that the policy chose.
    pub tag: String,
    /// The guard that stopped it.
    pub guard: Guard,
    /// Why.
    pub reason: String,
}

/// Why a tag is, or is not, the selected one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "verdict", rename_all = "kebab-case")]
pub enum Verdict {
    /// The repository's exclusion list dropped the tag at the scan.
    Excluded {
        /// Which pattern it was.
        #[serde(skip_serializing_if = "Option::is_none")]
        reason: Option<String>,
    },
    /// The filter did not keep the tag.
    Filtered {
        /// The filter's word on it, if it gave one.
        #[serde(skip_serializing_if = "Option::is_none")]
        reason: Option<String>,
    },
    /// The policy refused the tag.
    Rejected {
        /// The policy's word on it.
        reason: String,
    },
    /// The policy chose the tag, or would have, and a guard stopped it.
    Guarded {
        /// Which guard.
        guard: Guard,
        /// Why.
        reason: String,
    },
    /// The tag was eligible, but others rank above it.
    Outranked,
    /// The tag that would be selected if the selected one were not there.
    RunnerUp,
    /// The selected tag.
    Selected,
}

/// One line of an explanation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Explained {
    /// The tag.
    pub tag: String,
    /// Its key, when a filter kept it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// What became of it.
    #[serde(flatten)]
    pub verdict: Verdict,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_reference_carries_the_digest_when_known() {
        let mut selection = Selection {
            image: "r.example/a".into(),
            tag: "1.2".into(),
            key: "1.2".into(),
            digest: None,
        };
        assert_eq!(selection.reference(), "r.example/a:1.2");
        selection.digest = Some("sha256:00".into());
        assert_eq!(selection.reference(), "r.example/a:1.2@sha256:00");
    }
}
