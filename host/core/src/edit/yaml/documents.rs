//! Cutting a file into the texts that are read one by one.

use memchr::memmem;

use super::SyntaxError;

/// One document's part of the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::edit) struct Chunk {
    /// Where it starts.
    pub start: usize,
    /// Where it ends.
    pub end: usize,
    /// The line it starts in, counted from 0.
    pub line: usize,
}

/// Cuts at each line that starts with `---`, except the file's first.
///
/// The reference cuts the text before any YAML is read, so this holds inside
/// quoted scalars too, and only a comment may follow the dashes.
pub(in crate::edit) fn split(text: &str) -> Result<Vec<Chunk>, SyntaxError> {
    let mut chunks = Vec::new();
    let (mut start, mut line) = (0, 0);
    let mut from = 0;
    while let Some(found) = memmem::find(&text.as_bytes()[from..], b"\n---") {
        let separator = from + found + 1;
        let lines = memchr::memchr_iter(b'\n', &text.as_bytes()[start..separator]).count();
        let Some(length) = memchr::memchr(b'\n', &text.as_bytes()[separator..]) else {
            break;
        };
        let rest = text[separator + 3..separator + length].trim();
        if !rest.is_empty() && !rest.starts_with('#') {
            let problem = format!("only a comment may follow --- in its line, found {rest:?}");
            return Err(SyntaxError::new(line + lines, problem));
        }
        chunks.push(Chunk { start, end: separator, line });
        start = separator + length + 1;
        line += lines + 1;
        // The line feed that ends one separator does not start the next.
        from = start;
    }
    chunks.push(Chunk { start, end: text.len(), line });
    Ok(chunks)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(text: &str) -> Vec<(&str, usize)> {
        let chunks = split(text).unwrap();
        chunks.iter().map(|c| (&text[c.start..c.end], c.line)).collect()
    }

    #[test]
    fn cuts_at_separators_and_counts_lines() {
        assert_eq!(
            texts("---\na\n--- # c\nb\r\n---\r\nc"),
            [("---\na\n", 0), ("b\r\n", 3), ("c", 5)]
        );
    }

    #[test]
    fn of_two_separators_in_a_row_the_second_opens_a_document() {
        assert_eq!(texts("a\n---\n---\nb"), [("a\n", 0), ("---\nb", 2)]);
    }

    #[test]
    fn content_behind_a_separator_is_an_error_with_its_line() {
        assert_eq!(split("a: 1\n--- {b: 2}\n").unwrap_err().line, 2);
    }
}
