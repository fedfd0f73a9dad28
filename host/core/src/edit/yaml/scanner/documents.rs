//! What parts a stream into documents: directives, indicators, the end.

use super::{Scanned, Scanner};
use crate::edit::yaml::token::Kind;

impl Scanner<'_> {
    pub(super) fn fetch_stream_end(&mut self) -> Scanned {
        self.cursor.force_new_line();
        self.end_blocks()?;
        self.push(Kind::StreamEnd, self.cursor.mark());
        Ok(())
    }

    pub(super) fn fetch_directive(&mut self) -> Scanned {
        self.end_blocks()?;
        let start = self.cursor.mark();
        self.cursor.skip_to_break();
        let line = self.cursor.slice(start.index..self.cursor.mark().index);
        if !is_directive(line) {
            return Err(self.cursor.error("a line that starts with % is no YAML or TAG directive"));
        }
        self.push(Kind::Directive, start);
        // Eaten here, the break does not let a key follow.
        self.cursor.skip_break();
        Ok(())
    }

    pub(super) fn fetch_document_indicator(&mut self) -> Scanned {
        self.end_blocks()?;
        let kind = match self.cursor.byte() {
            b'-' => Kind::DocumentStart,
            _ => Kind::DocumentEnd,
        };
        self.push(kind, self.cursor.mark());
        self.cursor.skip_many(3);
        Ok(())
    }

    pub(super) fn end_blocks(&mut self) -> Scanned {
        self.unroll_indent(-1, self.cursor.mark());
        self.remove_simple_key()?;
        self.simple_key_allowed = false;
        Ok(())
    }
}

/// Whether the line is `%YAML MAJOR.MINOR` or `%TAG HANDLE PREFIX`.
fn is_directive(line: &[u8]) -> bool {
    let is_number =
        |text: &str| matches!(text.len(), 1..=2) && text.bytes().all(|b| b.is_ascii_digit());
    let is_handle =
        |text: &str| text == "!" || text.len() > 1 && text.starts_with('!') && text.ends_with('!');
    let Ok(line) = std::str::from_utf8(line) else {
        return false;
    };
    let words: Vec<&str> = line.split([' ', '\t']).filter(|word| !word.is_empty()).collect();
    let (words, rest) = match words.as_slice() {
        ["%TAG", handle, _, rest @ ..] => (is_handle(handle), rest),
        ["%YAML", version, rest @ ..] => {
            let parts = version.split_once('.');
            (parts.is_some_and(|(major, minor)| is_number(major) && is_number(minor)), rest)
        }
        _ => (false, &[][..]),
    };
    words && rest.first().is_none_or(|comment| comment.starts_with('#'))
}
