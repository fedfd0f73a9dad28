//! Calendar versions.

/// A date and a counter within it, e.g. `2026.11.2`, `v2026-11-02.3`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Version {
    year: u16,
    month: u8,
    day: u8,
    build: u64,
}

impl Version {
    /// Reads a tag, or says why it is none.
    pub fn parse(tag: &str) -> Result<Self, &'static str> {
        const NONE: &str = "is no calendar version like 2026.11.2 or 2026.11.2-7";
        let numbers = tag.strip_prefix('v').unwrap_or(tag);
        let parts: Option<Vec<u64>> = numbers.split(['.', '-']).map(number).collect();
        let (year, month, day, build) = match parts.as_deref() {
            Some([year, month, day]) => (*year, *month, *day, 0),
            Some([year, month, day, build]) => (*year, *month, *day, *build),
            _ => return Err(NONE),
        };
        if !(1970..=9999).contains(&year) || !(1..=12).contains(&month) || !(1..=31).contains(&day)
        {
            return Err("has a date that is none");
        }
        let small = |number: u64| u8::try_from(number).map_err(|_| NONE);
        let year = u16::try_from(year).map_err(|_| NONE)?;
        Ok(Self { year, month: small(month)?, day: small(day)?, build })
    }
}

/// Digits alone: `parse` would take a sign, too.
fn number(text: &str) -> Option<u64> {
    text.parse().ok().filter(|_| text.bytes().all(|byte| byte.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_dates_as_they_are_written() {
        for tag in ["2026.11.2", "v2026.11.02", "2026-11-2"] {
            let version = Version { year: 2026, month: 11, day: 2, build: 0 };
            assert_eq!(Version::parse(tag), Ok(version), "{tag}");
        }
        assert!(Version::parse("2026.11.2-10") > Version::parse("2026.11.2-9"));
    }

    #[test]
    fn tells_what_is_none() {
        for tag in ["latest", "1.2.3", "2026.13.1", "2026.1", "2026.1.+1", "2026.1.1.1.1", ""] {
            assert!(Version::parse(tag).is_err(), "{tag}");
        }
    }
}
