//! Text that comes from a plugin, before a person or a file sees it.

/// Whether `c` could make text show as something it is not: control
/// characters, and the marks that reorder what follows them.
fn deceives(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{2028}' | '\u{2029}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// The text on one line, with a mark for every character that is not safe to
/// print, cut at about `max` bytes.
pub(crate) fn one_line(text: &str, max: usize) -> String {
    let text = text.trim();
    let mut clean = String::with_capacity(text.len().min(max));
    for c in text.chars() {
        if clean.len() >= max {
            clean.push('…');
            break;
        }
        match c {
            '\n' | '\t' => clean.push(' '),
            c if deceives(c) => clean.push(char::REPLACEMENT_CHARACTER),
            c => clean.push(c),
        }
    }
    clean
}

/// The first character of `text` that has no place on a line: any that
/// deceives, the line feed among them.
pub(crate) fn unfit_for_line(text: &str) -> Option<char> {
    if text.bytes().all(|b| (b' '..=b'~').contains(&b)) {
        return None;
    }
    text.chars().find(|c| deceives(*c) && *c != '\t')
}

/// The first character that has no place in a text of many lines. A carriage
/// return may stand before a line feed only, or it would overwrite its line.
pub(crate) fn unfit_for_text(text: &str) -> Option<char> {
    let ends_line = |at: usize| text.as_bytes().get(at + 1) == Some(&b'\n');
    let fits = |at, c| matches!(c, '\n' | '\t') || !deceives(c) || (c == '\r' && ends_line(at));
    text.char_indices().find(|(at, c)| !fits(*at, *c)).map(|(_, c)| c)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_shows_what_it_holds_and_no_more() {
        assert_eq!(one_line(" a\nb\u{1b}[2Jc\u{202e} ", 99), "a b\u{fffd}[2Jc\u{fffd}");
        assert_eq!(one_line("äöü", 4), "äö…");
    }

    #[test]
    fn finds_what_does_not_belong_on_a_line() {
        assert_eq!(unfit_for_line("Zürich 1.2\t3"), None);
        assert_eq!(unfit_for_line("a\u{1b}[31m"), Some('\u{1b}'));
        assert_eq!(unfit_for_line("a\nb"), Some('\n'));
        assert_eq!(unfit_for_line("a\u{2066}b"), Some('\u{2066}'));
    }

    #[test]
    fn text_may_have_lines_ended_either_way() {
        assert_eq!(unfit_for_text("a\n\tb\r\nc"), None);
        assert_eq!(unfit_for_text("safe\rEVIL"), Some('\r'));
        assert_eq!(unfit_for_text("a\0"), Some('\0'));
    }
}
