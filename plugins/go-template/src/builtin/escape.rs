//! `html`, `js`, `urlquery`.

use crate::fmt::sprint;
use crate::func::{Call, Outcome};
use crate::text::unicode::is_print;
use crate::text::{chars, push_char};
use crate::value::Value;

/// The arguments as `print` prints them.
fn printed(call: &Call<'_>) -> Result<Vec<u8>, String> {
    let shown: Vec<Value> = call
        .args
        .iter()
        .map(|arg| match arg {
            Value::Nil | Value::Invalid => Value::str("<no value>"),
            Value::Pointer(inner) if !crate::value::methods::has_methods(arg) => {
                Value::Struct(inner.clone())
            }
            other => other.clone(),
        })
        .collect();
    sprint(&shown, call.budget)
}

pub(super) fn html(call: &Call<'_>) -> Outcome {
    let text = printed(call)?;
    let mut out = Vec::with_capacity(text.len());
    for &b in &text {
        match b {
            0 => out.extend_from_slice("\u{FFFD}".as_bytes()),
            b'"' => out.extend_from_slice(b"&#34;"),
            b'\'' => out.extend_from_slice(b"&#39;"),
            b'&' => out.extend_from_slice(b"&amp;"),
            b'<' => out.extend_from_slice(b"&lt;"),
            b'>' => out.extend_from_slice(b"&gt;"),
            _ => out.push(b),
        }
    }
    call.give(out)
}

pub(super) fn js(call: &Call<'_>) -> Outcome {
    let text = printed(call)?;
    let mut out = Vec::with_capacity(text.len());
    for (c, _) in chars(&text) {
        match c {
            '\\' => out.extend_from_slice(b"\\\\"),
            '\'' => out.extend_from_slice(b"\\'"),
            '"' => out.extend_from_slice(b"\\\""),
            '<' | '>' | '&' | '=' | '\0'..='\x1F' => {
                out.extend_from_slice(format!("\\u{:04X}", u32::from(c)).as_bytes());
            }
            c if c.is_ascii() || is_print(c) => push_char(&mut out, c),
            c => out.extend_from_slice(format!("\\u{:04X}", u32::from(c)).as_bytes()),
        }
    }
    call.give(out)
}

pub(super) fn url_query(call: &Call<'_>) -> Outcome {
    let text = printed(call)?;
    let mut out = Vec::with_capacity(text.len());
    for &b in &text {
        match b {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => out.push(b),
            b' ' => out.push(b'+'),
            _ => out.extend_from_slice(format!("%{b:02X}").as_bytes()),
        }
    }
    call.give(out)
}
