//! Base64 and base32.

use crate::func::{Call, Outcome, functions};

functions! { TABLE:
    "b64enc"(Str) => |call| encode(call, &BASE64);
    "b64dec"(Str) => |call| decode(call, &BASE64);
    "b32enc"(Str) => |call| encode(call, &BASE32);
    "b32dec"(Str) => |call| decode(call, &BASE32);
}

/// An encoding of `bits` bits a digit, in groups of `group` digits.
struct Base {
    name: &'static str,
    digits: &'static [u8],
    bits: u32,
    group: usize,
}

const BASE64: Base = Base {
    name: "base64",
    digits: b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/",
    bits: 6,
    group: 4,
};

const BASE32: Base =
    Base { name: "base32", digits: b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", bits: 5, group: 8 };

fn encode(call: &Call<'_>, base: &Base) -> Outcome {
    call.give(encoded(call.text(0), base))
}

/// Encodes in standard base64.
pub(super) fn to_base64(bytes: &[u8]) -> Vec<u8> {
    encoded(bytes, &BASE64)
}

fn encoded(bytes: &[u8], base: &Base) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len() * 2);
    let (mut buffer, mut held) = (0_u32, 0);
    for &byte in bytes {
        buffer = buffer << 8 | u32::from(byte);
        held += 8;
        while held >= base.bits {
            held -= base.bits;
            out.push(base.digits[(buffer >> held) as usize & (base.digits.len() - 1)]);
        }
    }
    if held > 0 {
        out.push(base.digits[(buffer << (base.bits - held)) as usize & (base.digits.len() - 1)]);
    }
    while out.len() % base.group != 0 {
        out.push(b'=');
    }
    out
}

/// Decodes; the text of an error is given as the result, as sprig does.
fn decode(call: &Call<'_>, base: &Base) -> Outcome {
    let mut text = call.text(0).to_vec();
    if base.group == 8 {
        // Here, places are counted without the line breaks.
        text.retain(|b| !matches!(b, b'\r' | b'\n'));
    }
    match decoded(&text, base) {
        Ok(bytes) => call.give(bytes),
        Err(at) => call.give(format!("illegal {} data at input byte {at}", base.name)),
    }
}

/// Decodes standard base64.
pub(super) fn from_base64(text: &[u8]) -> Result<Vec<u8>, String> {
    decoded(text, &BASE64).map_err(|at| format!("illegal base64 data at input byte {at}"))
}

fn decoded(text: &[u8], base: &Base) -> Result<Vec<u8>, usize> {
    let mut out = Vec::with_capacity(text.len());
    // Line breaks are skipped wherever they stand.
    let mut rest = text.iter().copied().enumerate().filter(|(_, b)| !matches!(b, b'\r' | b'\n'));
    loop {
        let mut digits = Vec::with_capacity(base.group);
        while digits.len() < base.group {
            match rest.next() {
                None if digits.is_empty() => return Ok(out),
                None => return Err(base.short(text, digits.len())),
                Some((at, b'=')) => {
                    base.padding(at, digits.len(), text, &mut rest)?;
                    base.unpack(&digits, &mut out);
                    return Ok(out);
                }
                Some((at, b)) => {
                    let digit = base.digits.iter().position(|&digit| digit == b).ok_or(at)?;
                    digits.push(digit as u64);
                }
            }
        }
        base.unpack(&digits, &mut out);
    }
}

impl Base {
    /// Where Go sees the mistake in text that ends within a group.
    fn short(&self, text: &[u8], digits: usize) -> usize {
        if self.group == 4 { text.len() - digits } else { text.len() }
    }

    /// Checks that after `have` digits the right padding, and nothing else,
    /// follows the first `=`.
    fn padding(
        &self,
        at: usize,
        have: usize,
        text: &[u8],
        rest: &mut impl Iterator<Item = (usize, u8)>,
    ) -> Result<(), usize> {
        let allowed: &[usize] = if self.group == 4 { &[2, 3] } else { &[2, 4, 5, 7] };
        if !allowed.contains(&have) {
            return Err(at);
        }
        for _ in have + 1..self.group {
            match rest.next() {
                Some((_, b'=')) => {}
                Some((at, _)) => return Err(at),
                None => return Err(text.len()),
            }
        }
        rest.next().map_or(Ok(()), |(at, _)| Err(at))
    }

    fn unpack(&self, digits: &[u64], out: &mut Vec<u8>) {
        let (mut buffer, mut held) = (0_u64, 0);
        for digit in digits {
            buffer = buffer << self.bits | digit;
            held += self.bits;
            if held >= 8 {
                held -= 8;
                out.push((buffer >> held) as u8);
            }
        }
    }
}
