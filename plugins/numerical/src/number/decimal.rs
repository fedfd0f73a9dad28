//! Decimal numbers of any length, compared without conversion.

use std::borrow::Cow;
use std::cmp::Ordering;

/// A number other than zero: ± 0.DIGITS × 10^exponent, its first digit not zero.
#[derive(Debug, Clone)]
pub(super) struct Decimal<'t> {
    pub(super) negative: bool,
    pub(super) exponent: i64,
    /// The digits as they are written: a point and underscores may stand among
    /// them, zeros may follow.
    pub(super) digits: Cow<'t, [u8]>,
}

impl<'t> Decimal<'t> {
    /// An integer other than zero, from its digits.
    pub(super) fn of_integer(digits: &'t [u8]) -> Self {
        let zeros = digits.iter().take_while(|digit| **digit == b'0').count();
        let digits = &digits[zeros..];
        Self {
            negative: false,
            exponent: i64::try_from(digits.len()).unwrap_or(i64::MAX),
            digits: Cow::Borrowed(digits),
        }
    }

    pub(super) fn infinity(negative: bool) -> Self {
        Self { negative, exponent: i64::MAX, digits: Cow::Borrowed(b"1") }
    }

    pub(super) fn compare_with_zero(&self) -> Ordering {
        match self.negative {
            true => Ordering::Less,
            false => Ordering::Greater,
        }
    }

    pub(super) fn cmp(&self, other: &Self) -> Ordering {
        match (self.negative, other.negative) {
            (false, false) => self.compare_magnitude(other),
            (true, true) => other.compare_magnitude(self),
            (true, false) => Ordering::Less,
            (false, true) => Ordering::Greater,
        }
    }

    fn compare_magnitude(&self, other: &Self) -> Ordering {
        let by_exponent = self.exponent.cmp(&other.exponent);
        by_exponent.then_with(|| self.compare_digits(other))
    }

    fn compare_digits(&self, other: &Self) -> Ordering {
        let (mut a, mut b) = (self.digits(), other.digits());
        loop {
            let (a, b) = match (a.next(), b.next()) {
                (None, None) => return Ordering::Equal,
                (a, b) => (a.unwrap_or(b'0'), b.unwrap_or(b'0')),
            };
            if a != b {
                return a.cmp(&b);
            }
        }
    }

    fn digits(&self) -> impl Iterator<Item = u8> {
        let digits = self.digits.iter().copied();
        digits.filter(u8::is_ascii_digit)
    }
}
