//! The forms of numbers, but for plain integers.

use super::decimal::Decimal;
use super::{Form, ParseError, hexadecimal};
use std::borrow::Cow;

/// Reads a number in any form.
pub(super) fn parse(text: &str) -> Result<Form<'_>, ParseError> {
    if text.eq_ignore_ascii_case("nan") {
        return Ok(Form::NotANumber);
    }
    let (negative, rest) = split_sign(text);
    if rest.eq_ignore_ascii_case("inf") || rest.eq_ignore_ascii_case("infinity") {
        return Ok(Form::Decimal(Decimal::infinity(negative)));
    }
    let radix = match rest.as_bytes() {
        [b'0', b'x' | b'X', _, ..] => Radix::Hexadecimal,
        _ => Radix::Decimal,
    };
    let number = Written::read(rest, radix).ok_or(ParseError::Syntax)?;
    match radix {
        Radix::Hexadecimal => hexadecimal::value(negative, &number),
        Radix::Decimal => decimal(negative, &number),
    }
}

fn split_sign(text: &str) -> (bool, &str) {
    match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    }
}

/// What digits a number is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Radix {
    Decimal,
    Hexadecimal,
}

impl Radix {
    fn has_digit(self, byte: u8) -> bool {
        match self {
            Self::Decimal => byte.is_ascii_digit(),
            Self::Hexadecimal => byte.is_ascii_hexdigit(),
        }
    }
}

/// A number as it is written, without its sign.
pub(super) struct Written<'t> {
    text: &'t str,
    /// From the first digit that is not zero, with point and underscores.
    pub(super) digits: &'t [u8],
    /// How many digits stand before the point, counted from the first one that is
    /// not zero; negative: how many zeros stand between the point and it.
    pub(super) point: i64,
    /// What follows the exponent sign.
    pub(super) exponent: i64,
}

impl<'t> Written<'t> {
    fn read(text: &'t str, radix: Radix) -> Option<Self> {
        let bytes = text.as_bytes();
        let start = match radix {
            Radix::Decimal => 0,
            Radix::Hexadecimal => 2,
        };
        let end = start + mantissa_length(&bytes[start..], radix)?;
        let exponent = exponent(&bytes[end..], radix)?;
        if bytes.contains(&b'_') && !are_underscores_between_digits(bytes, start, radix) {
            return None;
        }
        let (digits, point) = significant(&bytes[start..end]);
        Some(Self { text, digits, point, exponent })
    }
}

/// How long the digits at the start are, with one point and any underscores; none
/// when there is no digit.
fn mantissa_length(bytes: &[u8], radix: Radix) -> Option<usize> {
    let mut has_point = false;
    let mut has_digit = false;
    let mut length = 0;
    for byte in bytes {
        match byte {
            b'_' => {}
            b'.' if !has_point => has_point = true,
            byte if radix.has_digit(*byte) => has_digit = true,
            _ => break,
        }
        length += 1;
    }
    has_digit.then_some(length)
}

/// Cuts off leading zeros, and finds the point relative to what is left.
fn significant(mantissa: &[u8]) -> (&[u8], i64) {
    let is_zero = |byte: &u8| matches!(byte, b'0' | b'.' | b'_');
    let zeros = mantissa.iter().take_while(|byte| is_zero(byte)).count();
    let (zeros, digits) = mantissa.split_at(zeros);
    let count = |bytes: &[u8]| {
        let digits = bytes.iter().filter(|byte| byte.is_ascii_alphanumeric());
        i64::try_from(digits.count()).unwrap_or(i64::MAX)
    };
    let point_at = |bytes: &[u8]| bytes.iter().position(|byte| *byte == b'.');
    let point = match (point_at(zeros), point_at(digits)) {
        (Some(point), _) => -count(&zeros[point..]),
        (None, Some(point)) => count(&digits[..point]),
        (None, None) => count(digits),
    };
    (digits, point)
}

/// Reads the exponent, which must end the text. One beyond all floats saturates.
fn exponent(bytes: &[u8], radix: Radix) -> Option<i64> {
    let digits = match (radix, bytes) {
        (Radix::Decimal, []) => return Some(0),
        (Radix::Decimal, [b'e' | b'E', digits @ ..])
        | (Radix::Hexadecimal, [b'p' | b'P', digits @ ..]) => digits,
        _ => return None,
    };
    let (negative, digits) = match digits {
        [b'-', digits @ ..] => (true, digits),
        [b'+', digits @ ..] => (false, digits),
        digits => (false, digits),
    };
    if !digits.first()?.is_ascii_digit() {
        return None;
    }
    let mut value = 0_i64;
    for byte in digits {
        match byte {
            b'_' => {}
            b'0'..=b'9' => value = (value * 10 + i64::from(byte - b'0')).min(1 << 40),
            _ => return None,
        }
    }
    Some(if negative { -value } else { value })
}

/// Whether every underscore stands between digits; a prefix counts as a digit.
fn are_underscores_between_digits(bytes: &[u8], prefix: usize, radix: Radix) -> bool {
    let is_digit = |at: usize| bytes.get(at).is_some_and(|byte| radix.has_digit(*byte));
    let mut underscores = (0..bytes.len()).filter(|at| bytes[*at] == b'_');
    underscores.all(|at| {
        let follows_digit = at > 0 && (is_digit(at - 1) || at == prefix);
        follows_digit && is_digit(at + 1)
    })
}

fn decimal<'t>(negative: bool, number: &Written<'t>) -> Result<Form<'t>, ParseError> {
    if number.digits.is_empty() {
        return Ok(Form::ZERO);
    }
    let exponent = number.point.saturating_add(number.exponent);
    match magnitude(number.text, exponent) {
        Magnitude::Zero => Ok(Form::ZERO),
        Magnitude::TooGreat => Err(ParseError::TooGreat),
        Magnitude::Usual => {
            Ok(Form::Decimal(Decimal { negative, exponent, digits: Cow::Borrowed(number.digits) }))
        }
    }
}

/// What a 64-bit float makes of a number.
enum Magnitude {
    Zero,
    Usual,
    TooGreat,
}

/// Rounds to a float only at the edges of what one holds, between 10^308 and
/// 10^309 or below 10^-322.
fn magnitude(text: &str, exponent: i64) -> Magnitude {
    match exponent {
        310.. => Magnitude::TooGreat,
        ..=-330 => Magnitude::Zero,
        -321..=308 => Magnitude::Usual,
        _ => match text.replace('_', "").parse::<f64>() {
            Ok(0.0) => Magnitude::Zero,
            Ok(float) if float.is_finite() => Magnitude::Usual,
            _ => Magnitude::TooGreat,
        },
    }
}
