//! Text: cutting, searching, joining.

use super::{cast, wrap};
use crate::func::{Call, Outcome, functions};
use crate::text::quote::quote as quoted;
use crate::text::unicode::is_space;
use crate::text::{Str, find, replace, split, trim};
use crate::value::Value;
use crate::value::map::{Key, Map, MapType};

functions! { TABLE:
    "hello"() => |call| call.give("Hello!");
    "trim"(Str) => |call| call.give(trim(call.text(0), is_space));
    "trimall"(Str, Str) => trim_all;
    "trimAll"(Str, Str) => trim_all;
    "trimPrefix"(Str, Str) => |call| {
        call.give(call.text(1).strip_prefix(call.text(0)).unwrap_or(call.text(1)))
    };
    "trimSuffix"(Str, Str) => |call| {
        call.give(call.text(1).strip_suffix(call.text(0)).unwrap_or(call.text(1)))
    };
    "contains"(Str, Str) => |call| {
        Ok(Value::Bool(find(call.text(1), call.text(0)).is_some()))
    };
    "hasPrefix"(Str, Str) => |call| Ok(Value::Bool(call.text(1).starts_with(call.text(0))));
    "hasSuffix"(Str, Str) => |call| Ok(Value::Bool(call.text(1).ends_with(call.text(0))));
    "replace"(Str, Str, Str) => replace_all;
    "repeat"(Int, Str) => repeat;
    "substr"(Int, Int, Str) => substring;
    "trunc"(Int, Str) => truncate;
    "abbrev"(Int, Str) => |call| {
        if call.int(0) < 4 {
            return call.give(call.text(1));
        }
        call.give(wrap::abbreviate(call.text(1), 0, call.int(0)))
    };
    "abbrevboth"(Int, Int, Str) => |call| {
        let (left, right) = (call.int(0), call.int(1));
        if right < 4 || left > 0 && right < 7 {
            return call.give(call.text(2));
        }
        call.give(wrap::abbreviate(call.text(2), left, right))
    };
    "wrap"(Int, Str) => |call| {
        call.budget.bytes(call.text(1).len() * 2)?;
        call.give(wrap::wrap(call.text(1), call.int(0), b"\n", false))
    };
    "wrapWith"(Int, Str, Str) => wrap_with;
    "indent"(Int, Str) => |call| indented(call, false);
    "nindent"(Int, Str) => |call| indented(call, true);
    "plural"(Str, Str, Int) => |call| call.give(call.text(usize::from(call.int(2) != 1)));
    "quote"(; Any) => |call| joined(call, |arg| {
        Ok(quoted(&cast::text(arg, call)?, '"', false).into_bytes())
    });
    "squote"(; Any) => |call| joined(call, |arg| {
        let printed = crate::fmt::sprint(std::slice::from_ref(arg), call.budget)?;
        Ok([b"'", &printed[..], b"'"].concat())
    });
    "cat"(; Any) => |call| joined(call, |arg| {
        crate::fmt::sprint(std::slice::from_ref(arg), call.budget)
    });
    "toString"(Any) => |call| Ok(Value::Str(cast::text(call.arg(0), call)?));
    "split"(Str, Str) => |call| pieces(call, split_capped(call, 0, 1, -1)?);
    "splitn"(Str, Int, Str) => |call| pieces(call, split_capped(call, 0, 2, call.int(1))?);
    "splitList"(Str, Str) => |call| {
        let pieces = split_capped(call, 0, 1, -1)?;
        call.give_strings(pieces)
    };
}

fn trim_all(call: &Call<'_>) -> Outcome {
    let set: Vec<char> = crate::text::chars(call.text(0)).map(|(c, _)| c).collect();
    call.give(trim(call.text(1), |c| set.contains(&c)))
}

fn replace_all(call: &Call<'_>) -> Outcome {
    let (from, to, text) = (call.text(0), call.text(1), call.text(2));
    // The worst that can come out, before it does.
    let matches = if from.is_empty() {
        text.len() + 1
    } else {
        memchr::memmem::find_iter(text, from).count()
    };
    call.budget.bytes(text.len().saturating_add(matches.saturating_mul(to.len())))?;
    Ok(Value::str(replace(text, from, to)))
}

fn repeat(call: &Call<'_>) -> Outcome {
    let (count, text) = (call.int(0), call.text(1));
    let Ok(count) = usize::try_from(count) else {
        return Err("strings: negative Repeat count".to_owned());
    };
    call.budget.bytes(text.len().saturating_mul(count))?;
    if text.is_empty() {
        return Ok(Value::str(""));
    }
    Ok(Value::str(text.repeat(count)))
}

fn out_of_range(what: &str) -> String {
    format!("runtime error: slice bounds out of range [{what}")
}

fn substring(call: &Call<'_>) -> Outcome {
    let (start, end, text) = (call.int(0), call.int(1), call.text(2));
    let length = text.len();
    let place = |at: i64| usize::try_from(at).ok().filter(|&at| at <= length);
    if start < 0 {
        let end = place(end).ok_or_else(|| match end {
            ..0 => out_of_range(&format!(":{end}]")),
            _ => out_of_range(&format!(":{end}] with length {length}")),
        })?;
        return call.give(&text[..end]);
    }
    if end < 0 || end > length as i64 {
        let from = place(start).ok_or_else(|| out_of_range(&format!("{start}:{length}]")))?;
        return call.give(&text[from..]);
    }
    let (from, to) = (start as usize, end as usize);
    let piece = text.get(from..to).ok_or_else(|| out_of_range(&format!("{start}:{end}]")))?;
    call.give(piece)
}

fn truncate(call: &Call<'_>) -> Outcome {
    let (count, text) = (call.int(0), call.text(1));
    let length = text.len() as i64;
    let kept = match count {
        ..0 if length.saturating_add(count) > 0 => &text[(length + count) as usize..],
        0.. if length > count => &text[..count as usize],
        _ => text,
    };
    call.give(kept)
}

fn wrap_with(call: &Call<'_>) -> Outcome {
    let (width, text) = (call.int(0), call.text(2));
    let separator = if call.text(1).is_empty() { b"\n" } else { call.text(1) };
    let lines = text.len() / usize::try_from(width.max(1)).unwrap_or(1) + text.len().min(8);
    call.budget.bytes(text.len() + separator.len().saturating_mul(lines))?;
    call.give(wrap::wrap(text, width, separator, true))
}

fn indented(call: &Call<'_>, newline: bool) -> Outcome {
    let (count, text) = (call.int(0), call.text(1));
    let Ok(count) = usize::try_from(count) else {
        return Err("strings: negative Repeat count".to_owned());
    };
    let lines = memchr::memchr_iter(b'\n', text).count() + 1;
    call.budget.bytes(count.saturating_mul(lines).saturating_add(text.len()))?;
    let pad = [b"\n", " ".repeat(count).as_bytes()].concat();
    let padded = [&pad[1..], &replace(text, b"\n", &pad)].concat();
    Ok(Value::str(if newline { [b"\n", &padded[..]].concat() } else { padded }))
}

/// What each argument gives, nil left out, with spaces between.
fn joined(call: &Call<'_>, show: impl Fn(&Value) -> Result<Vec<u8>, String>) -> Outcome {
    let args = call.args.iter().filter(|arg| !arg.is_nothing());
    let words: Result<Vec<_>, _> = args.map(show).collect();
    call.give(words?.join(&b' '))
}

fn split_capped(
    call: &Call<'_>,
    separator: usize,
    text: usize,
    limit: i64,
) -> Result<Vec<Str>, String> {
    let (separator, text) = (call.text(separator), call.text(text));
    let most = if separator.is_empty() {
        text.len()
    } else {
        memchr::memmem::find_iter(text, separator).count() + 1
    };
    let most = usize::try_from(limit).map_or(most, |limit| most.min(limit));
    call.budget.items(most)?;
    Ok(split(text, separator, limit))
}

/// Pieces as a map `_0`, `_1`, …
fn pieces(call: &Call<'_>, pieces: Vec<Str>) -> Outcome {
    call.budget.items(pieces.len())?;
    let entry = |(i, piece)| (Key::Str(Str::from(format!("_{i}"))), Value::Str(piece));
    Ok(Value::Map(Map::new(MapType::Str, pieces.into_iter().enumerate().map(entry))))
}
