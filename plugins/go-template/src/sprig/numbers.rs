//! Arithmetic, on anything that can be read as a number.

use super::cast::{float, int};
use super::decimal::{self, Operation};
use crate::func::{Call, Outcome, functions};
use crate::strconv::parse_int;
use crate::value::Value;

functions! { TABLE:
    "int"(Any) => |call| Ok(Value::int(int(call.arg(0))));
    "int64"(Any) => |call| Ok(Value::int64(int(call.arg(0))));
    "float64"(Any) => |call| Ok(Value::Float(float(call.arg(0))));
    "atoi"(Str) => |call| Ok(Value::int(atoi(call.text(0))));
    "toDecimal"(Any) => to_decimal;
    "add1"(Any) => |call| Ok(Value::int64(int(call.arg(0)).wrapping_add(1)));
    "add"(; Any) => |call| Ok(fold(call, 0, i64::wrapping_add));
    "mul"(Any; Any) => |call| Ok(fold(call, 1, i64::wrapping_mul));
    "sub"(Any, Any) => |call| {
        Ok(Value::int64(int(call.arg(0)).wrapping_sub(int(call.arg(1)))))
    };
    "div"(Any, Any) => |call| divided(call, i64::wrapping_div);
    "mod"(Any, Any) => |call| divided(call, i64::wrapping_rem);
    "biggest"(Any; Any) => |call| Ok(best(call, i64::max));
    "max"(Any; Any) => |call| Ok(best(call, i64::max));
    "min"(Any; Any) => |call| Ok(best(call, i64::min));
    "maxf"(Any; Any) => |call| Ok(best_float(call, maximum));
    "minf"(Any; Any) => |call| Ok(best_float(call, |a, b| -maximum(-a, -b)));
    "ceil"(Any) => |call| Ok(Value::Float(float(call.arg(0)).ceil()));
    "floor"(Any) => |call| Ok(Value::Float(float(call.arg(0)).floor()));
    "round"(Any, Int; Float) => round;
    "add1f"(Any) => |call| decimals(call, &[call.arg(0).clone(), Value::int(1)], Operation::Add);
    "addf"(; Any) => |call| {
        let zero = [Value::Float(0.0)];
        decimals(call, &[&zero, call.args].concat(), Operation::Add)
    };
    "subf"(Any; Any) => |call| decimals(call, call.args, Operation::Subtract);
    "mulf"(Any; Any) => |call| decimals(call, call.args, Operation::Multiply);
    "divf"(Any; Any) => |call| decimals(call, call.args, Operation::Divide);
    "randInt"(Int, Int) => |_| Err("it draws random numbers, which would make the message \
        differ from one run to the next".to_owned());
}

/// A decimal integer; out of range it is the nearest that fits.
fn atoi(text: &[u8]) -> i64 {
    parse_int(text, 10).unwrap_or_else(|| {
        let digits = text.strip_prefix(b"-").or_else(|| text.strip_prefix(b"+")).unwrap_or(text);
        match text.first() {
            _ if digits.is_empty() || !digits.iter().all(u8::is_ascii_digit) => 0,
            Some(b'-') => i64::MIN,
            _ => i64::MAX,
        }
    })
}

fn to_decimal(call: &Call<'_>) -> Outcome {
    let text = crate::fmt::sprint(&call.args[..1], call.budget)?;
    Ok(Value::int64(parse_int(&text, 8).unwrap_or(0)))
}

fn fold(call: &Call<'_>, start: i64, step: impl Fn(i64, i64) -> i64) -> Value {
    Value::int64(call.args.iter().map(int).fold(start, step))
}

fn divided(call: &Call<'_>, divide: impl Fn(i64, i64) -> i64) -> Outcome {
    match int(call.arg(1)) {
        0 => Err("runtime error: integer divide by zero".to_owned()),
        divisor => Ok(Value::int64(divide(int(call.arg(0)), divisor))),
    }
}

fn best(call: &Call<'_>, better: impl Fn(i64, i64) -> i64) -> Value {
    Value::int64(call.args.iter().map(int).reduce(better).unwrap_or(0))
}

fn best_float(call: &Call<'_>, better: impl Fn(f64, f64) -> f64) -> Value {
    Value::Float(call.args.iter().map(float).reduce(better).unwrap_or(0.0))
}

/// Go's `math.Max`: infinity beats NaN, NaN beats the rest, 0 beats −0.
fn maximum(a: f64, b: f64) -> f64 {
    if a == f64::INFINITY || b == f64::INFINITY {
        return f64::INFINITY;
    }
    if a.is_nan() || b.is_nan() {
        return f64::NAN;
    }
    if a == 0.0 && b == 0.0 {
        return if a.is_sign_negative() { b } else { a };
    }
    if a > b { a } else { b }
}

fn round(call: &Call<'_>) -> Outcome {
    let on = match call.args.get(2) {
        Some(Value::Float(on)) => *on,
        _ => 0.5,
    };
    let power = power_of_ten(call.int(1));
    let digit = power * float(call.arg(0));
    let up = digit.fract() >= on;
    Ok(Value::Float(if up { digit.ceil() } else { digit.floor() } / power))
}

/// Ten to a power by repeated squaring, with the rounding errors Go makes.
fn power_of_ten(power: i64) -> f64 {
    let (mut result, mut result_power) = (1.0_f64, 0_i64);
    // 10 = 0.625 · 2⁴
    let (mut square, mut square_power) = (0.625_f64, 4_i64);
    let mut rest = power.unsigned_abs();
    while rest != 0 {
        if square_power > 1 << 12 {
            result_power += square_power;
            break;
        }
        if rest & 1 == 1 {
            result *= square;
            result_power += square_power;
        }
        square *= square;
        square_power <<= 1;
        if square < 0.5 {
            square += square;
            square_power -= 1;
        }
        rest >>= 1;
    }
    if power < 0 {
        result = 1.0 / result;
        result_power = -result_power;
    }
    // In two steps, since the power of two alone may be out of range.
    let half = (result_power / 2).clamp(-1100, 1100) as i32;
    let other = (result_power - result_power / 2).clamp(-1100, 1100) as i32;
    result * 2_f64.powi(half) * 2_f64.powi(other)
}

fn decimals(call: &Call<'_>, operands: &[Value], operation: Operation) -> Outcome {
    let operands: Vec<f64> = operands.iter().map(float).collect();
    decimal::fold(&operands, operation, call.budget).map(Value::Float)
}
