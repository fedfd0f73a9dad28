//! Exact decimal arithmetic, for sprig's functions on floats.

use crate::limits::Budget;
use num_bigint::BigInt;
use num_traits::{Signed, ToPrimitive, Zero};

/// Digits that a quotient has after the point.
const QUOTIENT_DIGITS: i64 = 16;

/// What to do with two decimals.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Operation {
    Add,
    Subtract,
    Multiply,
    Divide,
}

/// `digits · 10^exponent`.
struct Decimal {
    digits: BigInt,
    exponent: i64,
}

/// Folds numbers from the left.
pub(super) fn fold(numbers: &[f64], operation: Operation, budget: &Budget) -> Result<f64, String> {
    let mut numbers = numbers.iter().map(|&number| Decimal::new(number));
    let Some(first) = numbers.next() else { return Ok(0.0) };
    let mut result = first?;
    for number in numbers {
        result = result.apply(operation, &number?)?;
        budget.bytes(1000 + result.digits.bits() as usize)?;
    }
    Ok(result.float())
}

fn power_of_ten(power: i64) -> BigInt {
    BigInt::from(10).pow(power.clamp(0, 100_000) as u32)
}

impl Decimal {
    /// The shortest decimal that reads as this float.
    fn new(number: f64) -> Result<Self, String> {
        if !number.is_finite() {
            let number = crate::fmt::shortest(number);
            return Err(format!("Cannot create a Decimal from {number}"));
        }
        let text = format!("{number:e}");
        let (digits, power) = text.split_once('e').unwrap_or((&text, "0"));
        let fraction = digits.split_once('.').map_or(0, |(_, fraction)| fraction.len() as i64);
        let digits = digits.replace('.', "").parse().unwrap_or_default();
        let power: i64 = power.parse().unwrap_or(0);
        Ok(Self { digits, exponent: power - fraction })
    }

    /// The digits when the exponent is lowered to this.
    fn scaled(&self, exponent: i64) -> BigInt {
        &self.digits * power_of_ten(self.exponent - exponent)
    }

    fn apply(&self, operation: Operation, other: &Self) -> Result<Self, String> {
        let exponent = self.exponent.min(other.exponent);
        Ok(match operation {
            Operation::Add => {
                Self { digits: self.scaled(exponent) + other.scaled(exponent), exponent }
            }
            Operation::Subtract => {
                Self { digits: self.scaled(exponent) - other.scaled(exponent), exponent }
            }
            Operation::Multiply => Self {
                digits: &self.digits * &other.digits,
                exponent: self.exponent + other.exponent,
            },
            Operation::Divide => return self.divide(other),
        })
    }

    /// A quotient of sixteen digits after the point, halves away from zero.
    fn divide(&self, other: &Self) -> Result<Self, String> {
        if other.digits.is_zero() {
            return Err("decimal division by 0".to_owned());
        }
        let shift = self.exponent - other.exponent + QUOTIENT_DIGITS;
        let dividend = &self.digits * power_of_ten(shift);
        let divisor = &other.digits * power_of_ten(-shift);
        let (quotient, rest) = (&dividend / &divisor, &dividend % &divisor);
        let away = rest.abs() * 2 >= divisor.abs();
        let sign = dividend.signum() * divisor.signum();
        let digits = if away { quotient + sign } else { quotient };
        Ok(Self { digits, exponent: -QUOTIENT_DIGITS })
    }

    fn float(&self) -> f64 {
        let text = format!("{}e{}", self.digits, self.exponent);
        text.parse().unwrap_or_else(|_| self.digits.to_f64().unwrap_or(f64::NAN))
    }
}
