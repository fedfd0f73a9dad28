//! Regular expressions of Go's syntax.

mod expand;
mod scan;
mod translate;

use crate::func::{Call, Outcome, functions};
use crate::text::{Str, lossy};
use crate::value::Value;
use crate::value::list::{List, ListType};
use regex::bytes::{Regex, RegexBuilder};
use std::cell::RefCell;
use std::collections::BTreeMap;

functions! { TABLE:
    "regexMatch"(Str, Str) => |call| {
        Ok(Value::Bool(compile(call).is_ok_and(|regex| regex.is_match(call.text(1)))))
    };
    "mustRegexMatch"(Str, Str) => |call| Ok(Value::Bool(compile(call)?.is_match(call.text(1))));
    "regexFind"(Str, Str) => |call| find(call, &must(call)?);
    "mustRegexFind"(Str, Str) => |call| find(call, &compile(call)?);
    "regexFindAll"(Str, Str, Int) => |call| find_all(call, &must(call)?);
    "mustRegexFindAll"(Str, Str, Int) => |call| find_all(call, &compile(call)?);
    "regexReplaceAll"(Str, Str, Str) => |call| replace(call, &must(call)?, true);
    "mustRegexReplaceAll"(Str, Str, Str) => |call| replace(call, &compile(call)?, true);
    "regexReplaceAllLiteral"(Str, Str, Str) => |call| replace(call, &must(call)?, false);
    "mustRegexReplaceAllLiteral"(Str, Str, Str) => |call| {
        replace(call, &compile(call)?, false)
    };
    "regexSplit"(Str, Str, Int) => |call| split(call, &must(call)?);
    "mustRegexSplit"(Str, Str, Int) => |call| split(call, &compile(call)?);
    "regexQuoteMeta"(Str) => quote_meta;
}

/// The most memory a compiled pattern may take.
const SIZE_LIMIT: usize = 1 << 20;
/// How many compiled patterns are remembered.
const REMEMBERED: usize = 64;

thread_local! {
    static COMPILED: RefCell<BTreeMap<Vec<u8>, Regex>> = const { RefCell::new(BTreeMap::new()) };
}

/// Compiles the pattern that is the first argument.
fn compile(call: &Call<'_>) -> Result<Regex, String> {
    let pattern = call.text(0);
    if let Some(known) = COMPILED.with_borrow(|known| known.get(pattern).cloned()) {
        return Ok(known);
    }
    call.budget.bytes(pattern.len() * 64)?;
    let text = std::str::from_utf8(pattern)
        .map_err(|_| format!("error parsing regexp: invalid UTF-8: `{}`", lossy(pattern)))?;
    let problem = |what: String| format!("error parsing regexp: {what}");
    let translated = translate::translate(text).map_err(problem)?;
    let regex = RegexBuilder::new(&translated)
        .size_limit(SIZE_LIMIT)
        .dfa_size_limit(SIZE_LIMIT)
        .nest_limit(100)
        .octal(true)
        .build()
        .map_err(|error| problem(translate::explain(&error, text)))?;
    COMPILED.with_borrow_mut(|known| {
        if known.len() >= REMEMBERED {
            known.clear();
        }
        known.insert(pattern.to_vec(), regex.clone());
    });
    Ok(regex)
}

/// Compiles where Go would panic over a wrong pattern.
fn must(call: &Call<'_>) -> Result<Regex, String> {
    compile(call).map_err(|problem| format!("regexp: Compile({}): {problem}", shown(call.text(0))))
}

fn shown(pattern: &[u8]) -> String {
    if crate::text::quote::can_backquote(pattern) {
        return format!("`{}`", lossy(pattern));
    }
    crate::text::quote::quote(pattern, '"', false)
}

fn find(call: &Call<'_>, regex: &Regex) -> Outcome {
    call.give(regex.find(call.text(1)).map_or(&b""[..], |found| found.as_bytes()))
}

fn limit(count: i64) -> usize {
    usize::try_from(count).unwrap_or(usize::MAX)
}

fn find_all(call: &Call<'_>, regex: &Regex) -> Outcome {
    let mut found = Vec::new();
    let text = call.text(1);
    for place in scan::matches(regex, text).take(limit(call.int(2))) {
        call.budget.items(found.len() + 1)?;
        found.push(Str::from(&text[place]));
    }
    if found.is_empty() {
        return Ok(Value::List(List::nil(ListType::Str)));
    }
    call.give_strings(found)
}

fn replace(call: &Call<'_>, regex: &Regex, expands: bool) -> Outcome {
    let (text, with) = (call.text(1), call.text(2));
    let mut out = Vec::new();
    let mut last = 0;
    for place in scan::matches(regex, text) {
        let before = out.len();
        out.extend_from_slice(&text[last..place.start]);
        last = place.end;
        match regex.captures_at(text, place.start).filter(|_| expands) {
            Some(groups) => expand::expand(&mut out, with, regex, &groups),
            None => out.extend_from_slice(with),
        }
        call.budget.bytes(out.len() - before)?;
    }
    out.extend_from_slice(&text[last..]);
    call.give(out)
}

fn split(call: &Call<'_>, regex: &Regex) -> Outcome {
    let (text, most) = (call.text(1), call.int(2));
    if most == 0 {
        return Ok(Value::List(List::nil(ListType::Str)));
    }
    if text.is_empty() && !call.text(0).is_empty() {
        return call.give_strings(vec![Str::from("")]);
    }
    let mut pieces = Vec::new();
    let (mut start, mut end) = (0, 0);
    for place in scan::matches(regex, text).take(limit(most)) {
        if most > 0 && pieces.len() as i64 == most - 1 {
            break;
        }
        end = place.start;
        if place.end != 0 {
            call.budget.items(pieces.len() + 1)?;
            pieces.push(Str::from(&text[start..end]));
        }
        start = place.end;
    }
    if end != text.len() {
        pieces.push(Str::from(&text[start..]));
    }
    call.give_strings(pieces)
}

fn quote_meta(call: &Call<'_>) -> Outcome {
    let mut out = Vec::with_capacity(call.text(0).len());
    for &b in call.text(0) {
        if br"\.+*?()|[]{}^$".contains(&b) {
            out.push(b'\\');
        }
        out.push(b);
    }
    call.give(out)
}
