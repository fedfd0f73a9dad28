//! Regular expressions of Go's syntax, as the filter plugin reads them.

use crate::func::{Call, Outcome, functions};
use crate::text::{Str, lossy};
use crate::value::Value;
use crate::value::list::{List, ListType};
use regex_automata::nfa::thompson::pikevm::{Cache, PikeVM};
use regex_automata::nfa::thompson::{Config, NFA};
use regex_automata::util::captures::Captures;
use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;
use tagwarden_plugin_regex_filter::{Pattern, Template};

functions! { TABLE:
    "regexMatch"(Str, Str) => |call| Ok(Value::Bool(matches(call).unwrap_or(false)));
    "mustRegexMatch"(Str, Str) => |call| Ok(Value::Bool(matches(call)?));
    "regexFind"(Str, Str) => find;
    "mustRegexFind"(Str, Str) => find;
    "regexFindAll"(Str, Str, Int) => find_all;
    "mustRegexFindAll"(Str, Str, Int) => find_all;
    "regexReplaceAll"(Str, Str, Str) => expand_all;
    "mustRegexReplaceAll"(Str, Str, Str) => expand_all;
    "regexReplaceAllLiteral"(Str, Str, Str) => replace_all;
    "mustRegexReplaceAllLiteral"(Str, Str, Str) => replace_all;
    "regexSplit"(Str, Str, Int) => split;
    "mustRegexSplit"(Str, Str, Int) => split;
    "regexQuoteMeta"(Str) => quote_meta;
}

/// The most memory a compiled pattern may take.
const SIZE_LIMIT: usize = 1 << 20;
/// How many compiled patterns are remembered.
const REMEMBERED: usize = 64;

/// A pattern with its automaton: the simplest there is, since messages are short
/// and every other one would make the component larger.
struct Compiled {
    pattern: Pattern,
    machine: PikeVM,
}

impl Compiled {
    fn cache(&self) -> Cache {
        self.machine.create_cache()
    }
}

thread_local! {
    static COMPILED: RefCell<BTreeMap<String, Rc<Compiled>>> =
        const { RefCell::new(BTreeMap::new()) };
}

/// Compiles the pattern that is the first argument.
fn compile(call: &Call<'_>) -> Result<Rc<Compiled>, String> {
    let wrong = |problem: String| format!("error parsing regexp: {problem}");
    let source = std::str::from_utf8(call.text(0))
        .map_err(|_| wrong(format!("invalid UTF-8: `{}`", lossy(call.text(0)))))?;
    if let Some(known) = COMPILED.with_borrow(|known| known.get(source).cloned()) {
        return Ok(known);
    }
    call.budget.bytes(source.len() * 64)?;
    let pattern = Pattern::parse(source).map_err(|error| wrong(error.to_string()))?;
    let config = Config::new().nfa_size_limit(Some(SIZE_LIMIT));
    let automaton = NFA::compiler().configure(config).build_from_hir(pattern.hir());
    let machine = automaton.and_then(PikeVM::new_from_nfa);
    let machine = machine.map_err(|_| wrong(format!("expression too large: `{source}`")))?;
    let compiled = Rc::new(Compiled { pattern, machine });
    COMPILED.with_borrow_mut(|known| {
        if known.len() >= REMEMBERED {
            known.clear();
        }
        known.insert(source.to_owned(), Rc::clone(&compiled));
    });
    Ok(compiled)
}

/// The text to search. Go takes an invalid byte for U+FFFD; here it becomes one.
fn subject<'c>(call: &'c Call<'_>) -> Cow<'c, str> {
    match std::str::from_utf8(call.text(1)) {
        Ok(text) => Cow::Borrowed(text),
        Err(_) => Cow::Owned(lossy(call.text(1))),
    }
}

fn matches(call: &Call<'_>) -> Result<bool, String> {
    let compiled = compile(call)?;
    Ok(compiled.machine.is_match(&mut compiled.cache(), &*subject(call)))
}

fn find(call: &Call<'_>) -> Outcome {
    let text = subject(call);
    let compiled = compile(call)?;
    let found = compiled.machine.find_iter(&mut compiled.cache(), &*text).next();
    call.give(found.map_or("", |found| &text[found.range()]))
}

fn limit(count: i64) -> usize {
    usize::try_from(count).unwrap_or(usize::MAX)
}

fn find_all(call: &Call<'_>) -> Outcome {
    let text = subject(call);
    let compiled = compile(call)?;
    let mut found = Vec::new();
    let mut cache = compiled.cache();
    for piece in compiled.machine.find_iter(&mut cache, &*text).take(limit(call.int(2))) {
        call.budget.items(found.len() + 1)?;
        found.push(Str::from(&text[piece.range()]));
    }
    if found.is_empty() {
        return Ok(Value::List(List::nil(ListType::Str)));
    }
    call.give_strings(found)
}

fn expand_all(call: &Call<'_>) -> Outcome {
    let compiled = compile(call)?;
    let template = Template::parse(&lossy(call.text(2)), compiled.pattern.groups());
    replace(call, &compiled, |text, groups, out| {
        let group = |index| groups.get_group(index).map(|span| &text[span.range()]);
        template.expand(group, out);
    })
}

fn replace_all(call: &Call<'_>) -> Outcome {
    let with = lossy(call.text(2));
    replace(call, &*compile(call)?, |_, _, out| out.push_str(&with))
}

fn replace(
    call: &Call<'_>,
    compiled: &Compiled,
    write: impl Fn(&str, &Captures, &mut String),
) -> Outcome {
    let text = subject(call);
    let mut out = String::new();
    let mut last = 0;
    let mut cache = compiled.cache();
    for groups in compiled.machine.captures_iter(&mut cache, &*text) {
        let Some(whole) = groups.get_match() else { continue };
        let before = out.len();
        out.push_str(&text[last..whole.start()]);
        write(&text, &groups, &mut out);
        last = whole.end();
        call.budget.bytes(out.len() - before)?;
    }
    out.push_str(&text[last..]);
    call.give(out)
}

fn split(call: &Call<'_>) -> Outcome {
    let (text, most) = (subject(call), call.int(2));
    let compiled = compile(call)?;
    if most == 0 {
        return Ok(Value::List(List::nil(ListType::Str)));
    }
    if text.is_empty() && !call.text(0).is_empty() {
        return call.give_strings(vec![Str::from("")]);
    }
    let mut pieces = Vec::new();
    let (mut start, mut end) = (0, 0);
    let mut cache = compiled.cache();
    for place in compiled.machine.find_iter(&mut cache, &*text).take(limit(most)) {
        if most > 0 && pieces.len() as i64 == most - 1 {
            break;
        }
        end = place.start();
        if place.end() != 0 {
            call.budget.items(pieces.len() + 1)?;
            pieces.push(Str::from(&text[start..end]));
        }
        start = place.end();
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
