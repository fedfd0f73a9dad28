//! Durations in nanoseconds, as text.

use crate::text::quote::quote;

const SECOND: u64 = 1_000_000_000;

/// Go's text of a duration, e.g. `1h2m3.5s`.
pub(crate) fn format(nanos: i64) -> String {
    let size = nanos.unsigned_abs();
    let sign = if nanos < 0 { "-" } else { "" };
    let text = match size {
        0 => return "0s".to_owned(),
        1..1_000 => format!("{size}ns"),
        1_000..1_000_000 => format!("{}µs", fraction(size, 1_000)),
        1_000_000..SECOND => format!("{}ms", fraction(size, 1_000_000)),
        _ => {
            let seconds = fraction(size % (60 * SECOND), SECOND);
            match (size / (3600 * SECOND), size / (60 * SECOND) % 60) {
                (0, 0) => format!("{seconds}s"),
                (0, minutes) => format!("{minutes}m{seconds}s"),
                (hours, minutes) => format!("{hours}h{minutes}m{seconds}s"),
            }
        }
    };
    format!("{sign}{text}")
}

/// `size / unit` with as many decimals as it has.
fn fraction(size: u64, unit: u64) -> String {
    let (whole, rest) = (size / unit, size % unit);
    if rest == 0 {
        return whole.to_string();
    }
    let width = unit.ilog10() as usize;
    let digits = format!("{rest:0width$}");
    format!("{whole}.{}", digits.trim_end_matches('0'))
}

fn unit(name: &[u8]) -> Option<u64> {
    Some(match name {
        b"ns" => 1,
        b"us" | b"\xC2\xB5s" | b"\xCE\xBCs" => 1_000,
        b"ms" => 1_000_000,
        b"s" => SECOND,
        b"m" => 60 * SECOND,
        b"h" => 3600 * SECOND,
        _ => return None,
    })
}

/// Reads a duration, e.g. `-1.5h`.
pub(crate) fn parse(text: &[u8]) -> Result<i64, String> {
    let shown = || quote(text, '"', false);
    let invalid = || format!("time: invalid duration {}", shown());
    let (negative, mut rest) = match text.split_first() {
        Some((b'-', rest)) => (true, rest),
        Some((b'+', rest)) => (false, rest),
        _ => (false, text),
    };
    if rest == b"0" {
        return Ok(0);
    }
    if rest.is_empty() {
        return Err(invalid());
    }
    let mut total = 0_u64;
    while !rest.is_empty() {
        let whole = digits(rest);
        rest = &rest[whole.len()..];
        let mut part: &[u8] = b"";
        if let Some(after) = rest.strip_prefix(b".") {
            part = digits(after);
            rest = &after[part.len()..];
        }
        if whole.is_empty() && part.is_empty() {
            return Err(invalid());
        }
        let end = rest.iter().position(|b| *b == b'.' || b.is_ascii_digit());
        let (name, after) = rest.split_at(end.unwrap_or(rest.len()));
        if name.is_empty() {
            return Err(format!("time: missing unit in duration {}", shown()));
        }
        let unit = unit(name).ok_or_else(|| {
            let name = quote(name, '"', false);
            format!("time: unknown unit {name} in duration {}", shown())
        })?;
        rest = after;
        total = nanos(whole, part, unit)
            .and_then(|nanos| total.checked_add(nanos))
            .filter(|&total| total <= 1 << 63)
            .ok_or_else(invalid)?;
    }
    if negative {
        return Ok(0_i64.wrapping_sub(total as i64));
    }
    i64::try_from(total).map_err(|_| invalid())
}

fn digits(text: &[u8]) -> &[u8] {
    let end = text.iter().position(|b| !b.is_ascii_digit()).unwrap_or(text.len());
    &text[..end]
}

fn nanos(whole: &[u8], part: &[u8], unit: u64) -> Option<u64> {
    let add = |value: u64, b: &u8| value.checked_mul(10)?.checked_add(u64::from(b - b'0'));
    let whole = whole.iter().try_fold(0_u64, add)?.checked_mul(unit)?;
    let (mut value, mut scale) = (0_u64, 1.0);
    for b in part {
        if value > (i64::MAX as u64) / 10 {
            break;
        }
        value = value * 10 + u64::from(b - b'0');
        scale *= 10.0;
    }
    whole.checked_add((value as f64 * (unit as f64 / scale)) as u64)
}
