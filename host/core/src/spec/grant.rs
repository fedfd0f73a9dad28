//! What a plugin may have beyond its input.

use std::{collections::BTreeSet, fmt, str::FromStr};

/// Something a plugin may be given beyond its input; nothing is by default.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Grant {
    /// To ask about the images behind the tags it is given.
    Metadata,
    /// To import WASI and find nothing there: no files, network, environment
    /// or arguments, a clock that stands still, randomness that repeats.
    Wasi,
}

/// A plugin's grants.
pub type Grants = BTreeSet<Grant>;

impl Grant {
    /// Every grant there is.
    pub const ALL: [Self; 2] = [Self::Metadata, Self::Wasi];

    /// The word that manifests and the command line use.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Metadata => "metadata",
            Self::Wasi => "wasi",
        }
    }
}

impl fmt::Display for Grant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Grant {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let found = Self::ALL.into_iter().find(|grant| grant.name() == text);
        found.ok_or_else(|| format!("{text:?} is no grant: there are metadata and wasi"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_grant_is_known_by_its_name() {
        for grant in Grant::ALL {
            assert_eq!(grant.name().parse(), Ok(grant));
        }
        assert!("network".parse::<Grant>().unwrap_err().contains("metadata and wasi"));
    }
}
