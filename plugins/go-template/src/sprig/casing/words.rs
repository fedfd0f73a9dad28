//! Words within names, as xstrings finds them.

use crate::text::unicode::{is_letter, is_number, is_punctuation, is_space, is_upper};
use crate::text::{case, chars, push_char};

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Invalid,
    Number,
    Upper,
    Letters,
    Connector,
    Punctuation,
    Other,
}

fn is_connector(c: char) -> bool {
    matches!(c, '-' | '_') || is_space(c)
}

/// `SomeWords` from `some_words`.
pub(super) fn pascal(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = chars(text).map(|(c, _)| c);
    let mut current = None;
    for c in rest.by_ref() {
        if is_connector(c) {
            push_char(&mut out, c);
            current = Some((c, true));
            continue;
        }
        current = Some((c, false));
        break;
    }
    // A name of connectors alone is written with its last one doubled.
    let (mut current, mut first_upper) = match current {
        None => return out,
        Some((c, true)) => {
            push_char(&mut out, c);
            return out;
        }
        Some((c, false)) => (case::upper(c), is_upper(c)),
    };
    for next in rest {
        let before = std::mem::replace(&mut current, next);
        match (is_connector(next), is_connector(before)) {
            (true, true) => push_char(&mut out, before),
            (false, true) => {
                first_upper = is_upper(next);
                current = case::upper(next);
            }
            _ => {
                if first_upper && is_upper(next) {
                    current = case::lower(next);
                } else if first_upper {
                    first_upper = false;
                }
                push_char(&mut out, before);
            }
        }
    }
    push_char(&mut out, current);
    out
}

/// `some_words` from `SomeWords`.
pub(super) fn connected(text: &[u8], connector: char) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len() + 8);
    let mut words = Words { rest: text };
    let (mut kind, mut word) = words.next();
    while !words.rest.is_empty() {
        if kind != Kind::Connector {
            lower(&mut out, kind, word, connector);
        }
        let (before, last) = (kind, word);
        (kind, word) = words.next();
        match before {
            Kind::Number => {
                while matches!(kind, Kind::Letters | Kind::Number) {
                    lower(&mut out, kind, word, connector);
                    (kind, word) = words.next();
                }
                if !matches!(kind, Kind::Invalid | Kind::Punctuation | Kind::Connector) {
                    push_char(&mut out, connector);
                }
            }
            Kind::Connector => lower(&mut out, before, last, connector),
            Kind::Punctuation => {}
            _ if kind != Kind::Number => {
                if !matches!(kind, Kind::Connector | Kind::Punctuation) {
                    push_char(&mut out, connector);
                }
            }
            _ if words.rest.is_empty() => {}
            _ => {
                let number = word;
                (kind, word) = words.next();
                // A number belongs to the word before it, unless small
                // letters follow: `Bld4Floor`, but `http_2xx`.
                if kind != Kind::Letters {
                    lower(&mut out, Kind::Number, number, connector);
                    if !matches!(kind, Kind::Connector | Kind::Punctuation) {
                        push_char(&mut out, connector);
                    }
                    continue;
                }
                push_char(&mut out, connector);
                lower(&mut out, Kind::Number, number, connector);
                while matches!(kind, Kind::Letters | Kind::Number) {
                    lower(&mut out, kind, word, connector);
                    (kind, word) = words.next();
                }
                if !matches!(kind, Kind::Invalid | Kind::Punctuation | Kind::Connector) {
                    push_char(&mut out, connector);
                }
            }
        }
    }
    lower(&mut out, kind, word, connector);
    out
}

fn lower(out: &mut Vec<u8>, kind: Kind, word: &[u8], connector: char) {
    if !matches!(kind, Kind::Upper | Kind::Connector) {
        out.extend_from_slice(word);
        return;
    }
    for (c, _) in chars(word) {
        let c = if is_connector(c) {
            connector
        } else if is_upper(c) {
            case::lower(c)
        } else {
            c
        };
        push_char(out, c);
    }
}

struct Words<'t> {
    rest: &'t [u8],
}

/// The next valid character and how many bytes lead over it; `before` when
/// there is none.
fn valid(bytes: &[u8], before: char) -> (char, usize) {
    let mut size = 0;
    for (c, width) in chars(bytes) {
        size += width;
        if c != char::REPLACEMENT_CHARACTER {
            return (c, size);
        }
    }
    (before, size)
}

impl<'t> Words<'t> {
    fn next(&mut self) -> (Kind, &'t [u8]) {
        let text = self.rest;
        if text.is_empty() {
            return (Kind::Invalid, text);
        }
        let (first, size) = valid(text, char::REPLACEMENT_CHARACTER);
        let (kind, end) = if first == char::REPLACEMENT_CHARACTER {
            (Kind::Invalid, size)
        } else {
            Self::measure(text, first, size)
        };
        let (word, rest) = text.split_at(end.min(text.len()));
        self.rest = rest;
        (kind, word)
    }

    fn measure(text: &[u8], first: char, size: usize) -> (Kind, usize) {
        if is_connector(first) {
            return (Kind::Connector, run(text, first, size, is_connector));
        }
        if is_punctuation(first) {
            return (Kind::Punctuation, run(text, first, size, is_punctuation));
        }
        let small = |c| is_letter(c) && !is_upper(c);
        if is_upper(first) {
            let (second, width) = valid(&text[size..], first);
            if width == 0 || !is_letter(second) {
                return (Kind::Upper, size);
            }
            if !is_upper(second) {
                return (Kind::Upper, run(text, second, size + width, small));
            }
            return (Kind::Upper, capitals(text, second, size, width));
        }
        if is_letter(first) {
            return (Kind::Letters, run(text, first, size, small));
        }
        if is_number(first) {
            return (Kind::Number, run(text, first, size, is_number));
        }
        let other = |c| !(is_connector(c) || is_letter(c) || is_number(c) || is_punctuation(c));
        (Kind::Other, run(text, first, size, other))
    }
}

/// Where a run of characters ends that starts before `end`.
fn run(text: &[u8], first: char, mut end: usize, belongs: impl Fn(char) -> bool) -> usize {
    let mut before = first;
    while end < text.len() {
        let (c, width) = valid(&text[end..], before);
        if width == 0 || !belongs(c) {
            break;
        }
        before = c;
        end += width;
    }
    end
}

/// Where a run of capitals ends: before the last one when a small letter
/// follows, as in `HTTPStatus`.
fn capitals(text: &[u8], second: char, first: usize, width: usize) -> usize {
    let (mut end, mut last, mut before) = (first + width, width, second);
    while end < text.len() {
        let (c, width) = valid(&text[end..], before);
        if !is_upper(c) {
            return if is_letter(c) { end - last } else { end };
        }
        before = c;
        last = width;
        end += width;
    }
    end
}
