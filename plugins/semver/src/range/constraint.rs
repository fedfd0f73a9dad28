//! One constraint of a range, and what it admits.

use crate::version::{Version, compare_identifiers};

/// What relates a version to the bound.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Operator {
    Equal,
    NotEqual,
    Greater,
    Less,
    GreaterOrEqual,
    LessOrEqual,
    Tilde,
    Caret,
}

/// How many numbers of the bound are given; the others are wildcards or missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Given {
    Nothing,
    Major,
    MajorMinor,
    Everything,
}

/// An operator and a bound, e.g. `>=1.2`.
#[derive(Debug)]
pub(super) struct Constraint {
    pub(super) operator: Operator,
    pub(super) given: Given,
    pub(super) major: u64,
    pub(super) minor: u64,
    pub(super) patch: u64,
    pub(super) prerelease: String,
}

impl Constraint {
    pub(super) fn names_prerelease(&self) -> bool {
        !self.prerelease.is_empty()
    }

    /// Whether a version satisfies this constraint. That prereleases count at all
    /// is for the group to decide.
    pub(super) fn admits(&self, version: Version<'_>) -> bool {
        match self.operator {
            Operator::Equal if self.given == Given::Everything => self.equals(version),
            Operator::Equal | Operator::Tilde => self.admits_by_tilde(version),
            Operator::NotEqual => self.differs(version),
            Operator::Greater => self.is_exceeded_by(version),
            Operator::Less => version < self.bound(),
            Operator::GreaterOrEqual => version >= self.bound(),
            Operator::LessOrEqual => self.is_not_exceeded_by(version),
            Operator::Caret => self.admits_by_caret(version),
        }
    }

    fn bound(&self) -> Version<'_> {
        Version {
            major: self.major,
            minor: self.minor,
            patch: self.patch,
            prerelease: &self.prerelease,
        }
    }

    fn equals(&self, version: Version<'_>) -> bool {
        version == self.bound()
    }

    /// `!=1.x`: not the given numbers. With a patch wildcard the prerelease must
    /// differ where one is involved, as in the reference.
    fn differs(&self, version: Version<'_>) -> bool {
        let major_differs = version.major != self.major;
        match self.given {
            Given::Nothing | Given::Everything => !self.equals(version),
            Given::Major => major_differs,
            Given::MajorMinor => {
                let differs = major_differs || version.minor != self.minor;
                differs || compare_identifiers(version.prerelease, &self.prerelease).is_ne()
            }
        }
    }

    /// `>1` wants 2 and more, `>1.2` wants 1.3 and more.
    fn is_exceeded_by(&self, version: Version<'_>) -> bool {
        match self.given {
            Given::Nothing | Given::Everything => version > self.bound(),
            Given::Major => version.major > self.major,
            Given::MajorMinor => (version.major, version.minor) > (self.major, self.minor),
        }
    }

    /// `<=1` takes all of 1, `<=1.2` all of 1.2; `<=*` takes all of 0.0.
    fn is_not_exceeded_by(&self, version: Version<'_>) -> bool {
        match self.given {
            Given::Everything => version <= self.bound(),
            Given::Major => version.major <= self.major,
            Given::Nothing | Given::MajorMinor => {
                (version.major, version.minor) <= (self.major, self.minor)
            }
        }
    }

    /// `~1.2.3` takes 1.2.3 and later patches, `~1` all of 1, `~*` and `~0.0.0` all.
    fn admits_by_tilde(&self, version: Version<'_>) -> bool {
        if version < self.bound() {
            return false;
        }
        let is_zero = (self.major, self.minor, self.patch) == (0, 0, 0);
        match self.given {
            Given::Nothing | Given::Everything if is_zero => true,
            Given::Major => version.major == self.major,
            _ => (version.major, version.minor) == (self.major, self.minor),
        }
    }

    /// `^1.2.3` takes what follows up to the next change of the first number that
    /// is not zero.
    fn admits_by_caret(&self, version: Version<'_>) -> bool {
        if version < self.bound() {
            return false;
        }
        if self.major > 0 || self.given == Given::Major {
            return version.major == self.major;
        }
        if self.minor > 0 || self.given == Given::MajorMinor {
            return (version.major, version.minor) == (0, self.minor);
        }
        (version.major, version.minor, version.patch) == (0, 0, self.patch)
    }
}
