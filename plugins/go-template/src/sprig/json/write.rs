//! Values as JSON.

use super::Problem;
use crate::limits::{Budget, Walk};
use crate::sprig::semver::version::Version;
use crate::text::{Str, chars, push_char};
use crate::value::Value;
use crate::value::list::{List, ListType};
use crate::value::map::{Key, Map};
use crate::value::structs::Struct;

type Written = Result<(), Problem>;

/// How JSON is laid out.
#[derive(Clone, Copy, Debug)]
pub(super) struct Style {
    indents: bool,
    escapes_html: bool,
}

impl Style {
    pub(super) const COMPACT: Self = Self { indents: false, escapes_html: true };
    pub(super) const PRETTY: Self = Self { indents: true, escapes_html: true };
    pub(super) const RAW: Self = Self { indents: false, escapes_html: false };
}

struct Writer {
    out: Vec<u8>,
    style: Style,
    depth: usize,
    accounted: usize,
}

pub(super) fn write(value: &Value, style: Style, budget: &Budget) -> Result<Vec<u8>, Problem> {
    let mut writer = Writer { out: Vec::new(), style, depth: 0, accounted: 0 };
    writer.value(value, budget.walk())?;
    budget.bytes(writer.out.len() - writer.accounted)?;
    Ok(writer.out)
}

fn unsupported<T>(what: &str) -> Result<T, Problem> {
    Err(Problem::Json(format!("json: unsupported type: {what}")))
}

impl Writer {
    fn push(&mut self, text: &str) {
        self.out.extend_from_slice(text.as_bytes());
    }

    fn newline(&mut self) {
        if self.style.indents {
            self.out.push(b'\n');
            self.out.resize(self.out.len() + 2 * self.depth, b' ');
        }
    }

    fn value(&mut self, value: &Value, walk: Walk<'_>) -> Written {
        let walk = walk.deeper()?;
        let fresh = self.out.len() - self.accounted;
        walk.bytes(fresh)?;
        self.accounted = self.out.len();
        match value {
            Value::Invalid | Value::Nil => self.push("null"),
            Value::Bool(value) => self.push(&value.to_string()),
            Value::Int(_, number) => self.push(&number.to_string()),
            Value::Uint(_, number) => self.push(&number.to_string()),
            Value::Float(number) => self.float(*number)?,
            Value::Complex(..) => return unsupported("complex128"),
            Value::Str(text) => self.text(text),
            Value::List(list) => self.list(list, walk)?,
            Value::Map(map) => self.map(map, walk)?,
            Value::Struct(inner) | Value::Pointer(inner) => match Version::behind(value) {
                Some(version) => self.text(version.to_string().as_bytes()),
                None => self.structure(inner, walk)?,
            },
            Value::Time(time) => {
                let text = time.rfc3339().map_err(|problem| {
                    Problem::Json(format!(
                        "json: error calling MarshalJSON for type time.Time: \
                         Time.MarshalJSON: {problem}"
                    ))
                })?;
                self.text(text.as_bytes());
            }
        }
        Ok(())
    }

    fn float(&mut self, number: f64) -> Written {
        if !number.is_finite() {
            let shown = crate::fmt::shortest(number);
            return Err(Problem::Json(format!("json: unsupported value: {shown}")));
        }
        let size = number.abs();
        if size != 0.0 && !(1e-6..1e21).contains(&size) {
            let text = format!("{number:e}");
            // A positive exponent is signed; none is padded.
            let signed = if size >= 1.0 { text.replace('e', "e+") } else { text };
            self.push(&signed);
        } else {
            self.push(&format!("{number}"));
        }
        Ok(())
    }

    fn text(&mut self, text: &[u8]) {
        self.out.push(b'"');
        for (c, width) in chars(text) {
            match c {
                '"' => self.push("\\\""),
                '\\' => self.push("\\\\"),
                '\n' => self.push("\\n"),
                '\r' => self.push("\\r"),
                '\t' => self.push("\\t"),
                '\x08' => self.push("\\b"),
                '\x0C' => self.push("\\f"),
                '<' | '>' | '&' if self.style.escapes_html => self.escaped(c),
                '\0'..='\x1F' | '\u{2028}' | '\u{2029}' => self.escaped(c),
                char::REPLACEMENT_CHARACTER if width == 1 => self.push("\\ufffd"),
                c => push_char(&mut self.out, c),
            }
        }
        self.out.push(b'"');
    }

    fn escaped(&mut self, c: char) {
        self.push(&format!("\\u{:04x}", u32::from(c)));
    }

    fn list(&mut self, list: &List, walk: Walk<'_>) -> Written {
        if list.is_nil() {
            self.push("null");
            return Ok(());
        }
        if list.ty == ListType::Bytes {
            let encoded = crate::sprig::encoding::to_base64(&list.raw());
            self.text(&encoded);
            return Ok(());
        }
        let items = list.to_vec();
        self.nested(b"[]", &items, |writer, item| writer.value(item, walk))
    }

    fn map(&mut self, map: &Map, walk: Walk<'_>) -> Written {
        if !map.ty.has_string_keys() {
            return unsupported(map.ty.name());
        }
        if map.is_nil() {
            self.push("null");
            return Ok(());
        }
        let entry = |(key, value)| match key {
            Key::Str(key) => (key, value),
            Key::Object(_) => (Str::from(""), value),
        };
        let entries: Vec<(Str, Value)> = map.entries().into_iter().map(entry).collect();
        self.object(&entries, walk)
    }

    fn structure(&mut self, value: &Struct, walk: Walk<'_>) -> Written {
        let mut entries = Vec::new();
        fields(value, &mut entries);
        self.object(&entries, walk)
    }

    fn object(&mut self, entries: &[(Str, Value)], walk: Walk<'_>) -> Written {
        self.nested(b"{}", entries, |writer, (key, value)| {
            writer.text(key);
            writer.push(if writer.style.indents { ": " } else { ":" });
            writer.value(value, walk)
        })
    }

    fn nested<T>(
        &mut self,
        brackets: &[u8; 2],
        items: &[T],
        mut write: impl FnMut(&mut Self, &T) -> Written,
    ) -> Written {
        self.out.push(brackets[0]);
        self.depth += 1;
        for (i, item) in items.iter().enumerate() {
            if i > 0 {
                self.out.push(b',');
            }
            self.newline();
            write(self, item)?;
        }
        self.depth -= 1;
        if !items.is_empty() {
            self.newline();
        }
        self.out.push(brackets[1]);
        Ok(())
    }
}

/// A struct's fields as JSON names them, embedded structs laid flat.
fn fields(value: &Struct, into: &mut Vec<(Str, Value)>) {
    for (field, item) in value.ty.fields.iter().zip(&value.fields) {
        match item {
            Value::Struct(inner) if field.embedded => fields(inner, into),
            _ if !field.is_exported() => {}
            _ if field.omit_empty && item.is_empty() => {}
            _ => into.push((Str::from(field.json), item.clone())),
        }
    }
}
