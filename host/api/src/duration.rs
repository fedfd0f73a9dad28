//! Go's durations, as Flux's fields take them.

use std::time::Duration;

use crate::fields::{Field, quoted};

/// Which units a field takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Units {
    /// `h`, `m`, `s`, `ms`: of an interval.
    Interval,
    /// `m`, `s`, `ms`: of a timeout.
    Timeout,
    /// Whatever Go reads: the oldest GitRepository.
    Go,
}

/// Go counts in signed 64-bit nanoseconds.
const MAX_NANOSECONDS: u128 = i64::MAX as u128;

/// Reads a field's duration.
pub(crate) fn duration(field: &Field<'_>, units: Units) -> Option<Duration> {
    use crate::tree::Value;
    if let Value::Number(number) = &field.node().value {
        field
            .invalid("a duration needs a unit", Some(&format!("write `{number}s` or `{number}m`")));
        return None;
    }
    let text = field.text()?;
    let duration = parse(text, units);
    if duration.is_none() {
        let problem = format!("{} is not a duration that this field takes", quoted(text));
        field.invalid(problem, Some(hint(text, units)));
    }
    duration
}

fn hint(text: &str, units: Units) -> &'static str {
    let ends_in = |unit: char| text.strip_suffix(unit).is_some_and(|n| n.parse::<f64>().is_ok());
    if text.contains("${") {
        return "substitute the variable before these files are read";
    }
    if text.starts_with('-') {
        return "a duration cannot be negative";
    }
    if ends_in('d') {
        return "days are no unit: write hours, e.g. `24h` for a day";
    }
    match units {
        Units::Timeout if text.contains('h') => "write minutes: hours are no unit here",
        Units::Timeout => "write a number with `m`, `s` or `ms`, e.g. `1m30s`",
        Units::Interval | Units::Go => {
            "write a number with `h`, `m`, `s` or `ms`, e.g. `5m` or `1h30m`"
        }
    }
}

/// Reads a duration as Go does, e.g. `1h30m`; none when it is not one.
#[must_use]
pub fn parse_duration(text: &str) -> Option<Duration> {
    parse(text, Units::Go)
}

/// The duration, as `time.ParseDuration` has it after the field's pattern.
fn parse(text: &str, units: Units) -> Option<Duration> {
    if units == Units::Go && text.trim_start_matches('+') == "0" {
        return Some(Duration::ZERO);
    }
    let mut rest = match units {
        Units::Go => text.strip_prefix('+').unwrap_or(text),
        _ => text,
    };
    if rest.is_empty() {
        return None;
    }
    let mut total = 0_u128;
    while !rest.is_empty() {
        let (part, after) = part(rest, units)?;
        total = total.checked_add(part).filter(|sum| *sum <= MAX_NANOSECONDS)?;
        rest = after;
    }
    Some(Duration::from_nanos(u64::try_from(total).ok()?))
}

/// One number with its unit in nanoseconds, and what follows it.
fn part(text: &str, units: Units) -> Option<(u128, &str)> {
    let (whole, rest) = digits(text);
    let (fraction, rest) = match rest.strip_prefix('.') {
        Some(rest) => digits(rest),
        None => ("", rest),
    };
    let point = text.len() > whole.len() && text[whole.len()..].starts_with('.');
    let complete = !whole.is_empty() && (!point || !fraction.is_empty());
    let enough = match units {
        Units::Go => !whole.is_empty() || !fraction.is_empty(),
        _ => complete,
    };
    let length = rest.find(|c: char| c == '.' || c.is_ascii_digit()).unwrap_or(rest.len());
    let unit = unit(&rest[..length], units)?;
    let whole = if whole.is_empty() { 0 } else { whole.parse::<u64>().ok()? };
    let nanoseconds = u128::from(whole) * unit + share(fraction, unit);
    enough.then_some((nanoseconds, &rest[length..]))
}

fn digits(text: &str) -> (&str, &str) {
    text.split_at(text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len()))
}

/// A decimal fraction of a unit; digits beyond a nanosecond of an hour do not count.
fn share(fraction: &str, unit: u128) -> u128 {
    let digits = &fraction[..fraction.len().min(18)];
    let scale = 10_u128.pow(digits.len() as u32);
    digits.parse::<u128>().map_or(0, |value| value * unit / scale)
}

fn unit(name: &str, units: Units) -> Option<u128> {
    Some(match name {
        "h" if units != Units::Timeout => 3_600_000_000_000,
        "m" => 60_000_000_000,
        "s" => 1_000_000_000,
        "ms" => 1_000_000,
        "us" | "µs" | "μs" if units == Units::Go => 1_000,
        "ns" if units == Units::Go => 1,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn millis(text: &str, units: Units) -> Option<u128> {
        parse(text, units).map(|d| d.as_millis())
    }

    #[test]
    fn reads_what_flux_reads() {
        for (text, expected) in [
            ("5m", 300_000),
            ("1h30m", 5_400_000),
            ("1.5h", 5_400_000),
            ("300ms", 300),
            ("0s", 0),
            ("1m1m", 120_000),
            ("2h0.25s", 7_200_250),
            ("2562047h", 9_223_369_200_000),
        ] {
            assert_eq!(millis(text, Units::Interval), Some(expected), "{text}");
        }
        assert_eq!(millis("90s", Units::Timeout), Some(90_000));
        assert_eq!(millis("+1.s", Units::Go), Some(1_000));
        assert_eq!(millis(".5s", Units::Go), Some(500));
        assert_eq!(millis("1500µs", Units::Go), Some(1));
        assert_eq!(millis("0", Units::Go), Some(0));
    }

    #[test]
    fn refuses_what_flux_refuses() {
        for text in [
            "",
            "5",
            "m",
            "5 m",
            " 5m",
            "5m ",
            "-5m",
            "+5m",
            "1d",
            "1.h",
            ".5h",
            "5M",
            "1e3s",
            "1us",
            "1ns",
            "5m.",
            "1..5s",
            "2562048h",
            "99999999999999999999h",
            "${x}",
            "１m",
            "0",
            "5mm",
            "1h-5m",
        ] {
            assert_eq!(parse(text, Units::Interval), None, "{text}");
        }
        for text in ["1h", "1h30m", "1d"] {
            assert_eq!(parse(text, Units::Timeout), None, "{text}");
        }
        for text in ["-1s", "", "+", ".s", "1", "s"] {
            assert_eq!(parse(text, Units::Go), None, "{text}");
        }
    }
}
