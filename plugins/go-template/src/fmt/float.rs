//! Floats under the verbs `e E f F g G b x X`.

use super::printer::{Printed, Printer};
use crate::value::Value;

/// More digits than any `f64` has: beyond them all are zero.
const MOST_DIGITS: usize = 1100;

impl Printer<'_> {
    pub(super) fn float(&mut self, value: &Value, number: f64, verb: char) -> Printed {
        match verb {
            'v' => self.float_digits(number, 'g', None),
            'b' | 'g' | 'G' | 'x' | 'X' => self.float_digits(number, verb, None),
            'f' | 'e' | 'E' => self.float_digits(number, verb, Some(6)),
            'F' => self.float_digits(number, 'f', Some(6)),
            _ => return self.bad_verb(value, verb),
        }
        Ok(())
    }

    pub(super) fn complex(&mut self, value: &Value, re: f64, im: f64, verb: char) -> Printed {
        if !"vbgGxXfFeE".contains(verb) {
            return self.bad_verb(value, verb);
        }
        let plus = self.flags.plus;
        self.write("(");
        self.float(value, re, verb)?;
        self.flags.plus = true;
        self.float(value, im, verb)?;
        self.write("i)");
        self.flags.plus = plus;
        Ok(())
    }

    fn float_digits(&mut self, number: f64, verb: char, default: Option<usize>) {
        let precision = self.flags.precision.or(default);
        let mut sign = if number.is_sign_negative() && !number.is_nan() { "-" } else { "+" };
        let mut digits = format_float(number.abs(), verb, precision);
        if self.flags.space && sign == "+" && !self.flags.plus {
            sign = " ";
        }
        let show_sign = self.flags.plus || sign != "+";
        if !number.is_finite() {
            if number.is_nan() && !self.flags.space && !self.flags.plus {
                sign = "";
            }
            // Infinity always shows its sign.
            self.pad_blank(format!("{sign}{digits}").as_bytes());
            return;
        }
        if self.flags.sharp && verb != 'b' {
            digits = with_point(&digits, verb, precision);
        }
        if !show_sign {
            self.pad(digits.as_bytes());
            return;
        }
        let wide = self.flags.width.unwrap_or(0);
        if self.flags.zero && !self.flags.minus && wide > digits.len() + 1 {
            self.write(sign);
            self.pad_left(wide - digits.len() - 1);
            self.write(&digits);
            return;
        }
        self.pad(format!("{sign}{digits}").as_bytes());
    }
}

/// The `#` flag: a decimal point always, and trailing zeros.
fn with_point(digits: &str, verb: char, precision: Option<usize>) -> String {
    let hex = matches!(verb, 'x' | 'X');
    let tail_at = digits
        .find(|c: char| matches!(c, 'p' | 'P') || !hex && matches!(c, 'e' | 'E'))
        .unwrap_or(digits.len());
    let (head, tail) = digits.split_at(tail_at);
    let mut wanted = match verb {
        'v' | 'g' | 'G' | 'x' => precision.map_or(6, |p| p as i64),
        _ => 0,
    };
    let mut nonzero = false;
    for c in head.chars().filter(|&c| c != '.') {
        nonzero |= c != '0';
        wanted -= i64::from(nonzero);
    }
    let mut text = head.to_owned();
    if !head.contains('.') {
        wanted -= i64::from(head == "0");
        text.push('.');
    }
    for _ in 0..wanted {
        text.push('0');
    }
    text + tail
}

/// The shortest digits that read back as the same number, as `%v` prints them.
pub(crate) fn shortest(number: f64) -> String {
    let sign = if number.is_sign_negative() && !number.is_nan() { "-" } else { "" };
    match format_float(number.abs(), 'g', None).as_str() {
        "Inf" if sign.is_empty() => "+Inf".to_owned(),
        digits => format!("{sign}{digits}"),
    }
}

/// Formats a number that is not negative.
pub(super) fn format_float(number: f64, verb: char, precision: Option<usize>) -> String {
    if number.is_nan() {
        return "NaN".to_owned();
    }
    if number.is_infinite() {
        return "Inf".to_owned();
    }
    match verb {
        'b' => {
            let (mantissa, exponent) = parts(number);
            format!("{mantissa}p{exponent:+}")
        }
        'x' | 'X' => {
            let text = hex(number, precision);
            if verb == 'X' { text.to_uppercase() } else { text }
        }
        'e' | 'E' => exponential(number, precision, verb),
        'f' => plain(number, precision),
        _ => general(number, precision, verb),
    }
}

fn parts(number: f64) -> (u64, i64) {
    let bits = number.to_bits();
    let (fraction, power) = (bits & ((1 << 52) - 1), (bits >> 52) as i64);
    if power == 0 { (fraction, -1074) } else { (fraction | 1 << 52, power - 1075) }
}

fn zeros(text: &mut String, count: usize) {
    text.extend(std::iter::repeat_n('0', count));
}

fn plain(number: f64, precision: Option<usize>) -> String {
    let Some(precision) = precision else { return format!("{number}") };
    let exact = precision.min(MOST_DIGITS);
    let mut text = format!("{number:.exact$}");
    zeros(&mut text, precision - exact);
    text
}

/// Digits without a point, and the power of ten of the first.
fn significant(number: f64, precision: Option<usize>) -> (String, i32) {
    let text = match precision {
        Some(precision) => {
            let exact = precision.min(MOST_DIGITS);
            format!("{number:.exact$e}")
        }
        None => format!("{number:e}"),
    };
    let (digits, power) = text.split_once('e').unwrap_or((&text, "0"));
    (digits.replace('.', ""), power.parse().unwrap_or(0))
}

fn power_text(mark: char, power: i32) -> String {
    let sign = if power < 0 { '-' } else { '+' };
    format!("{mark}{sign}{:02}", power.unsigned_abs())
}

fn exponential(number: f64, precision: Option<usize>, verb: char) -> String {
    let (mut digits, power) = significant(number, precision);
    if let Some(precision) = precision {
        let missing = (precision + 1).saturating_sub(digits.len());
        zeros(&mut digits, missing);
    }
    if digits.len() > 1 {
        digits.insert(1, '.');
    }
    digits + &power_text(verb, power)
}

fn general(number: f64, precision: Option<usize>, verb: char) -> String {
    let (mut digits, power) = match precision {
        Some(precision) => significant(number, Some(precision.max(1) - 1)),
        None => significant(number, None),
    };
    while digits.len() > 1 && digits.ends_with('0') {
        digits.pop();
    }
    let most = precision.map_or(6, |p| i32::try_from(p.max(1)).unwrap_or(i32::MAX));
    if power < -4 || power >= most {
        if digits.len() > 1 {
            digits.insert(1, '.');
        }
        let mark = if verb == 'G' { 'E' } else { 'e' };
        return digits + &power_text(mark, power);
    }
    if power < 0 {
        let mut text = String::from("0.");
        zeros(&mut text, (-power - 1) as usize);
        return text + &digits;
    }
    let whole = power as usize + 1;
    if digits.len() <= whole {
        let missing = whole - digits.len();
        zeros(&mut digits, missing);
        return digits;
    }
    digits.insert(whole, '.');
    digits
}

fn hex(number: f64, precision: Option<usize>) -> String {
    let (mut mantissa, mut exponent) = parts(number);
    if mantissa == 0 {
        exponent = 0;
    } else {
        // The leading one goes to bit 60, so that 15 digits follow it.
        exponent += 52;
        mantissa <<= 8;
        while mantissa & (1 << 60) == 0 {
            mantissa <<= 1;
            exponent -= 1;
        }
    }
    if let Some(digits) = precision.filter(|&digits| digits < 15) {
        let shift = digits * 4;
        let extra = (mantissa << shift) & ((1 << 60) - 1);
        mantissa >>= 60 - shift;
        if extra | (mantissa & 1) > 1 << 59 {
            mantissa += 1;
        }
        mantissa <<= 60 - shift;
        if mantissa & (1 << 61) != 0 {
            mantissa >>= 1;
            exponent += 1;
        }
    }
    let mut text = format!("0x{}", mantissa >> 60);
    let fraction = mantissa & ((1 << 60) - 1);
    let mut digits = format!("{fraction:015x}");
    match precision {
        None => digits.truncate(digits.trim_end_matches('0').len()),
        Some(precision) if precision <= 15 => digits.truncate(precision),
        Some(precision) => zeros(&mut digits, precision - 15),
    }
    if !digits.is_empty() {
        text.push('.');
        text.push_str(&digits);
    }
    text + &power_text('p', exponent as i32)
}
