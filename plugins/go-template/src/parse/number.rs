//! Numbers as templates write them: one constant may be an integer, a float
//! and a complex number at once.

use crate::strconv::{parse_float, parse_int, parse_uint};
use crate::text::Str;
use crate::text::quote::{quote, unquote_char};

/// A numeric constant in every type that can hold it exactly.
#[derive(Debug)]
pub(crate) struct Number {
    pub(crate) text: Str,
    pub(crate) int: Option<i64>,
    pub(crate) uint: Option<u64>,
    pub(crate) float: Option<f64>,
    pub(crate) complex: Option<(f64, f64)>,
}

impl Number {
    fn new(text: &[u8]) -> Self {
        Self { text: Str::from(text), int: None, uint: None, float: None, complex: None }
    }

    /// Reads `'c'`.
    pub(crate) fn character(text: &[u8]) -> Result<Self, String> {
        let c = unquote_char(text)
            .ok_or_else(|| format!("malformed character constant: {}", crate::text::lossy(text)))?;
        let code = u32::from(c);
        Ok(Self {
            int: Some(i64::from(code)),
            uint: Some(u64::from(code)),
            float: Some(f64::from(code)),
            ..Self::new(text)
        })
    }

    /// Reads `1+2i`.
    pub(crate) fn complex(text: &[u8]) -> Result<Self, String> {
        let error = || format!("illegal number syntax: {}", quote(text, '"', false));
        let inner = text.strip_suffix(b"i").ok_or_else(error)?;
        // The sign of the imaginary part is the last that is not an exponent's.
        let at = (1..inner.len())
            .rev()
            .find(|&i| {
                matches!(inner[i], b'+' | b'-')
                    && !matches!(inner[i - 1], b'e' | b'E' | b'p' | b'P')
            })
            .ok_or_else(error)?;
        let re = parse_float(&inner[..at]).ok_or_else(error)?;
        let im = parse_float(&inner[at..]).ok_or_else(error)?;
        Ok(Self::new(text).with_complex(re, im))
    }

    /// Reads any other number.
    pub(crate) fn plain(text: &[u8]) -> Result<Self, String> {
        let mut number = Self::new(text);
        if let Some(im) = text.strip_suffix(b"i").and_then(parse_float) {
            return Ok(number.with_complex(0.0, im));
        }
        number.uint = parse_uint(text, 0);
        number.int = parse_int(text, 0);
        if number.int == Some(0) {
            number.uint = Some(0);
        }
        if let Some(int) = number.int {
            number.float = Some(int as f64);
        } else if let Some(uint) = number.uint {
            number.float = Some(uint as f64);
        } else if let Some(float) = parse_float(text) {
            if !text.iter().any(|b| b".eEpP".contains(b)) {
                return Err(format!("integer overflow: {}", quote(text, '"', false)));
            }
            number.set_float(float);
        }
        if number.float.is_none() {
            return Err(format!("illegal number syntax: {}", quote(text, '"', false)));
        }
        Ok(number)
    }

    fn with_complex(mut self, re: f64, im: f64) -> Self {
        self.complex = Some((re, im));
        if im == 0.0 {
            self.set_float(re);
        }
        self
    }

    fn set_float(&mut self, float: f64) {
        self.float = Some(float);
        self.int = (float as i64 as f64 == float && float < 9.3e18).then_some(float as i64);
        self.uint = (float as u64 as f64 == float && float >= 0.0).then_some(float as u64);
    }

    /// Whether it is written as a float.
    pub(crate) fn looks_like_float(&self) -> bool {
        let text = &self.text;
        let hex = text.len() > 2
            && text[0] == b'0'
            && matches!(text[1], b'x' | b'X')
            && !text.iter().any(|b| b"pP".contains(b));
        !hex && text.first() != Some(&b'\'') && text.iter().any(|b| b".eEpP".contains(b))
    }
}
