//! Capitals, small letters and the naming styles made of them.

mod words;

use crate::func::{Call, Outcome, functions};
use crate::text::unicode::{is_digit, is_letter, is_lower, is_space, is_title, is_upper};
use crate::text::{case, chars, push_char};

functions! { TABLE:
    "upper"(Str) => |call| mapped(call, case::upper);
    "lower"(Str) => |call| mapped(call, case::lower);
    "title"(Str) => title;
    "untitle"(Str) => untitle;
    "swapcase"(Str) => swap_case;
    "initials"(Str) => initials;
    "nospace"(Str) => no_space;
    "camelcase"(Str) => |call| call.give(words::pascal(call.text(0)));
    "snakecase"(Str) => |call| call.give(words::connected(call.text(0), '_'));
    "kebabcase"(Str) => |call| call.give(words::connected(call.text(0), '-'));
    "shuffle"(Str) => |_| Err("it draws random numbers, which would make the message differ \
        from one run to the next".to_owned());
}

fn mapped(call: &Call<'_>, change: impl Fn(char) -> char) -> Outcome {
    call.give(case::map(call.text(0), change))
}

/// Maps each character, told whether a word starts with it.
fn by_words(
    call: &Call<'_>,
    is_gap: impl Fn(char) -> bool,
    change: impl Fn(char) -> char,
) -> Outcome {
    let mut out = Vec::with_capacity(call.text(0).len());
    let mut at_start = true;
    for (c, _) in chars(call.text(0)) {
        push_char(&mut out, if at_start && !is_gap(c) { change(c) } else { c });
        at_start = is_gap(c);
    }
    call.give(out)
}

fn is_separator(c: char) -> bool {
    if c.is_ascii() {
        return !(c.is_ascii_alphanumeric() || c == '_');
    }
    !(is_letter(c) || is_digit(c)) && is_space(c)
}

fn title(call: &Call<'_>) -> Outcome {
    let mut out = Vec::with_capacity(call.text(0).len());
    let mut before = ' ';
    for (c, _) in chars(call.text(0)) {
        push_char(&mut out, if is_separator(before) { case::title(c) } else { c });
        before = c;
    }
    call.give(out)
}

fn untitle(call: &Call<'_>) -> Outcome {
    by_words(call, is_space, case::lower)
}

fn swap_case(call: &Call<'_>) -> Outcome {
    let mut out = Vec::with_capacity(call.text(0).len());
    let mut after_space = true;
    for (c, _) in chars(call.text(0)) {
        let swapped = if is_upper(c) || is_title(c) {
            after_space = false;
            case::lower(c)
        } else if is_lower(c) {
            let first = std::mem::take(&mut after_space);
            if first { case::title(c) } else { case::upper(c) }
        } else {
            after_space = is_space(c);
            c
        };
        push_char(&mut out, swapped);
    }
    call.give(out)
}

/// The first byte of each word: goutils looks at bytes, not characters.
fn initials(call: &Call<'_>) -> Outcome {
    let mut out = Vec::new();
    let mut after_gap = true;
    for c in call.text(0).iter().map(|&b| char::from(b)) {
        let gap = is_space(c);
        if after_gap && !gap {
            push_char(&mut out, c);
        }
        after_gap = gap;
    }
    call.give(out)
}

fn no_space(call: &Call<'_>) -> Outcome {
    let text = call.text(0);
    let kept: Vec<u8> = text.iter().copied().filter(|&b| !is_space(char::from(b))).collect();
    if kept.len() == text.len() {
        return call.give(text);
    }
    // Once something goes, each byte is read as a character.
    let kept: String = kept.into_iter().map(char::from).collect();
    call.give(kept)
}
