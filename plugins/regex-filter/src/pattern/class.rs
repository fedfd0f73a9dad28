//! Character classes: in brackets, by Perl's letters, by POSIX and Unicode names.

use super::error::Problem;
use super::escape;
use super::group::Flags;
use super::text::Text;
use regex_syntax::ParserBuilder;
use regex_syntax::hir::{Class, ClassUnicode, ClassUnicodeRange, HirKind};

const DIGIT: &[(char, char)] = &[('0', '9')];
const SPACE: &[(char, char)] = &[('\t', '\n'), ('\x0c', '\r'), (' ', ' ')];
const WORD: &[(char, char)] = &[('0', '9'), ('A', 'Z'), ('_', '_'), ('a', 'z')];

/// Unlike Perl's, the POSIX class of spaces has the vertical tab.
const POSIX: [(&str, &[(char, char)]); 14] = [
    ("alnum", &[('0', '9'), ('A', 'Z'), ('a', 'z')]),
    ("alpha", &[('A', 'Z'), ('a', 'z')]),
    ("ascii", &[('\0', '\x7f')]),
    ("blank", &[('\t', '\t'), (' ', ' ')]),
    ("cntrl", &[('\0', '\x1f'), ('\x7f', '\x7f')]),
    ("digit", DIGIT),
    ("graph", &[('!', '~')]),
    ("lower", &[('a', 'z')]),
    ("print", &[(' ', '~')]),
    ("punct", &[('!', '/'), (':', '@'), ('[', '`'), ('{', '~')]),
    ("space", &[('\t', '\r'), (' ', ' ')]),
    ("upper", &[('A', 'Z')]),
    ("word", WORD),
    ("xdigit", &[('0', '9'), ('A', 'F'), ('a', 'f')]),
];

pub(super) fn of_char(c: char) -> ClassUnicode {
    of_ranges(&[(c, c)])
}

fn of_ranges(ranges: &[(char, char)]) -> ClassUnicode {
    let ranges = ranges.iter();
    ClassUnicode::new(ranges.map(|(first, last)| ClassUnicodeRange::new(*first, *last)))
}

/// The characters between two code points. Halves of surrogate pairs are none.
pub(super) fn of_range(first: u32, last: u32) -> ClassUnicode {
    let first = match first {
        0xd800..0xe000 => 0xe000,
        first => first,
    };
    let last = match last {
        0xd800..0xe000 => 0xd7ff,
        last => last,
    };
    match (char::from_u32(first), char::from_u32(last)) {
        (Some(first), Some(last)) if first <= last => of_ranges(&[(first, last)]),
        _ => ClassUnicode::empty(),
    }
}

pub(super) fn any() -> ClassUnicode {
    of_ranges(&[('\0', char::MAX)])
}

pub(super) fn negated(mut class: ClassUnicode) -> ClassUnicode {
    class.negate();
    class
}

/// Adds the other cases of letters where case is ignored.
pub(super) fn folded(mut class: ClassUnicode, flags: Flags) -> ClassUnicode {
    if flags.ignore_case && class != any() {
        class.case_fold_simple();
    }
    class
}

/// A class by name: folded first and negated then, as Go does.
fn named(class: ClassUnicode, is_negated: bool, flags: Flags) -> ClassUnicode {
    let class = folded(class, flags);
    match is_negated {
        true => negated(class),
        false => class,
    }
}

/// Reads `\d` and its like, or `\p{Greek}`; none at any other escape.
pub(super) fn escaped(text: &mut Text<'_>, flags: Flags) -> Result<Option<ClassUnicode>, Problem> {
    for (name, ranges) in [('d', DIGIT), ('s', SPACE), ('w', WORD)] {
        let mut escape = text.0.strip_prefix('\\').into_iter().flat_map(str::chars);
        let Some(letter) = escape.next() else {
            return Ok(None);
        };
        if letter.eq_ignore_ascii_case(&name) {
            text.0 = &text.0[2..];
            let class = of_ranges(ranges);
            return Ok(Some(named(class, letter != name, flags)));
        }
    }
    let before = *text;
    let is_negated = match text.eat(r"\P") {
        false if !text.eat(r"\p") => return Ok(None),
        is_negated => is_negated,
    };
    let invalid = |after: Text<'_>| Problem::InvalidClass(before.up_to(after));
    let name = match text.next() {
        None => return Err(Problem::TrailingBackslash),
        Some('{') => text.eat_until("}").ok_or_else(|| invalid(Text("")))?,
        Some(letter) => &before.0[2..2 + letter.len_utf8()],
    };
    let (is_negated, name) = match name.strip_prefix('^') {
        Some(name) => (!is_negated, name),
        None => (is_negated, name),
    };
    let class = unicode_class(name).ok_or_else(|| invalid(*text))?;
    Ok(Some(named(class, is_negated, flags)))
}

/// A general category or a script by name; none when there is no such class.
pub(super) fn unicode_class(name: &str) -> Option<ClassUnicode> {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | ' ');
    let starts_with_is = name.get(..2).is_some_and(|is| is.eq_ignore_ascii_case("is"));
    if name.is_empty() || !name.chars().all(is_plain) || starts_with_is {
        return None;
    }
    let mut parser = ParserBuilder::new().build();
    let parsed = parser.parse(&format!(r"\p{{{name}}}")).ok()?;
    match parsed.into_kind() {
        HirKind::Class(Class::Unicode(class)) => Some(class),
        HirKind::Literal(literal) => {
            let literal = std::str::from_utf8(&literal.0).ok()?;
            literal.chars().next().map(of_char)
        }
        _ => None,
    }
}

/// Reads a class in brackets.
pub(super) fn bracketed(text: &mut Text<'_>, flags: Flags) -> Result<ClassUnicode, Problem> {
    let whole = *text;
    text.next();
    let is_negated = text.eat("^");
    let mut class = ClassUnicode::empty();
    let mut is_first = true;
    while is_first || text.peek() != Some(']') {
        is_first = false;
        let item = match posix(text, flags)? {
            Some(item) => Some(item),
            None => escaped(text, flags)?,
        };
        let item = match item {
            Some(item) => item,
            None => folded(range(text, whole)?, flags),
        };
        class.union(&item);
    }
    text.next();
    Ok(match is_negated {
        true => negated(class),
        false => class,
    })
}

/// Reads `[:alpha:]` or `[:^alpha:]`; none at anything else.
fn posix(text: &mut Text<'_>, flags: Flags) -> Result<Option<ClassUnicode>, Problem> {
    let before = *text;
    if !text.eat("[:") {
        return Ok(None);
    }
    let Some(name) = text.eat_until(":]") else {
        *text = before;
        return Ok(None);
    };
    let (is_negated, name) = match name.strip_prefix('^') {
        Some(name) => (true, name),
        None => (false, name),
    };
    let ranges = POSIX.iter().find(|(posix, _)| *posix == name);
    let (_, ranges) = ranges.ok_or_else(|| Problem::InvalidClass(before.up_to(*text)))?;
    Ok(Some(named(of_ranges(ranges), is_negated, flags)))
}

/// Reads a character or a range of them.
fn range(text: &mut Text<'_>, whole: Text<'_>) -> Result<ClassUnicode, Problem> {
    let before = *text;
    let first = member(text, whole)?;
    // A hyphen before the closing bracket is one, not a range.
    let is_range = text.0.len() > 1 && text.0.starts_with('-') && !text.0.starts_with("-]");
    if !is_range {
        return Ok(of_range(first, first));
    }
    text.next();
    let last = member(text, whole)?;
    match first <= last {
        true => Ok(of_range(first, last)),
        false => Err(Problem::InvalidClass(before.up_to(*text))),
    }
}

fn member(text: &mut Text<'_>, whole: Text<'_>) -> Result<u32, Problem> {
    match text.peek() {
        None => Err(Problem::MissingBracket(whole.0.to_owned())),
        Some('\\') => escape::code_point(text),
        Some(_) => Ok(text.next().map_or(0, u32::from)),
    }
}
