//! Versions as Flux reads them from tags.

mod short;

use std::cmp::Ordering;

/// A version read from a tag.
///
/// Its order is that of semantic versioning; build metadata does not count.
#[derive(Debug, Clone, Copy)]
pub struct Version<'t> {
    /// The first number.
    pub major: u64,
    /// The second number.
    pub minor: u64,
    /// The third number.
    pub patch: u64,
    /// What follows the hyphen; empty in a release.
    pub prerelease: &'t str,
}

impl<'t> Version<'t> {
    /// Reads a tag; none when it is no version.
    ///
    /// A `v` in front and leading zeros are allowed. A tag needs two dots; they
    /// may stand in the prerelease, though: `1.2-rc.1` is 1.2.0-rc.1.
    #[must_use]
    pub fn parse(tag: &'t str) -> Option<Self> {
        let numbers = tag.strip_prefix('v').unwrap_or(tag);
        if let Some([major, minor, patch]) = short::numbers(numbers.as_bytes()) {
            return Some(Self { major, minor, patch, prerelease: "" });
        }
        let (version, dots) = parse_loosely(tag)?;
        let dots = match dots {
            2 => 2,
            _ => tag.bytes().filter(|byte| *byte == b'.').count(),
        };
        (dots >= 2).then_some(version)
    }

    /// Whether this comes before a release.
    #[must_use]
    pub fn is_prerelease(&self) -> bool {
        !self.prerelease.is_empty()
    }

    fn numbers(&self) -> (u64, u64, u64) {
        (self.major, self.minor, self.patch)
    }
}

/// Reads a version whose second and third numbers may be missing, and says how
/// many dots there were between its numbers.
pub(crate) fn parse_loosely(text: &str) -> Option<(Version<'_>, usize)> {
    let text = text.strip_prefix('v').unwrap_or(text);
    let (major, mut rest) = number(text)?;
    let mut version = Version { major, minor: 0, patch: 0, prerelease: "" };
    let mut dots = 0;
    for part in [&mut version.minor, &mut version.patch] {
        let Some(after) = rest.strip_prefix('.') else {
            break;
        };
        (*part, rest) = number(after)?;
        dots += 1;
    }
    if rest.is_empty() {
        return Some((version, dots));
    }
    if let Some(after) = rest.strip_prefix('-') {
        let end = identifiers(after)?;
        (version.prerelease, rest) = after.split_at(end);
        if has_number_with_leading_zero(version.prerelease) {
            return None;
        }
    }
    if let Some(after) = rest.strip_prefix('+') {
        rest = &after[identifiers(after)?..];
    }
    rest.is_empty().then_some((version, dots))
}

/// Reads a number of at least one digit; none beyond 64 bits.
fn number(text: &str) -> Option<(u64, &str)> {
    let mut value = 0_u64;
    let mut length = 0;
    for byte in text.bytes() {
        let digit = byte.wrapping_sub(b'0');
        if digit > 9 {
            break;
        }
        length += 1;
        // Nineteen digits always fit.
        value = if length < 20 {
            value * 10 + u64::from(digit)
        } else {
            value.checked_mul(10)?.checked_add(u64::from(digit))?
        };
    }
    (length > 0).then(|| (value, &text[length..]))
}

/// How long the dot-separated identifiers at the start of `text` are; none when
/// the first is empty. A dot that no identifier follows is not taken.
pub(crate) fn identifiers(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    let is_identifier = |at: usize| {
        let byte = bytes.get(at);
        byte.is_some_and(|byte| byte.is_ascii_alphanumeric() || *byte == b'-')
    };
    let mut end = 0;
    while is_identifier(end) || (end > 0 && bytes.get(end) == Some(&b'.') && is_identifier(end + 1))
    {
        end += 1;
    }
    (end > 0).then_some(end)
}

fn has_number_with_leading_zero(prerelease: &str) -> bool {
    prerelease.split('.').any(|identifier| {
        identifier.len() > 1
            && identifier.starts_with('0')
            && identifier.bytes().all(|byte| byte.is_ascii_digit())
    })
}

impl Ord for Version<'_> {
    fn cmp(&self, other: &Self) -> Ordering {
        let by_numbers = self.numbers().cmp(&other.numbers());
        by_numbers.then_with(|| compare_prereleases(self.prerelease, other.prerelease))
    }
}

impl PartialOrd for Version<'_> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Version<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Version<'_> {}

/// A release comes after its prereleases.
fn compare_prereleases(a: &str, b: &str) -> Ordering {
    match (a.is_empty(), b.is_empty()) {
        (true, true) => Ordering::Equal,
        (true, false) => Ordering::Greater,
        (false, true) => Ordering::Less,
        (false, false) => compare_identifiers(a, b),
    }
}

/// Compares identifier by identifier; the list that ends first comes first.
pub(crate) fn compare_identifiers(a: &str, b: &str) -> Ordering {
    let (a, b) = (a.split('.').map(rank), b.split('.').map(rank));
    a.cmp(b)
}

/// Numbers come before words. One beyond 64 bits counts as a word, as in the
/// reference.
fn rank(identifier: &str) -> (bool, u64, &str) {
    match number(identifier) {
        Some((value, "")) => (false, value, ""),
        _ => (true, 0, identifier),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_flux_reads() {
        for tag in [
            "1.2.3",
            "v1.2.3",
            "01.002.0003",
            "1.2.3-rc.1+build.01",
            "1.2-rc.1",
            "1-a.b.c",
            "1+a.b.c",
            "18446744073709551615.0.0",
        ] {
            assert!(Version::parse(tag).is_some(), "{tag}");
        }
    }

    #[test]
    fn refuses_what_flux_refuses() {
        for tag in [
            "",
            "v",
            "latest",
            "1",
            "1.2",
            "1.2-rc",
            "1.2.3.4",
            "V1.2.3",
            "vv1.2.3",
            "1..3",
            "1.2.3-",
            "1.2.3+",
            "1.2.3-a..b",
            "1.2.3-01",
            "1.2.3-rc.01",
            "1.2.3-é",
            " 1.2.3",
            "1.2.3 ",
            "18446744073709551616.0.0",
            "99999999999999999999.0.0",
        ] {
            assert!(Version::parse(tag).is_none(), "{tag}");
        }
    }

    #[test]
    fn orders_as_semantic_versioning_does() {
        let ascending = [
            "0.9.0",
            "1.0.0-1",
            "1.0.0-2",
            "1.0.0-10",
            "1.0.0-99999999999999999999",
            "1.0.0-alpha",
            "1.0.0-alpha.1",
            "1.0.0-alpha.beta",
            "1.0.0-rc",
            "1.0.0",
            "1.0.1",
            "1.2.0",
            "1.10.0",
            "10.0.0",
        ];
        let versions = ascending.map(|tag| Version::parse(tag).unwrap());
        assert!(versions.is_sorted_by(|a, b| a < b), "{versions:?}");
        assert_eq!(Version::parse("1.2.3+a"), Version::parse("v01.2.3+b"));
    }
}
