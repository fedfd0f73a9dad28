//! Numbers read as Go's `strconv` reads them.

/// Reads a signed integer; base 0 takes the base from a prefix.
pub(crate) fn parse_int(text: &[u8], base: u32) -> Option<i64> {
    let (negative, digits) = match text.split_first()? {
        (b'-', rest) => (true, rest),
        (b'+', rest) => (false, rest),
        _ => (false, text),
    };
    let value = parse_uint(digits, base)?;
    if negative {
        return 0_i64.checked_sub_unsigned(value);
    }
    i64::try_from(value).ok()
}

/// Reads an unsigned integer; base 0 takes the base from a prefix and allows
/// underscores between digits.
pub(crate) fn parse_uint(text: &[u8], base: u32) -> Option<u64> {
    let (radix, digits) = match (base, text) {
        (0, [b'0', b'x' | b'X', rest @ ..]) => (16, rest),
        (0, [b'0', b'o' | b'O', rest @ ..]) => (8, rest),
        (0, [b'0', b'b' | b'B', rest @ ..]) => (2, rest),
        (0, [b'0', rest @ ..]) if !rest.is_empty() => (8, rest),
        (0, _) => (10, text),
        _ => (base, text),
    };
    if base == 0 && !underscores_separate_digits(text) {
        return None;
    }
    let mut value = 0_u64;
    let mut seen = false;
    for &b in digits {
        if base == 0 && b == b'_' {
            continue;
        }
        let digit = char::from(b).to_digit(radix)?;
        value = value.checked_mul(u64::from(radix))?.checked_add(u64::from(digit))?;
        seen = true;
    }
    seen.then_some(value)
}

/// Whether each underscore stands between digits or after a base prefix.
fn underscores_separate_digits(text: &[u8]) -> bool {
    let mut rest = text.strip_prefix(b"-").or_else(|| text.strip_prefix(b"+")).unwrap_or(text);
    let mut before = b'^';
    let mut hex = false;
    if let [b'0', letter, inner @ ..] = rest
        && b"bBoOxX".contains(letter)
    {
        before = b'0';
        hex = matches!(letter, b'x' | b'X');
        rest = inner;
    }
    for &b in rest {
        let digit = b.is_ascii_digit() || hex && b.is_ascii_hexdigit();
        before = match b {
            _ if digit => b'0',
            b'_' if before == b'0' => b'_',
            b'_' => return false,
            _ if before == b'_' => return false,
            _ => b'!',
        };
    }
    before != b'_'
}

/// Reads a float; `None` also when it is too large.
pub(crate) fn parse_float(text: &[u8]) -> Option<f64> {
    let (negative, digits) = match text.split_first()? {
        (b'-', rest) => (true, rest),
        (b'+', rest) => (false, rest),
        _ => (false, text),
    };
    let sign = |value: f64| if negative { -value } else { value };
    if digits.eq_ignore_ascii_case(b"inf") || digits.eq_ignore_ascii_case(b"infinity") {
        return Some(sign(f64::INFINITY));
    }
    if text.eq_ignore_ascii_case(b"nan") {
        return Some(f64::NAN);
    }
    if let [b'0', b'x' | b'X', hex @ ..] = digits {
        let plain = without_underscores(text, hex, true)?;
        return hex_float(&plain).map(sign);
    }
    let plain = without_underscores(text, digits, false)?;
    decimal_float(&plain).map(sign)
}

/// Go allows underscores in a float only with a base prefix.
fn without_underscores(text: &[u8], digits: &[u8], hex: bool) -> Option<Vec<u8>> {
    if digits.contains(&b'_') && !(hex && underscores_separate_digits(text)) {
        return None;
    }
    Some(digits.iter().copied().filter(|&b| b != b'_').collect())
}

fn decimal_float(digits: &[u8]) -> Option<f64> {
    if !digits.iter().all(|b| b.is_ascii_digit() || b".eE+-".contains(b)) {
        return None;
    }
    let value: f64 = std::str::from_utf8(digits).ok()?.parse().ok()?;
    // The sign was taken off before: another one is a mistake.
    (value.is_finite() && !matches!(digits[0], b'+' | b'-')).then_some(value)
}

fn hex_float(digits: &[u8]) -> Option<f64> {
    let at = digits.iter().position(|b| matches!(b, b'p' | b'P'))?;
    let power = &digits[at + 1..];
    let unsigned = power.strip_prefix(b"-").or_else(|| power.strip_prefix(b"+")).unwrap_or(power);
    if unsigned.is_empty() || !unsigned.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let written = parse_int(power, 10);
    let power = written.unwrap_or(if power[0] == b'-' { -100_000 } else { 100_000 });
    let (mut mantissa, mut exponent, mut sticky) = (0_u64, power.clamp(-100_000, 100_000), false);
    let (mut point, mut seen) = (false, false);
    for &b in &digits[..at] {
        if b == b'.' && !point {
            point = true;
            continue;
        }
        let digit = u64::from(char::from(b).to_digit(16)?);
        seen = true;
        if mantissa >> 60 == 0 {
            mantissa = mantissa << 4 | digit;
            exponent -= if point { 4 } else { 0 };
        } else {
            sticky |= digit != 0;
            exponent += if point { 0 } else { 4 };
        }
    }
    seen.then(|| scale(mantissa, exponent, sticky)).flatten()
}

/// `mantissa · 2^exponent`, rounded to even; `None` when too large.
fn scale(mantissa: u64, exponent: i64, sticky: bool) -> Option<f64> {
    if mantissa == 0 {
        return Some(0.0);
    }
    let zeros = i64::from(mantissa.leading_zeros());
    let (mantissa, exponent) = (u128::from(mantissa << zeros), exponent - zeros);
    let top = exponent + 63;
    let precision = 53 - (-1022 - top).max(0);
    if precision < 0 {
        return Some(0.0);
    }
    let shift = 64 - precision;
    let kept = mantissa >> shift;
    let rest = mantissa & ((1 << shift) - 1);
    let half = 1_u128 << (shift - 1);
    let up = rest > half || rest == half && (sticky || kept & 1 == 1);
    let kept = (kept + u128::from(up)) as f64;
    let power = exponent + shift;
    if power > 971 || power == 971 && kept >= 9_007_199_254_740_992.0 {
        return None;
    }
    Some(kept * power_of_two(power))
}

/// `2^power` for −1074 ≤ power ≤ 1023.
fn power_of_two(power: i64) -> f64 {
    let bits = if power < -1022 { 1 << (power + 1074) } else { (power + 1023) << 52 };
    f64::from_bits(bits as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integers_take_their_base_from_a_prefix() {
        let read = |text: &str| parse_int(text.as_bytes(), 0);
        assert_eq!(read("0x1F"), Some(31));
        assert_eq!(read("-0b11"), Some(-3));
        assert_eq!(read("017"), Some(15));
        assert_eq!(read("0_17"), Some(15));
        assert_eq!(read("1__0"), None);
        assert_eq!(read("089"), None);
        assert_eq!(read("-9223372036854775808"), Some(i64::MIN));
        assert_eq!(read("9223372036854775808"), None);
    }

    #[test]
    fn hexadecimal_floats_round_to_even() {
        let read = |text: &str| parse_float(text.as_bytes());
        assert_eq!(read("0x1p-2"), Some(0.25));
        assert_eq!(read("0x1.8p1"), Some(3.0));
        assert_eq!(read("0x1.00000000000008p0"), Some(1.0));
        assert_eq!(read("0x1.000000000000081p0"), Some(1.000_000_000_000_000_2));
        assert_eq!(read("0x1p-1074"), Some(5e-324));
        assert_eq!(read("0x1p-1075"), Some(0.0));
        assert_eq!(read("0x1p1024"), None);
        assert_eq!(read("0x1"), None);
        assert_eq!(read("1_000"), None);
        assert_eq!(read("0x1_0p0"), Some(16.0));
    }
}
