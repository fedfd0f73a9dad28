//! Ranges of versions: comparisons joined by space or comma, alternatives by
//! `||`, hyphen ranges, wildcards.

use super::version::{Version, compare_prereleases};
use regex::Regex;
use std::cmp::Ordering;
use std::sync::LazyLock;

const MAX_LENGTH: usize = 512;
const MAX_ALTERNATIVES: usize = 32;

/// What a range may say of a version; a `|` in a number is let through here
/// and refused when the number is read.
macro_rules! pattern {
    (version) => {
        concat!(
            r"v?([0-9|xX*]+)(\.[0-9|xX*]+)?(\.[0-9|xX*]+)?",
            r"(-([0-9A-Za-z\-]+(\.[0-9A-Za-z\-]+)*))?",
            r"(\+([0-9A-Za-z\-]+(\.[0-9A-Za-z\-]+)*))?"
        )
    };
    (operator) => {
        r"=||!=|>|<|>=|=>|<=|=<|~|~>|\^"
    };
    (space) => {
        r"[\t\n\f\r ]"
    };
}

static ONE: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let pattern = concat!(
        "^",
        pattern!(space),
        "*(",
        pattern!(operator),
        ")",
        pattern!(space),
        "*(",
        pattern!(version),
        ")",
        pattern!(space),
        "*$"
    );
    Regex::new(pattern).ok()
});

static EACH: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let pattern =
        concat!("(", pattern!(operator), ")", pattern!(space), "*(", pattern!(version), ")");
    Regex::new(pattern).ok()
});

static HYPHEN: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let pattern = concat!(
        pattern!(space),
        "*(",
        pattern!(version),
        ")",
        pattern!(space),
        "+-",
        pattern!(space),
        "+(",
        pattern!(version),
        ")",
        pattern!(space),
        "*"
    );
    Regex::new(pattern).ok()
});

/// A range: alternatives, each of comparisons that must all hold.
pub(super) struct Constraint(Vec<Vec<Comparison>>);

struct Comparison {
    operator: String,
    version: Version,
    /// How many of the numbers are given.
    given: usize,
}

impl Constraint {
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        if text.len() > MAX_LENGTH {
            return Err(format!("constraint string is too long (max {MAX_LENGTH} bytes)"));
        }
        let rewritten = without_hyphens(text);
        let alternatives: Vec<&str> = rewritten.split("||").collect();
        if alternatives.len() > MAX_ALTERNATIVES {
            return Err(format!("too many constraint groups (max {MAX_ALTERNATIVES})"));
        }
        let alternatives: Result<_, _> = alternatives.into_iter().map(comparisons).collect();
        alternatives.map(Self)
    }

    pub(super) fn allows(&self, version: &Version) -> bool {
        self.0.iter().any(|comparisons| {
            let prereleases = comparisons.iter().any(|one| !one.version.pre.is_empty());
            (version.pre.is_empty() || prereleases)
                && comparisons.iter().all(|one| one.allows(version))
        })
    }
}

/// `1.2 - 1.4` as `>= 1.2, <= 1.4`.
fn without_hyphens(text: &str) -> String {
    let mut out = text.to_owned();
    let Some(hyphen) = &*HYPHEN else { return out };
    for groups in hyphen.captures_iter(text) {
        let (Some(whole), Some(low), Some(high)) = (groups.get(0), groups.get(1), groups.get(11))
        else {
            continue;
        };
        let range = format!(">= {}, <= {} ", low.as_str(), high.as_str());
        out = out.replacen(whole.as_str(), &range, 1);
    }
    out
}

fn improper(text: &str) -> String {
    format!("improper constraint: {}", crate::text::quote::quote(text.as_bytes(), '"', false))
}

fn comparisons(text: &str) -> Result<Vec<Comparison>, String> {
    let each = EACH.as_ref().ok_or_else(|| improper(text))?;
    let space = |c: char| matches!(c, '\t' | '\n' | '\x0C' | '\r' | ' ');
    let mut found = Vec::new();
    let mut end = 0;
    for piece in each.find_iter(text) {
        // Between two comparisons stands white space or one comma.
        let gap = &text[end..piece.start()];
        let commas = gap.matches(',').count();
        let first = found.is_empty();
        let blank = gap.chars().all(|c| c == ',' || space(c));
        let joined = if first { commas == 0 } else { commas <= 1 && !gap.is_empty() };
        if !blank || !joined {
            return Err(improper(text));
        }
        found.push(Comparison::parse(piece.as_str())?);
        end = piece.end();
    }
    if found.is_empty() || !text[end..].chars().all(space) {
        return Err(improper(text));
    }
    Ok(found)
}

fn is_wildcard(part: Option<&str>) -> bool {
    matches!(part, None | Some("x" | "X" | "*"))
}

impl Comparison {
    fn parse(text: &str) -> Result<Self, String> {
        let groups =
            ONE.as_ref().and_then(|one| one.captures(text)).ok_or_else(|| improper(text))?;
        let group = |index: usize| groups.get(index).map(|found| found.as_str());
        let part = |index: usize| group(index).map(|part| part.trim_start_matches('.'));
        let pre = group(6).unwrap_or_default();
        let (major, minor) = (group(3).unwrap_or_default(), group(4).unwrap_or_default());
        let (given, version) = if is_wildcard(group(3)) {
            (0, format!("0.0.0{pre}"))
        } else if is_wildcard(part(4)) {
            (1, format!("{major}.0.0{pre}"))
        } else if is_wildcard(part(5)) {
            (2, format!("{major}{minor}.0{pre}"))
        } else {
            (3, group(2).unwrap_or_default().to_owned())
        };
        let version = Version::parse(&version).map_err(|_| "constraint parser error".to_owned())?;
        Ok(Self { operator: group(1).unwrap_or_default().to_owned(), version, given })
    }

    /// Whether a version passes; prereleases were dealt with before.
    fn allows(&self, version: &Version) -> bool {
        let order = version.compare(&self.version);
        match self.operator.as_str() {
            "" | "=" if self.given == 3 => order == Ordering::Equal,
            "" | "=" | "~" | "~>" => self.tilde(version, order),
            "!=" => self.differs(version, order),
            ">" => self.greater(version, order),
            "<" => order == Ordering::Less,
            ">=" | "=>" => order != Ordering::Less,
            "<=" | "=<" => self.at_most(version, order),
            _ => self.caret(version, order),
        }
    }

    fn same(&self, version: &Version, parts: usize) -> bool {
        self.version.numbers[..parts] == version.numbers[..parts]
    }

    fn tilde(&self, version: &Version, order: Ordering) -> bool {
        if order == Ordering::Less {
            return false;
        }
        // A zero version without wildcards in minor or patch means anything.
        if self.version.numbers == [0; 3] && !matches!(self.given, 1 | 2) {
            return true;
        }
        self.same(version, if self.given == 1 { 1 } else { 2 })
    }

    fn differs(&self, version: &Version, order: Ordering) -> bool {
        match self.given {
            3 => order != Ordering::Equal,
            1 => !self.same(version, 1),
            2 if !self.same(version, 2) => true,
            2 => compare_prereleases_or_none(&version.pre, &self.version.pre),
            _ => order != Ordering::Equal,
        }
    }

    fn greater(&self, version: &Version, order: Ordering) -> bool {
        match self.given {
            1 => version.numbers[0] > self.version.numbers[0],
            2 => version.numbers[..2] > self.version.numbers[..2],
            _ => order == Ordering::Greater,
        }
    }

    fn at_most(&self, version: &Version, order: Ordering) -> bool {
        let [major, minor, _] = version.numbers;
        let [most_major, most_minor, _] = self.version.numbers;
        match self.given {
            3 => order != Ordering::Greater,
            1 => major <= most_major,
            _ => major < most_major || major == most_major && minor <= most_minor,
        }
    }

    fn caret(&self, version: &Version, order: Ordering) -> bool {
        if order == Ordering::Less {
            return false;
        }
        let [major, minor, _] = self.version.numbers;
        if major > 0 || self.given == 1 {
            return self.same(version, 1);
        }
        if version.numbers[0] > 0 {
            return false;
        }
        if minor > 0 || self.given == 2 {
            return self.same(version, 2);
        }
        self.same(version, 3)
    }
}

/// Whether two prereleases differ, where either may be missing.
fn compare_prereleases_or_none(a: &str, b: &str) -> bool {
    (!a.is_empty() || !b.is_empty()) && compare_prereleases(a, b) != Ordering::Equal
}
