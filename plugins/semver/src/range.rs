//! Ranges of versions.

mod constraint;
mod hyphen;
mod parse;

pub use parse::ConstraintError;

use crate::Version;
use constraint::Constraint;

/// A range of versions: groups of constraints, of which one must hold.
#[derive(Debug)]
pub struct Range {
    groups: Vec<Group>,
}

/// Constraints that must all hold.
#[derive(Debug)]
struct Group {
    constraints: Vec<Constraint>,
    /// Prereleases are in a group only where one of its constraints names one.
    names_prerelease: bool,
}

/// Why a version is not in a range.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// It is a prerelease, and no group names one.
    Prerelease,
    /// It is outside of every group.
    Outside,
}

impl Range {
    /// Parses a range.
    pub fn parse(range: &str) -> Result<Self, ConstraintError> {
        parse::groups(range).map(|groups| Self { groups })
    }

    /// Whether a version is in this range, and if not, why.
    pub fn check(&self, version: Version<'_>) -> Result<(), Refusal> {
        let mut refusal = Refusal::Prerelease;
        for group in &self.groups {
            if version.is_prerelease() && !group.names_prerelease {
                continue;
            }
            if group.constraints.iter().all(|c| c.admits(version)) {
                return Ok(());
            }
            refusal = Refusal::Outside;
        }
        Err(refusal)
    }
}

impl Group {
    fn new(constraints: Vec<Constraint>) -> Self {
        let names_prerelease = constraints.iter().any(Constraint::names_prerelease);
        Self { constraints, names_prerelease }
    }
}
