//! What the operator holds a policy's choice against.

use std::{fmt, time::Duration};

use serde::{Deserialize, Serialize};

/// Conditions on a selection, whatever plugin makes it. A guard never chooses;
/// it removes candidates, or leaves the selection as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Guards {
    /// Whether a selection may be left for one that ranks below it.
    pub downgrade: Downgrade,
    /// How old a tag must be to be selected.
    pub minimum_age: Option<Duration>,
    /// From when its age counts.
    pub age: Age,
    /// A tag to stay at for some time.
    pub hold: Option<Hold>,
}

/// Whether a selection may be left for one that ranks below it, in the eyes of
/// the policy itself: asked for the better of the two, it names the present one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Downgrade {
    /// Only when the registry no longer has the selected tag, as with Flux.
    #[default]
    WhenGone,
    /// Never, not even then.
    Never,
    /// Always.
    Allowed,
}

/// From when a tag's age counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Age {
    /// From the image's creation by its own account; where it gives none, from
    /// when the tag was first seen.
    #[default]
    Created,
    /// From when the tag was first seen, which no builder can set back.
    FirstSeen,
}

/// A tag to stay at for some time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hold {
    /// The tag; the one that is selected now when `None`.
    pub tag: Option<String>,
    /// Until when, in seconds since 1970-01-01 UTC.
    pub until: u64,
}

/// Which guard it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Guard {
    /// [`Guards::downgrade`].
    Downgrade,
    /// [`Guards::minimum_age`].
    MinimumAge,
    /// [`Guards::hold`].
    Hold,
}

impl fmt::Display for Guard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Downgrade => "downgrade",
            Self::MinimumAge => "minimum age",
            Self::Hold => "hold",
        })
    }
}
