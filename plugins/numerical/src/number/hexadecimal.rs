//! Hexadecimal numbers, converted to decimal ones without rounding.

use super::decimal::Decimal;
use super::syntax::Written;
use super::{Form, ParseError};
use std::borrow::Cow;

/// The most digits read: eight times what a tag can hold, and few enough that
/// converting them takes microseconds.
const MAX_DIGITS: usize = 1024;

/// The value of a hexadecimal number.
pub(super) fn value<'t>(negative: bool, number: &Written<'_>) -> Result<Form<'t>, ParseError> {
    if number.digits.len() > MAX_DIGITS {
        return Err(ParseError::TooLong);
    }
    let mut mantissa = Natural::default();
    let mut count = 0;
    for digit in number.digits.iter().filter_map(|byte| hex_digit(*byte)) {
        mantissa.multiply_and_add(16, digit);
        count += 1;
    }
    if mantissa.is_zero() {
        return Ok(Form::ZERO);
    }
    // The value is mantissa × 2^exponent, and below 2^top.
    let exponent = number.exponent.saturating_add(4 * (number.point - count));
    let top = exponent.saturating_add(mantissa.bit_length());
    if top > 1024 || (top == 1024 && mantissa.starts_with_ones(54)) {
        return Err(ParseError::TooGreat);
    }
    if top < -1074 || (top == -1074 && mantissa.is_power_of_two()) {
        return Ok(Form::ZERO);
    }
    Ok(Form::Decimal(decimal(negative, mantissa, exponent)))
}

fn hex_digit(byte: u8) -> Option<u32> {
    char::from(byte).to_digit(16)
}

/// mantissa × 2^exponent, by 2^-n = 5^n × 10^-n where the exponent is negative.
fn decimal<'t>(negative: bool, mut mantissa: Natural, exponent: i64) -> Decimal<'t> {
    let factor = if exponent < 0 { 5 } else { 2 };
    for _ in 0..exponent.unsigned_abs() {
        mantissa.multiply_and_add(factor, 0);
    }
    let digits = mantissa.into_digits();
    let length = i64::try_from(digits.len()).unwrap_or(i64::MAX);
    Decimal {
        negative,
        exponent: length.saturating_add(exponent.min(0)),
        digits: Cow::Owned(digits),
    }
}

/// A natural number of any size: 32 bits a limb, the lowest first.
#[derive(Debug, Default)]
struct Natural {
    limbs: Vec<u32>,
}

impl Natural {
    fn is_zero(&self) -> bool {
        self.limbs.is_empty()
    }

    fn multiply_and_add(&mut self, factor: u32, addend: u32) {
        let mut carry = addend;
        for limb in &mut self.limbs {
            (*limb, carry) = limb.carrying_mul(factor, carry);
        }
        if carry > 0 {
            self.limbs.push(carry);
        }
    }

    fn bit_length(&self) -> i64 {
        let full = 32 * i64::try_from(self.limbs.len()).unwrap_or(i64::MAX / 32);
        full - self.limbs.last().map_or(0, |limb| i64::from(limb.leading_zeros()))
    }

    fn bit(&self, at: i64) -> bool {
        let limb = usize::try_from(at / 32).ok().and_then(|limb| self.limbs.get(limb));
        limb.is_some_and(|limb| limb >> (at % 32) & 1 == 1)
    }

    fn starts_with_ones(&self, count: i64) -> bool {
        let length = self.bit_length();
        (1..=count).all(|from_top| length >= from_top && self.bit(length - from_top))
    }

    fn is_power_of_two(&self) -> bool {
        let ones: u32 = self.limbs.iter().map(|limb| limb.count_ones()).sum();
        ones == 1
    }

    /// The decimal digits, the highest first.
    fn into_digits(mut self) -> Vec<u8> {
        let mut digits = Vec::new();
        while !self.is_zero() {
            let mut group = self.divide(1_000_000_000);
            for _ in 0..9 {
                digits.push(b'0' + (group % 10) as u8);
                group /= 10;
            }
        }
        while digits.last() == Some(&b'0') {
            digits.pop();
        }
        digits.reverse();
        digits
    }

    /// Divides, and returns the remainder.
    fn divide(&mut self, divisor: u32) -> u32 {
        let mut remainder = 0_u64;
        for limb in self.limbs.iter_mut().rev() {
            let value = remainder << 32 | u64::from(*limb);
            *limb = (value / u64::from(divisor)) as u32;
            remainder = value % u64::from(divisor);
        }
        while self.limbs.last() == Some(&0) {
            self.limbs.pop();
        }
        remainder as u32
    }
}
