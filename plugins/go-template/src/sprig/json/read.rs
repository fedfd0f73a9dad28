//! JSON as values: numbers become floats.

use super::Problem;
use crate::limits::{Budget, Walk};
use crate::strconv::parse_float;
use crate::text::quote::quote_char;
use crate::text::{Str, decode, push_char};
use crate::value::Value;
use crate::value::list::List;
use crate::value::map::Map;

type Read<T> = Result<T, Problem>;

struct Reader<'j> {
    text: &'j [u8],
    at: usize,
}

pub(super) fn read(text: &[u8], budget: &Budget) -> Read<Value> {
    let mut reader = Reader { text, at: 0 };
    reader.spaces();
    let value = reader.value(budget.walk())?;
    reader.spaces();
    if reader.at < text.len() {
        return reader.wrong("after top-level value");
    }
    Ok(value)
}

impl Reader<'_> {
    fn peek(&self) -> Option<u8> {
        self.text.get(self.at).copied()
    }

    fn spaces(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\r' | b'\n')) {
            self.at += 1;
        }
    }

    fn wrong<T>(&self, context: &str) -> Read<T> {
        Err(Problem::Json(match self.peek() {
            None => "unexpected end of JSON input".to_owned(),
            Some(b) => {
                let shown = match b {
                    b'"' => "'\"'".to_owned(),
                    b => quote_char(char::from(b), false),
                };
                format!("invalid character {shown} {context}")
            }
        }))
    }

    fn value(&mut self, walk: Walk<'_>) -> Read<Value> {
        let walk = walk.deeper()?;
        walk.bytes(size_of::<Value>())?;
        match self.peek() {
            Some(b'{') => self.object(walk),
            Some(b'[') => self.array(walk),
            Some(b'"') => Ok(Value::Str(self.string(walk)?)),
            Some(b'-' | b'0'..=b'9') => self.number(),
            Some(b't') => self.word("true", Value::Bool(true)),
            Some(b'f') => self.word("false", Value::Bool(false)),
            Some(b'n') => self.word("null", Value::Nil),
            _ => self.wrong("looking for beginning of value"),
        }
    }

    fn word(&mut self, word: &str, value: Value) -> Read<Value> {
        for &expected in word.as_bytes() {
            if self.peek() != Some(expected) {
                let wanted = char::from(expected);
                return self.wrong(&format!("in literal {word} (expecting '{wanted}')"));
            }
            self.at += 1;
        }
        Ok(value)
    }

    fn object(&mut self, walk: Walk<'_>) -> Read<Value> {
        self.at += 1;
        let mut entries = Vec::new();
        self.spaces();
        if self.peek() == Some(b'}') {
            self.at += 1;
            return Ok(Map::any(entries));
        }
        loop {
            self.spaces();
            if self.peek() != Some(b'"') {
                return self.wrong("looking for beginning of object key string");
            }
            let key = self.string(walk)?;
            self.spaces();
            if self.peek() != Some(b':') {
                return self.wrong("after object key");
            }
            self.at += 1;
            self.spaces();
            entries.push((key, self.value(walk)?));
            self.spaces();
            match self.peek() {
                Some(b',') => self.at += 1,
                Some(b'}') => {
                    self.at += 1;
                    return Ok(Map::any(entries));
                }
                _ => return self.wrong("after object key:value pair"),
            }
        }
    }

    fn array(&mut self, walk: Walk<'_>) -> Read<Value> {
        self.at += 1;
        let mut items = Vec::new();
        self.spaces();
        if self.peek() == Some(b']') {
            self.at += 1;
            return Ok(List::any(items));
        }
        loop {
            self.spaces();
            items.push(self.value(walk)?);
            self.spaces();
            match self.peek() {
                Some(b',') => self.at += 1,
                Some(b']') => {
                    self.at += 1;
                    return Ok(List::any(items));
                }
                _ => return self.wrong("after array element"),
            }
        }
    }

    fn digits(&mut self, context: &str) -> Read<()> {
        if !self.peek().is_some_and(|b| b.is_ascii_digit()) {
            return self.wrong(context);
        }
        while self.peek().is_some_and(|b| b.is_ascii_digit()) {
            self.at += 1;
        }
        Ok(())
    }

    fn number(&mut self) -> Read<Value> {
        let start = self.at;
        if self.peek() == Some(b'-') {
            self.at += 1;
        }
        if self.peek() == Some(b'0') {
            self.at += 1;
        } else {
            self.digits("in numeric literal")?;
        }
        if self.peek() == Some(b'.') {
            self.at += 1;
            self.digits("after decimal point in numeric literal")?;
        }
        if matches!(self.peek(), Some(b'e' | b'E')) {
            self.at += 1;
            if matches!(self.peek(), Some(b'+' | b'-')) {
                self.at += 1;
            }
            self.digits("in exponent of numeric literal")?;
        }
        let text = &self.text[start..self.at];
        parse_float(text).map(Value::Float).ok_or_else(|| {
            let text = crate::text::lossy(text);
            Problem::Json(format!(
                "json: cannot unmarshal number {text} into Go value of type float64"
            ))
        })
    }

    fn string(&mut self, walk: Walk<'_>) -> Read<Str> {
        self.at += 1;
        let start = self.at;
        let mut out = Vec::new();
        loop {
            match self.peek() {
                None => return self.wrong(""),
                Some(b'"') => break,
                Some(b'\\') => self.escape(&mut out)?,
                Some(0..=0x1F) => return self.wrong("in string literal"),
                Some(_) => {
                    let (c, width) = decode(&self.text[self.at..]);
                    push_char(&mut out, c);
                    self.at += width;
                }
            }
        }
        self.at += 1;
        walk.bytes(self.at - start)?;
        Ok(Str::from(out))
    }

    fn escape(&mut self, out: &mut Vec<u8>) -> Read<()> {
        self.at += 1;
        let c = match self.peek() {
            Some(b @ (b'"' | b'\\' | b'/')) => char::from(b),
            Some(b'b') => '\x08',
            Some(b'f') => '\x0C',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            Some(b'u') => {
                self.at += 1;
                let c = self.unicode()?;
                push_char(out, c);
                return Ok(());
            }
            _ => return self.wrong("in string escape code"),
        };
        self.at += 1;
        push_char(out, c);
        Ok(())
    }

    fn code(&mut self) -> Read<u32> {
        let mut code = 0;
        for _ in 0..4 {
            let digit = self.peek().and_then(|b| char::from(b).to_digit(16));
            let Some(digit) = digit else {
                return self.wrong("in \\u hexadecimal character escape");
            };
            code = code << 4 | digit;
            self.at += 1;
        }
        Ok(code)
    }

    /// A `\u` escape; a half of a pair alone becomes U+FFFD.
    fn unicode(&mut self) -> Read<char> {
        let high = self.code()?;
        if !(0xD800..0xDC00).contains(&high) {
            return Ok(char::from_u32(high).unwrap_or(char::REPLACEMENT_CHARACTER));
        }
        let after = self.at;
        if self.text[self.at..].starts_with(b"\\u") {
            self.at += 2;
            let low = self.code()?;
            if (0xDC00..0xE000).contains(&low) {
                let code = 0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00);
                return Ok(char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER));
            }
            self.at = after;
        }
        Ok(char::REPLACEMENT_CHARACTER)
    }
}
