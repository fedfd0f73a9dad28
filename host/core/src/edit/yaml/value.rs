//! The values of scalars.

use std::borrow::Cow;

use super::token::{ScalarToken, Style};

/// The value that a scalar of the file has.
pub(in crate::edit) fn decode<'a>(file: &'a str, scalar: &ScalarToken) -> Cow<'a, str> {
    let text = file.get(scalar.span.range()).unwrap_or_default();
    match scalar.style {
        Style::Plain if is_simple(text) => Cow::Borrowed(text),
        Style::Plain => Cow::Owned(fold(text, Style::Plain)),
        Style::SingleQuoted | Style::DoubleQuoted => {
            let inner = text.get(1..text.len().saturating_sub(1)).unwrap_or_default();
            match is_simple(inner) {
                true => Cow::Borrowed(inner),
                false => Cow::Owned(fold(inner, scalar.style)),
            }
        }
        Style::Literal | Style::Folded => Cow::Owned(block(text, scalar)),
    }
}

fn is_break(c: char) -> bool {
    matches!(c, '\r' | '\n' | '\u{85}' | '\u{2028}' | '\u{2029}')
}

/// Whether a text surely stands for itself. Bytes that may start a break
/// outside of ASCII are not looked into.
fn is_simple(text: &str) -> bool {
    text.bytes().all(|b| !matches!(b, b'\n' | b'\r' | b'\'' | b'\\' | 0xC2 | 0xE2))
}

/// Splits off the first line: its text, its break as the value has it, the rest.
fn split_line(text: &str) -> (&str, &str, &str) {
    let Some(at) = text.find(is_break) else {
        return (text, "", "");
    };
    let (line, rest) = text.split_at(at);
    for (written, value) in [("\r\n", "\n"), ("\u{2028}", "\u{2028}"), ("\u{2029}", "\u{2029}")] {
        if let Some(rest) = rest.strip_prefix(written) {
            return (line, value, rest);
        }
    }
    let mut chars = rest.chars();
    chars.next();
    (line, "\n", chars.as_str())
}

/// Joins the lines of a plain or quoted scalar: one break is a space, more
/// are one less.
fn fold(text: &str, style: Style) -> String {
    let mut value = String::with_capacity(text.len());
    let mut rest = text;
    loop {
        let line = unescape(&mut value, rest, style);
        rest = line.rest;
        if rest.is_empty() {
            return value;
        }
        let mut breaks = Vec::new();
        while !rest.is_empty() && rest.starts_with(|c| is_break(c) || is_blank(c)) {
            let trimmed = rest.trim_start_matches(is_blank);
            let (_, line_break, behind) = split_line(trimmed);
            if !trimmed.starts_with(is_break) {
                rest = trimmed;
                break;
            }
            breaks.push(line_break);
            rest = behind;
        }
        if line.escaped_break {
            value.extend(breaks);
            continue;
        }
        match breaks.as_slice() {
            [] => {}
            ["\n"] => value.push(' '),
            ["\n", more @ ..] => value.extend(more.iter().copied()),
            all => value.extend(all.iter().copied()),
        }
    }
}

fn is_blank(c: char) -> bool {
    matches!(c, ' ' | '\t')
}

struct Line<'a> {
    rest: &'a str,
    escaped_break: bool,
}

/// Appends a line without the blanks before its break. What is left starts
/// at the break, or behind it if it was escaped.
fn unescape<'a>(value: &mut String, text: &'a str, style: Style) -> Line<'a> {
    let mut kept = value.len();
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        if is_break(c) {
            break;
        }
        rest = &rest[c.len_utf8()..];
        match c {
            '\'' if style == Style::SingleQuoted => {
                rest = rest.strip_prefix('\'').unwrap_or(rest);
                value.push('\'');
            }
            '\\' if style == Style::DoubleQuoted && rest.starts_with(is_break) => {
                let (_, _, behind) = split_line(rest);
                return Line { rest: behind, escaped_break: true };
            }
            '\\' if style == Style::DoubleQuoted => rest = escape(value, rest),
            c => {
                value.push(c);
                if is_blank(c) {
                    continue;
                }
            }
        }
        kept = value.len();
    }
    if !rest.is_empty() {
        value.truncate(kept);
    }
    Line { rest, escaped_break: false }
}

/// Appends what an escape stands for and gives what follows it.
fn escape<'a>(value: &mut String, text: &'a str) -> &'a str {
    let mut chars = text.chars();
    let digits = match chars.next() {
        Some('x') => 2,
        Some('u') => 4,
        Some('U') => 8,
        Some(c) => {
            value.push(named(c));
            0
        }
        None => 0,
    };
    let (code, rest) = chars.as_str().split_at_checked(digits).unwrap_or_default();
    if digits > 0 {
        value.extend(u32::from_str_radix(code, 16).ok().and_then(char::from_u32));
    }
    rest
}

fn named(c: char) -> char {
    match c {
        '0' => '\0',
        'a' => '\x07',
        'b' => '\x08',
        't' => '\t',
        'n' => '\n',
        'v' => '\x0b',
        'f' => '\x0c',
        'r' => '\r',
        'e' => '\x1b',
        'N' => '\u{85}',
        '_' => '\u{a0}',
        'L' => '\u{2028}',
        'P' => '\u{2029}',
        other => other,
    }
}

/// The lines below a `|` or `>`.
fn block(text: &str, scalar: &ScalarToken) -> String {
    let (header, _, mut rest) = split_line(text);
    let indicators = header.split(['#', ' ', '\t']).next().unwrap_or_default();
    let literal = scalar.style == Style::Literal;
    let mut value = String::with_capacity(rest.len());
    let (mut last_break, mut empty_lines) = ("", String::new());
    let mut after_blank = false;
    while !rest.is_empty() {
        let (line, line_break, behind) = split_line(rest);
        rest = behind;
        let indentation = line.len() - line.trim_start_matches(' ').len();
        let content = line.get((scalar.indent as usize).min(indentation)..).unwrap_or_default();
        if content.is_empty() {
            empty_lines.push_str(line_break);
            continue;
        }
        let blank = content.starts_with(is_blank);
        if !literal && !after_blank && !blank && last_break == "\n" {
            if empty_lines.is_empty() {
                value.push(' ');
            }
        } else {
            value.push_str(last_break);
        }
        value.push_str(&std::mem::take(&mut empty_lines));
        value.push_str(content);
        (last_break, after_blank) = (line_break, blank);
    }
    if !indicators.contains('-') {
        value.push_str(last_break);
    }
    if indicators.contains('+') {
        value.push_str(&empty_lines);
    }
    value
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::edit::yaml::token::Span;

    fn value(text: &str, style: Style, indent: u32) -> String {
        decode(text, &ScalarToken { span: Span::new(0, text.len()), style, indent }).into_owned()
    }

    #[test]
    fn folds_the_lines_of_plain_and_quoted_scalars() {
        assert_eq!(value("one\n  two  \n\n three", Style::Plain, 0), "one two\nthree");
        assert_eq!(value("'it''s \r\n  two'", Style::SingleQuoted, 0), "it's two");
        assert_eq!(value("\"a \\\n   b\\tc\"", Style::DoubleQuoted, 0), "a b\tc");
        assert_eq!(value("\" a\\u00e9 \"", Style::DoubleQuoted, 0), " aé ");
    }

    #[test]
    fn chomps_the_lines_of_block_scalars() {
        assert_eq!(value("|\n  x:1\n", Style::Literal, 2), "x:1\n");
        assert_eq!(value("|- # c+\r\n  a\r\n   b\r\n\r\n", Style::Literal, 2), "a\n b");
        assert_eq!(value("|+\n  a\n\n", Style::Literal, 2), "a\n\n");
        assert_eq!(value(">\n  a\n  b\n\n  c\n", Style::Folded, 2), "a b\nc\n");
    }
}
