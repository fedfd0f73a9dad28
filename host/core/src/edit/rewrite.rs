//! A new value in the place and style of an old one.

use std::ops::Range;

use super::yaml::{ScalarToken, Style};

/// Bytes to be put in the place of others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Splice {
    pub range: Range<usize>,
    pub text: String,
}

/// Whether a value is one that can be written: printable, without blanks, not
/// empty. No reference, tag, name or digest is anything else.
pub(super) fn is_writable(value: &str) -> bool {
    !value.is_empty() && value.bytes().all(|b| b.is_ascii_graphic())
}

/// Puts a writable value in the place of a scalar.
pub(super) fn rewrite(file: &str, scalar: &ScalarToken, value: &str) -> Vec<Splice> {
    let range = scalar.span.range();
    let text = match scalar.style {
        Style::Literal | Style::Folded => return rewrite_block(file, scalar, value),
        Style::SingleQuoted => single_quoted(value),
        Style::DoubleQuoted => double_quoted(value),
        Style::Plain => {
            let text = if is_plain_string(value) { value.to_owned() } else { double_quoted(value) };
            // In `&a:x` the value `:x` needs no blank before it; another does.
            let before = file.get(..range.start).unwrap_or_default();
            let joins = before.ends_with(|c: char| c.is_ascii_alphanumeric() || "_-".contains(c));
            if joins { format!(" {text}") } else { text }
        }
    };
    vec![Splice { range, text }]
}

fn double_quoted(value: &str) -> String {
    format!("\"{}\"", value.replace('\\', "\\\\").replace('"', "\\\""))
}

fn single_quoted(value: &str) -> String {
    format!("'{}'", value.replace('\'', "''"))
}

/// Makes the value the only line of a block scalar, without a break behind it.
fn rewrite_block(file: &str, scalar: &ScalarToken, value: &str) -> Vec<Splice> {
    let start = scalar.span.range().start;
    let text = file.get(scalar.span.range()).unwrap_or_default();
    let header = text.len()
        - text
            .trim_start_matches(['|', '>', '+', '-', '1', '2', '3', '4', '5', '6', '7', '8', '9'])
            .len();
    let stripped: String =
        text[..header].chars().filter(|c| !matches!(c, '+' | '-')).chain(['-']).collect();
    let line = format!("{}{value}", " ".repeat(scalar.indent as usize));
    let (lines, line) = match content(text, scalar.indent as usize) {
        Content::Lines(lines) => (lines, line),
        Content::None { at, after: "" } => (at..at, format!("\n{line}")),
        Content::None { at, after } => (at..at, format!("{line}{after}")),
    };
    let mut splices = vec![Splice { range: start + lines.start..start + lines.end, text: line }];
    if stripped != text[..header] {
        splices.insert(0, Splice { range: start..start + header, text: stripped });
    }
    splices
}

/// What stands below a block scalar's header.
enum Content<'a> {
    /// Lines up to the last that is not empty, without its break.
    Lines(Range<usize>),
    /// Nothing, from here on, after a line break.
    None { at: usize, after: &'a str },
}

fn content(text: &str, indent: usize) -> Content<'_> {
    let is_break = |c| matches!(c, '\n' | '\r' | '\u{85}' | '\u{2028}' | '\u{2029}');
    let header = text.find(is_break).unwrap_or(text.len());
    let rest = &text[header..];
    let after = if rest.starts_with("\r\n") {
        &rest[..2]
    } else {
        &rest[..rest.chars().next().map_or(0, char::len_utf8)]
    };
    let start = header + after.len();
    let mut place = start;
    let mut end = None;
    for line in text[start..].split_inclusive(is_break) {
        let content = line.trim_end_matches(is_break);
        let indentation = content.len() - content.trim_start_matches(' ').len();
        if content.len() > indentation || indentation > indent {
            end = Some(place + content.len());
        }
        place += line.len();
    }
    match end {
        Some(end) => Content::Lines(start..end),
        None => Content::None { at: start, after },
    }
}

/// Whether a writable value, unquoted, is a string to every YAML reader,
/// inside of braces and brackets too.
pub(super) fn is_plain_string(value: &str) -> bool {
    let mut bytes = value.bytes();
    let starts =
        bytes.next().is_some_and(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'/' | b'.'))
            || value.starts_with('-') && value.len() > 1 && !value.starts_with("--");
    let has_only_plain =
        value.bytes().all(|b| b.is_ascii_alphanumeric() || b"_-./:@+~=$%".contains(&b));
    starts
        && has_only_plain
        && !value.ends_with(':')
        && !value.starts_with("...")
        && !is_typed(value)
}

/// Whether YAML 1.1 or 1.2 reads the plain value as something other than a
/// string.
fn is_typed(value: &str) -> bool {
    is_word(value) || is_number(value) || is_date(value)
}

/// Null, booleans of both versions, infinity and the like.
fn is_word(value: &str) -> bool {
    const WORDS: [&str; 12] =
        ["null", "true", "false", "yes", "no", "on", "off", "y", "n", ".inf", ".nan", "~"];
    let unsigned = value.strip_prefix(['+', '-']).unwrap_or(value);
    WORDS.iter().any(|word| unsigned.eq_ignore_ascii_case(word)) || matches!(value, "=" | "<<")
}

/// Integers, floats and numbers to the base of sixty, with underscores.
fn is_number(value: &str) -> bool {
    if !value.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '+' | '-' | '.')) {
        return false;
    }
    let unsigned = value.strip_prefix(['+', '-']).unwrap_or(value).replace('_', "");
    if let Some((prefix, digits)) = unsigned.split_at_checked(2)
        && let Some(radix) = radix(prefix)
    {
        return digits.chars().all(|c| c.is_digit(radix));
    }
    is_float(&unsigned) || is_sexagesimal(&unsigned)
}

fn radix(prefix: &str) -> Option<u32> {
    match prefix {
        "0x" | "0X" => Some(16),
        "0o" | "0O" => Some(8),
        "0b" | "0B" => Some(2),
        _ => None,
    }
}

fn is_float(text: &str) -> bool {
    let (mantissa, exponent) = match text.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => {
            (mantissa, exponent.strip_prefix(['+', '-']).unwrap_or(exponent))
        }
        None => (text, "0"),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    all_digits(whole)
        && all_digits(fraction)
        && !(whole.is_empty() && fraction.is_empty())
        && !exponent.is_empty()
        && all_digits(exponent)
}

fn is_sexagesimal(text: &str) -> bool {
    let whole = text.split('.').next().unwrap_or_default();
    let parts: Vec<&str> = whole.split(':').collect();
    let fraction = text.get(whole.len() + 1..).unwrap_or_default();
    parts.len() > 1
        && parts.iter().all(|part| !part.is_empty() && all_digits(part))
        && all_digits(fraction)
}

fn all_digits(text: &str) -> bool {
    text.bytes().all(|b| b.is_ascii_digit())
}

/// Dates, with a time or without.
fn is_date(value: &str) -> bool {
    let mut parts = value.splitn(3, '-');
    let (Some(year), Some(month), Some(rest)) = (parts.next(), parts.next(), parts.next()) else {
        return false;
    };
    let day = rest.split(['T', 't']).next().unwrap_or_default();
    year.len() == 4
        && all_digits(year)
        && (1..=2).contains(&month.len())
        && all_digits(month)
        && (1..=2).contains(&day.len())
        && all_digits(day)
}
