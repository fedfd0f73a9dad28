//! Integers under the verbs `d b o O x X c q U`.

use super::printer::{Printed, Printer};
use crate::text::quote::quote_char;
use crate::text::unicode::is_print;
use crate::value::Value;

const LOWER: &[u8; 17] = b"0123456789abcdefx";
const UPPER: &[u8; 17] = b"0123456789ABCDEFX";

impl Printer<'_> {
    pub(super) fn integer(
        &mut self,
        value: &Value,
        number: u64,
        negative: bool,
        verb: char,
    ) -> Printed {
        let unsigned = matches!(value, Value::Uint(..));
        // The 64 bits as they are, for the verbs that print a character.
        let bits = if negative { number.wrapping_neg() } else { number };
        match verb {
            'v' if self.flags.sharp_v && unsigned => self.hex_with_prefix(number),
            'v' | 'd' => self.digits(number, negative, 10, verb, LOWER),
            'b' => self.digits(number, negative, 2, verb, LOWER),
            'o' | 'O' => self.digits(number, negative, 8, verb, LOWER),
            'x' => self.digits(number, negative, 16, verb, LOWER),
            'X' => self.digits(number, negative, 16, verb, UPPER),
            'c' => {
                let mut text = Vec::new();
                crate::text::push_char(&mut text, character(bits));
                self.pad(&text);
            }
            'q' => {
                let text = quote_char(character(bits), self.flags.plus);
                self.pad(text.as_bytes());
            }
            'U' => self.code_point(bits),
            _ => return self.bad_verb(value, verb),
        }
        Ok(())
    }

    /// A number as `0x…`, whatever the flags say.
    pub(super) fn hex_with_prefix(&mut self, number: u64) {
        self.hexadecimal(number, true);
    }

    /// An address; the sharp flag takes its prefix away.
    pub(super) fn address(&mut self, number: u64) {
        self.hexadecimal(number, !self.flags.sharp);
    }

    fn hexadecimal(&mut self, number: u64, prefix: bool) {
        let sharp = std::mem::replace(&mut self.flags.sharp, prefix);
        self.digits(number, false, 16, 'v', LOWER);
        self.flags.sharp = sharp;
    }

    pub(super) fn digits(
        &mut self,
        number: u64,
        negative: bool,
        base: u64,
        verb: char,
        letters: &[u8; 17],
    ) {
        let signed = negative || self.flags.plus || self.flags.space;
        let least = match (self.flags.precision, self.flags.width) {
            (Some(0), width) if number == 0 => {
                let zero = std::mem::take(&mut self.flags.zero);
                self.pad_left(width.unwrap_or(0));
                self.flags.zero = zero;
                return;
            }
            (Some(precision), _) => precision,
            (None, Some(width)) if self.flags.zero && !self.flags.minus => {
                width.saturating_sub(usize::from(signed))
            }
            _ => 0,
        };
        let mut reversed = Vec::with_capacity(least + 4);
        let mut rest = number;
        loop {
            reversed.push(letters[(rest % base) as usize]);
            rest /= base;
            if rest == 0 {
                break;
            }
        }
        if reversed.len() < least {
            reversed.resize(least, b'0');
        }
        if self.flags.sharp {
            match base {
                2 => reversed.extend_from_slice(b"b0"),
                8 if reversed.last() != Some(&b'0') => reversed.push(b'0'),
                16 => reversed.extend_from_slice(&[letters[16], b'0']),
                _ => {}
            }
        }
        if verb == 'O' {
            reversed.extend_from_slice(b"o0");
        }
        if negative {
            reversed.push(b'-');
        } else if self.flags.plus {
            reversed.push(b'+');
        } else if self.flags.space {
            reversed.push(b' ');
        }
        reversed.reverse();
        self.pad_blank(&reversed);
    }

    fn code_point(&mut self, code: u64) {
        let least = self.flags.precision.unwrap_or(0).max(4);
        let digits = format!("{code:X}");
        let zeros = "0".repeat(least.saturating_sub(digits.len()));
        let mut text = format!("U+{zeros}{digits}");
        let shown = u32::try_from(code).ok().and_then(char::from_u32).filter(|&c| is_print(c));
        if let (true, Some(c)) = (self.flags.sharp, shown) {
            text.push_str(&format!(" '{c}'"));
        }
        self.pad_blank(text.as_bytes());
    }
}

fn character(code: u64) -> char {
    let c = u32::try_from(code).ok().and_then(char::from_u32);
    c.unwrap_or(char::REPLACEMENT_CHARACTER)
}
