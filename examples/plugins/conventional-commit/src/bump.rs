//! How far a version moved.

/// How far a version moved, the least first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Bump {
    /// These are no versions, or the core of them did not move.
    Other,
    /// The third number.
    Patch,
    /// The second number.
    Minor,
    /// The first number: something may break.
    Major,
}

impl Bump {
    /// Compares two tags.
    pub fn between(old: &str, new: &str) -> Self {
        let (Some(old), Some(new)) = (numbers(old), numbers(new)) else {
            return Self::Other;
        };
        match (0..3).find(|place| old[*place] != new[*place]) {
            Some(0) => Self::Major,
            Some(1) => Self::Minor,
            Some(_) => Self::Patch,
            None => Self::Other,
        }
    }
}

/// The three numbers of a version.
fn numbers(tag: &str) -> Option<[u64; 3]> {
    let core = tag.strip_prefix('v').unwrap_or(tag).split(['-', '+']).next()?;
    let mut numbers = core.split('.').map(|number| number.parse().ok());
    let three = [numbers.next()??, numbers.next()??, numbers.next()??];
    numbers.next().is_none().then_some(three)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tells_how_far_a_version_moved() {
        assert_eq!(Bump::between("1.2.3", "1.2.4"), Bump::Patch);
        assert_eq!(Bump::between("v1.2.3", "v1.3.0-rc.1"), Bump::Minor);
        assert_eq!(Bump::between("1.9.9", "2.0.0"), Bump::Major);
        assert_eq!(Bump::between("1.2.3-rc.1", "1.2.3"), Bump::Other);
        assert_eq!(Bump::between("latest", "1.2.3"), Bump::Other);
    }
}
