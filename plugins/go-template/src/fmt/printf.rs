//! Format strings: flags, widths, precisions, argument numbers.

use super::printer::{Flags, Printed, Printer};
use crate::text::decode;
use crate::value::Value;

/// Widths and precisions beyond this are refused, as in Go.
const TOO_LARGE: i64 = 1_000_000;

struct Format<'f> {
    rest: &'f [u8],
    args: &'f [Value],
    next: usize,
    /// Whether any directive named its argument by number.
    reordered: bool,
    /// Whether this directive's argument number made sense.
    good: bool,
    /// Whether an argument number came just before.
    after_index: bool,
}

/// Prints the operands as the format says.
pub(super) fn run(printer: &mut Printer<'_>, format: &[u8], args: &[Value]) -> Printed {
    let mut state =
        Format { rest: format, args, next: 0, reordered: false, good: true, after_index: false };
    while !state.rest.is_empty() {
        let at = memchr::memchr(b'%', state.rest).unwrap_or(state.rest.len());
        printer.out.extend_from_slice(&state.rest[..at]);
        state.rest = &state.rest[at..];
        if !state.rest.is_empty() {
            state.rest = &state.rest[1..];
            state.directive(printer)?;
        }
    }
    if !state.reordered && state.next < args.len() {
        printer.flags = Flags::default();
        extra(printer, &args[state.next..])?;
    }
    Ok(())
}

fn extra(printer: &mut Printer<'_>, args: &[Value]) -> Printed {
    printer.write("%!(EXTRA ");
    for (i, arg) in args.iter().enumerate() {
        if i > 0 {
            printer.write(", ");
        }
        if arg.is_nothing() {
            printer.write("<nil>");
        } else {
            printer.write(&format!("{}=", arg.type_name()));
            printer.arg(arg, 'v')?;
        }
    }
    printer.write(")");
    Ok(())
}

impl Format<'_> {
    fn first(&self) -> Option<u8> {
        self.rest.first().copied()
    }

    fn skip(&mut self, count: usize) {
        self.rest = &self.rest[count.min(self.rest.len())..];
    }

    fn directive(&mut self, printer: &mut Printer<'_>) -> Printed {
        self.good = true;
        self.after_index = false;
        printer.flags = Flags::default();
        while let Some(b) = self.first() {
            let flags = &mut printer.flags;
            match b {
                b'#' => flags.sharp = true,
                b'0' => flags.zero = true,
                b'+' => flags.plus = true,
                b'-' => flags.minus = true,
                b' ' => flags.space = true,
                _ => break,
            }
            self.skip(1);
        }
        self.index();
        self.width(printer);
        self.precision(printer);
        if !self.after_index {
            self.index();
        }
        let (verb, width) = decode(self.rest);
        if width == 0 {
            printer.write("%!(NOVERB)");
            return Ok(());
        }
        self.skip(width);
        match verb {
            '%' => printer.write("%"),
            _ if !self.good => printer.write(&format!("%!{verb}(BADINDEX)")),
            _ => match self.args.get(self.next) {
                None => printer.write(&format!("%!{verb}(MISSING)")),
                Some(arg) => {
                    self.next += 1;
                    if matches!(verb, 'v' | 'w') {
                        let flags = &mut printer.flags;
                        flags.sharp_v = std::mem::take(&mut flags.sharp);
                        flags.plus_v = std::mem::take(&mut flags.plus);
                    }
                    printer.arg(arg, verb)?;
                }
            },
        }
        Ok(())
    }

    /// Reads `[3]`.
    fn index(&mut self) {
        self.after_index = false;
        if self.first() != Some(b'[') {
            return;
        }
        self.reordered = true;
        let close = memchr::memchr(b']', self.rest).filter(|_| self.rest.len() >= 3);
        let Some(close) = close else {
            self.good = false;
            self.skip(1);
            return;
        };
        let (number, length) = number(&self.rest[1..close]);
        let whole = length == close - 1;
        self.skip(close + 1);
        let chosen = number.filter(|_| whole);
        self.after_index = chosen.is_some();
        match chosen {
            Some(number) if number >= 1 && number as usize <= self.args.len() => {
                self.next = number as usize - 1;
            }
            _ => self.good = false,
        }
    }

    fn width(&mut self, printer: &mut Printer<'_>) {
        if self.first() == Some(b'*') {
            self.skip(1);
            match self.star() {
                Some(width) => {
                    printer.flags.width = Some(width.unsigned_abs() as usize);
                    if width < 0 {
                        printer.flags.minus = true;
                        printer.flags.zero = false;
                    }
                }
                None => printer.write("%!(BADWIDTH)"),
            }
            self.after_index = false;
            return;
        }
        let width = self.number();
        printer.flags.width = width.map(|width| width as usize);
        if self.after_index && width.is_some() {
            self.good = false;
        }
    }

    fn precision(&mut self, printer: &mut Printer<'_>) {
        if self.first() != Some(b'.') || self.rest.len() < 2 {
            return;
        }
        self.skip(1);
        if self.after_index {
            self.good = false;
        }
        self.index();
        if self.first() == Some(b'*') {
            self.skip(1);
            let precision = self.star().filter(|&precision| precision >= 0);
            printer.flags.precision = precision.map(|precision| precision as usize);
            if precision.is_none() {
                printer.write("%!(BADPREC)");
            }
            self.after_index = false;
            return;
        }
        printer.flags.precision = Some(self.number().unwrap_or(0) as usize);
    }

    fn number(&mut self) -> Option<i64> {
        let (value, length) = number(self.rest);
        self.skip(length);
        value
    }

    /// A width or precision taken from the operands.
    fn star(&mut self) -> Option<i64> {
        let arg = self.args.get(self.next)?;
        self.next += 1;
        let value = match arg {
            Value::Int(_, value) => *value,
            Value::Uint(_, value) => i64::try_from(*value).ok()?,
            _ => return None,
        };
        (-TOO_LARGE..=TOO_LARGE).contains(&value).then_some(value)
    }
}

/// Decimal digits at the start, and how many bytes they take; a number too
/// large takes everything.
fn number(text: &[u8]) -> (Option<i64>, usize) {
    let mut value = None;
    for (i, &b) in text.iter().enumerate() {
        if !b.is_ascii_digit() {
            return (value, i);
        }
        let so_far: i64 = value.unwrap_or(0);
        if so_far > TOO_LARGE {
            return (None, text.len());
        }
        value = Some(so_far * 10 + i64::from(b - b'0'));
    }
    (value, text.len())
}
