//! Go's `unicode` predicates, from the tables the regular expression engine
//! already carries.

use regex_syntax::hir::{Class, ClassUnicode, HirKind};
use std::cell::OnceCell;

struct Table(OnceCell<Option<ClassUnicode>>);

impl Table {
    fn contains(&self, pattern: &str, c: char) -> bool {
        let class = self.0.get_or_init(|| class(pattern));
        let Some(class) = class else { return false };
        let ranges = class.ranges();
        let next = ranges.partition_point(|range| range.start() <= c);
        next > 0 && c <= ranges[next - 1].end()
    }
}

fn class(pattern: &str) -> Option<ClassUnicode> {
    let hir = regex_syntax::parse(pattern).ok()?;
    match hir.into_kind() {
        HirKind::Class(Class::Unicode(class)) => Some(class),
        _ => None,
    }
}

macro_rules! category {
    ($($(#[$doc:meta])* $name:ident $pattern:literal $ascii:ident;)*) => {$(
        $(#[$doc])*
        pub(crate) fn $name(c: char) -> bool {
            thread_local! {
                static TABLE: Table = const { Table(OnceCell::new()) };
            }
            if c.is_ascii() {
                return $ascii(c);
            }
            TABLE.with(|table| table.contains($pattern, c))
        }
    )*};
}

fn ascii_letter(c: char) -> bool {
    c.is_ascii_alphabetic()
}

fn ascii_digit(c: char) -> bool {
    c.is_ascii_digit()
}

fn ascii_upper(c: char) -> bool {
    c.is_ascii_uppercase()
}

fn ascii_lower(c: char) -> bool {
    c.is_ascii_lowercase()
}

fn ascii_punctuation(c: char) -> bool {
    // `$+<=>^`|~` are symbols, not punctuation, to Unicode.
    c.is_ascii_punctuation() && !matches!(c, '$' | '+' | '<' | '=' | '>' | '^' | '`' | '|' | '~')
}

fn never(_: char) -> bool {
    false
}

fn ascii_graphic(c: char) -> bool {
    matches!(c, ' '..='~')
}

category! {
    /// Letters of any script.
    is_letter r"\p{L}" ascii_letter;
    /// Decimal digits of any script.
    is_digit r"\p{Nd}" ascii_digit;
    /// Numbers of any kind.
    is_number r"\p{N}" ascii_digit;
    /// Capital letters.
    is_upper r"\p{Lu}" ascii_upper;
    /// Small letters.
    is_lower r"\p{Ll}" ascii_lower;
    /// Title-case letters.
    is_title r"\p{Lt}" never;
    /// Punctuation.
    is_punctuation r"\p{P}" ascii_punctuation;
    /// What Go prints as it is: letters, marks, numbers, punctuation, symbols
    /// and the ASCII space.
    is_print r"[\p{L}\p{M}\p{N}\p{P}\p{S}]" ascii_graphic;
}

/// White space as Go knows it.
pub(crate) fn is_space(c: char) -> bool {
    c.is_whitespace()
}
