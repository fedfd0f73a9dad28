//! Lists. Each function has a `must` twin that fails in the same words.

use super::cast;
use crate::func::{Call, Outcome, functions};
use crate::value::Value;
use crate::value::list::{List, ListType};
use crate::value::truth::deep_equal;

functions! { TABLE:
    "list"(; Any) => |call| call.give_list(call.args.to_vec());
    "tuple"(; Any) => |call| call.give_list(call.args.to_vec());
    "append"(Any, Any) => push;
    "push"(Any, Any) => push;
    "mustAppend"(Any, Any) => push;
    "mustPush"(Any, Any) => push;
    "prepend"(Any, Any) => prepend;
    "mustPrepend"(Any, Any) => prepend;
    "first"(Any) => first;
    "mustFirst"(Any) => first;
    "last"(Any) => last;
    "mustLast"(Any) => last;
    "rest"(Any) => rest;
    "mustRest"(Any) => rest;
    "initial"(Any) => initial;
    "mustInitial"(Any) => initial;
    "reverse"(Any) => reverse;
    "mustReverse"(Any) => reverse;
    "compact"(Any) => compact;
    "mustCompact"(Any) => compact;
    "uniq"(Any) => uniq;
    "mustUniq"(Any) => uniq;
    "without"(Any; Any) => without;
    "mustWithout"(Any; Any) => without;
    "has"(Any, Any) => has;
    "mustHas"(Any, Any) => has;
    "slice"(Any; Any) => slice;
    "mustSlice"(Any; Any) => slice;
    "chunk"(Int, Any) => chunk;
    "mustChunk"(Int, Any) => chunk;
    "concat"(; Any) => concat;
    "sortAlpha"(Any) => sort_alpha;
    "join"(Str, Any) => join;
    "toStrings"(Any) => to_strings;
    "until"(Int) => until;
    "untilStep"(Int, Int, Int) => |call| steps(call, call.int(0), call.int(1), call.int(2));
    "seq"(; Int) => seq;
}

/// What Go says when it asks nil for its type.
pub(super) const NIL_POINTER: &str =
    "runtime error: invalid memory address or nil pointer dereference";

fn list<'c>(call: &'c Call<'_>, index: usize, what: &str) -> Result<&'c List, String> {
    match call.arg(index) {
        Value::List(list) => Ok(list),
        Value::Nil | Value::Invalid => Err(NIL_POINTER.to_owned()),
        other => Err(format!("{what} {}", other.kind_name())),
    }
}

/// The elements of a list argument, accounted for as a copy.
fn items(call: &Call<'_>, index: usize, what: &str) -> Result<Vec<Value>, String> {
    let list = list(call, index, what)?;
    call.budget.items(list.len())?;
    Ok(list.to_vec())
}

fn no_list() -> Outcome {
    Ok(Value::List(List::nil(ListType::Any)))
}

fn push(call: &Call<'_>) -> Outcome {
    let mut items = items(call, 0, "Cannot push on type")?;
    items.push(call.arg(1).clone());
    call.give_list(items)
}

fn prepend(call: &Call<'_>) -> Outcome {
    let mut items = items(call, 0, "Cannot prepend on type")?;
    items.insert(0, call.arg(1).clone());
    call.give_list(items)
}

fn first(call: &Call<'_>) -> Outcome {
    let list = list(call, 0, "Cannot find first on type")?;
    Ok(list.get(0).unwrap_or(Value::Nil))
}

fn last(call: &Call<'_>) -> Outcome {
    let list = list(call, 0, "Cannot find last on type")?;
    let at = list.len().checked_sub(1);
    Ok(at.and_then(|at| list.get(at)).unwrap_or(Value::Nil))
}

fn rest(call: &Call<'_>) -> Outcome {
    let mut items = items(call, 0, "Cannot find rest on type")?;
    if items.is_empty() {
        return no_list();
    }
    items.remove(0);
    call.give_list(items)
}

fn initial(call: &Call<'_>) -> Outcome {
    let mut items = items(call, 0, "Cannot find initial on type")?;
    if items.pop().is_none() {
        return no_list();
    }
    call.give_list(items)
}

fn reverse(call: &Call<'_>) -> Outcome {
    let mut items = items(call, 0, "Cannot find reverse on type")?;
    items.reverse();
    call.give_list(items)
}

fn compact(call: &Call<'_>) -> Outcome {
    let mut items = items(call, 0, "Cannot compact on type")?;
    items.retain(|item| !item.is_empty());
    call.give_list(items)
}

fn contains(items: &[Value], needle: &Value, call: &Call<'_>) -> Result<bool, String> {
    for item in items {
        if deep_equal(needle, item, call.budget.walk())? {
            return Ok(true);
        }
    }
    Ok(false)
}

fn uniq(call: &Call<'_>) -> Outcome {
    let mut kept = Vec::new();
    for item in items(call, 0, "Cannot find uniq on type")? {
        if !contains(&kept, &item, call)? {
            kept.push(item);
        }
    }
    call.give_list(kept)
}

fn without(call: &Call<'_>) -> Outcome {
    let mut kept = Vec::new();
    for item in items(call, 0, "Cannot find without on type")? {
        if !contains(call.args.get(1..).unwrap_or_default(), &item, call)? {
            kept.push(item);
        }
    }
    call.give_list(kept)
}

fn has(call: &Call<'_>) -> Outcome {
    if call.arg(1).is_nothing() {
        return Ok(Value::Bool(false));
    }
    let items = items(call, 1, "Cannot find has on type")?;
    Ok(Value::Bool(contains(&items, call.arg(0), call)?))
}

fn slice(call: &Call<'_>) -> Outcome {
    let list = list(call, 0, "list should be type of slice or array but")?;
    if list.len() == 0 {
        return Ok(Value::Nil);
    }
    let from = call.args.get(1).map_or(0, cast::int);
    let to = call.args.get(2).map_or(list.len() as i64, cast::int);
    let window = list.window(from, to);
    let window = window.ok_or("reflect.Value.Slice: slice index out of bounds")?;
    Ok(Value::List(window))
}

/// Cuts a list into lists of `size`. Go counts them with floats, so that some
/// sizes below one give an answer.
fn chunk(call: &Call<'_>) -> Outcome {
    const NONSENSE: &str = "runtime error: makeslice: len out of range";
    let items = items(call, 1, "Cannot chunk type")?;
    let (length, size) = (items.len() as f64, call.int(0) as f64);
    let count = ((length - 1.0) / size).floor() + 1.0;
    if !(0.0..=length).contains(&count) || count > 0.0 && size < 0.0 && length % size == 0.0 {
        return Err(NONSENSE.to_owned());
    }
    let size = if size < 0.0 { items.len() } else { size as usize };
    let chunks = if count == 0.0 { Vec::new() } else { items.chunks(size.max(1)).collect() };
    call.budget.items(items.len())?;
    let chunks = chunks.into_iter().map(|chunk| List::any(chunk.to_vec())).collect();
    Ok(Value::List(List::new(ListType::Chunks, chunks)))
}

fn concat(call: &Call<'_>) -> Outcome {
    let mut all = Vec::new();
    for list in call.args {
        match list {
            Value::List(list) => {
                call.budget.items(all.len() + list.len())?;
                all.extend(list.to_vec());
            }
            Value::Nil | Value::Invalid => return Err(NIL_POINTER.to_owned()),
            other => return Err(format!("Cannot concat type {} as list", other.kind_name())),
        }
    }
    if all.is_empty() {
        return no_list();
    }
    call.give_list(all)
}

/// Sorts a list of strings in place, as Go does; other lists are copied.
fn sort_alpha(call: &Call<'_>) -> Outcome {
    match call.arg(0) {
        Value::List(list) if list.ty == ListType::Str => {
            list.sort_by(|a, b| match (a, b) {
                (Value::Str(a), Value::Str(b)) => a.cmp(b),
                _ => std::cmp::Ordering::Equal,
            });
            Ok(call.arg(0).clone())
        }
        Value::List(_) => {
            let mut texts = cast::texts(call.arg(0), call)?;
            texts.sort();
            call.give_strings(texts)
        }
        other => {
            let text = cast::text(other, call)?;
            call.give_strings(vec![text])
        }
    }
}

fn join(call: &Call<'_>) -> Outcome {
    let texts = cast::texts(call.arg(1), call)?;
    let separator = call.text(0);
    let length: usize = texts.iter().map(|text| text.len() + separator.len()).sum();
    call.budget.bytes(length)?;
    let texts: Vec<&[u8]> = texts.iter().map(|text| &**text).collect();
    Ok(Value::str(texts.join(separator)))
}

fn to_strings(call: &Call<'_>) -> Outcome {
    match call.arg(0) {
        Value::List(list) if list.ty == ListType::Str => Ok(call.arg(0).clone()),
        other => {
            let texts = cast::texts(other, call)?;
            call.give_strings(texts)
        }
    }
}

fn until(call: &Call<'_>) -> Outcome {
    let count = call.int(0);
    steps(call, 0, count, if count < 0 { -1 } else { 1 })
}

fn range(call: &Call<'_>, start: i64, stop: i64, step: i64) -> Result<Vec<i64>, String> {
    if step == 0 || (stop < start) != (step < 0) {
        return Ok(Vec::new());
    }
    let distance = i128::from(stop) - i128::from(start);
    let count =
        (distance.abs() + i128::from(step.unsigned_abs()) - 1) / i128::from(step.unsigned_abs());
    call.budget.items(usize::try_from(count).unwrap_or(usize::MAX))?;
    Ok((0..count as i64).map(|i| start + i * step).collect())
}

fn steps(call: &Call<'_>, start: i64, stop: i64, step: i64) -> Outcome {
    let items = range(call, start, stop, step)?.into_iter().map(Value::int).collect();
    Ok(Value::List(List::new(ListType::Int, items)))
}

fn seq(call: &Call<'_>) -> Outcome {
    let towards = |start: i64, end: i64| if end < start { -1 } else { 1 };
    let (start, step, end) = match call.args.len() {
        1 => (1, towards(1, call.int(0)), call.int(0)),
        2 => (call.int(0), towards(call.int(0), call.int(1)), call.int(1)),
        3 => (call.int(0), call.int(1), call.int(2)),
        _ => return call.give(""),
    };
    let beyond = towards(start, end);
    if call.args.len() == 3 && beyond < 0 && step > 0 {
        return call.give("");
    }
    let numbers = range(call, start, end.wrapping_add(beyond), step)?;
    let words: Vec<String> = numbers.iter().map(i64::to_string).collect();
    call.give(words.join(" "))
}
