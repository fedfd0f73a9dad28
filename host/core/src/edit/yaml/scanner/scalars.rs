//! Where scalars end. Their values are decoded elsewhere, and only on demand.

use super::{Kind, Mark, Scanned, Scanner, Style};
use crate::edit::yaml::token::{ScalarToken, Span};

impl Scanner<'_> {
    pub(super) fn fetch_plain(&mut self) -> Scanned {
        self.save_simple_key()?;
        self.simple_key_allowed = false;
        let start = self.cursor.mark();
        let (end, broke_line) = self.scan_plain()?;
        self.push_scalar(start, end, Style::Plain, 0);
        if broke_line {
            self.simple_key_allowed = true;
        }
        Ok(())
    }

    /// The end of the plain scalar, and whether a line ended behind it.
    fn scan_plain(&mut self) -> Result<(usize, bool), crate::edit::yaml::SyntaxError> {
        let indent = self.indent + 1;
        let mut end = self.cursor.mark().index;
        let mut broke_line = false;
        while !self.cursor.is_document_indicator() && self.cursor.byte() != b'#' {
            if self.skip_plain_run() {
                broke_line = false;
                end = self.cursor.mark().index;
            }
            if !(self.cursor.is_blank() || self.cursor.is_break()) {
                break;
            }
            while self.cursor.is_blank() || self.cursor.is_break() {
                if self.cursor.is_break() {
                    self.cursor.skip_break();
                    broke_line = true;
                    continue;
                }
                let column = self.cursor.mark().column as isize;
                if broke_line && column < indent && self.cursor.byte() == b'\t' {
                    return Err(self.cursor.error("a tab cannot indent"));
                }
                self.cursor.skip();
            }
            if self.flow_level == 0 && (self.cursor.mark().column as isize) < indent {
                break;
            }
        }
        Ok((end, broke_line))
    }

    /// Moves over characters without blanks; whether there were any.
    fn skip_plain_run(&mut self) -> bool {
        let start = self.cursor.mark().index;
        loop {
            self.cursor
                .skip_ascii(|b| !matches!(b, b':' | b',' | b'?' | b'[' | b']' | b'{' | b'}'));
            if self.cursor.is_white(0) {
                break;
            }
            let ends = match self.cursor.byte() {
                b':' => self.cursor.is_white(1),
                b',' | b'?' | b'[' | b']' | b'{' | b'}' => self.flow_level > 0,
                _ => false,
            };
            if ends {
                break;
            }
            self.cursor.skip();
        }
        self.cursor.mark().index > start
    }

    pub(super) fn fetch_quoted(&mut self, style: Style) -> Scanned {
        self.save_simple_key()?;
        self.simple_key_allowed = false;
        let start = self.cursor.mark();
        self.cursor.skip();
        let quote = if style == Style::SingleQuoted { b'\'' } else { b'"' };
        loop {
            if self.cursor.is_document_indicator() {
                return Err(self.cursor.error("a document ends within quotes"));
            }
            self.cursor.skip_ascii(|b| b != quote && b != b'\\' && b != b'-' && b != b'.');
            match self.cursor.byte() {
                _ if self.cursor.is_end() => {
                    let problem = "the quotes that open here are never closed";
                    return Err(super::SyntaxError::new(start.line, problem));
                }
                b'\'' if quote == b'\'' && self.cursor.ahead(1) == b'\'' => {
                    self.cursor.skip_many(2);
                }
                byte if byte == quote => break,
                b'\\' if quote == b'"' => self.skip_escape()?,
                _ if self.cursor.is_break() => self.cursor.skip_break(),
                _ => self.cursor.skip(),
            }
        }
        self.cursor.skip();
        self.push_scalar(start, self.cursor.mark().index, style, 0);
        Ok(())
    }

    fn skip_escape(&mut self) -> Scanned {
        self.cursor.skip();
        if self.cursor.is_break() {
            self.cursor.skip_break();
            return Ok(());
        }
        let digits = match self.cursor.byte() {
            b'0' | b'a' | b'b' | b't' | b'\t' | b'n' | b'v' | b'f' | b'r' | b'e' | b' ' | b'"'
            | b'\'' | b'\\' | b'N' | b'_' | b'L' | b'P' => 0,
            b'x' => 2,
            b'u' => 4,
            b'U' => 8,
            _ => return Err(self.cursor.error("an unknown escape in double quotes")),
        };
        let mut value = Some(0_u32);
        for n in 1..=digits {
            let digit = (self.cursor.ahead(n) as char).to_digit(16);
            value = value.zip(digit).map(|(value, digit)| (value << 4) | digit);
        }
        if value.and_then(char::from_u32).is_none() {
            return Err(self.cursor.error("an escape in double quotes that is no character"));
        }
        self.cursor.skip_many(1 + digits);
        Ok(())
    }

    pub(super) fn fetch_block_scalar(&mut self, style: Style) -> Scanned {
        self.remove_simple_key()?;
        self.simple_key_allowed = true;
        let start = self.cursor.mark();
        let explicit = self.scan_block_header(start)?;
        let base = self.indent.max(0) as usize;
        let mut indent = explicit.map(|digit| base + digit);
        if self.cursor.is_end() {
            // The column is the header's, and tells nothing.
            indent = indent.or(Some((self.indent + 1).max(1) as usize));
        }
        let mut end = self.scan_block_breaks(&mut indent)?;
        while Some(self.cursor.mark().column) == indent && !self.cursor.is_end() {
            self.cursor.skip_to_break();
            self.cursor.skip_break();
            end = self.scan_block_breaks(&mut indent)?;
        }
        self.push_scalar(start, end, style, indent.unwrap_or(0));
        Ok(())
    }

    /// Reads `|` or `>` with its indicators, and the comment behind it.
    fn scan_block_header(&mut self, start: Mark) -> Result<Option<usize>, super::SyntaxError> {
        self.cursor.skip();
        let mut explicit = None;
        let mut chomped = false;
        loop {
            match self.cursor.byte() {
                b'+' | b'-' if !chomped => chomped = true,
                digit @ b'1'..=b'9' if explicit.is_none() => {
                    explicit = Some(usize::from(digit - b'0'));
                }
                _ => break,
            }
            self.cursor.skip();
        }
        self.cursor.skip_blanks();
        if self.cursor.byte() == b'#' {
            self.scan_line_comment(start.index);
            self.cursor.skip_to_break();
        }
        if !self.cursor.is_break_or_end(0) {
            return Err(self.cursor.error("only a comment may follow | or > in its line"));
        }
        self.cursor.skip_break();
        Ok(explicit)
    }

    /// Moves over empty lines and the next line's indentation, and finds the
    /// indentation if it is not known. Gives the end of the empty lines.
    fn scan_block_breaks(
        &mut self,
        indent: &mut Option<usize>,
    ) -> Result<usize, super::SyntaxError> {
        let mut end = self.cursor.mark().index;
        let mut deepest = 0;
        loop {
            let within = |column: usize| indent.is_none_or(|indent| column < indent);
            while within(self.cursor.mark().column) && self.cursor.byte() == b' ' {
                self.cursor.skip();
            }
            let column = self.cursor.mark().column;
            deepest = deepest.max(column);
            if within(column) && self.cursor.byte() == b'\t' {
                return Err(self.cursor.error("a tab cannot indent"));
            }
            if !self.cursor.is_break() {
                break;
            }
            self.cursor.skip_break();
            end = self.cursor.mark().index;
        }
        let least = (self.indent + 1).max(1) as usize;
        indent.get_or_insert(deepest.max(least));
        Ok(end)
    }

    fn push_scalar(&mut self, start: Mark, end: usize, style: Style, indent: usize) {
        let span = Span::new(start.index, end);
        let indent = indent as u32;
        self.push(Kind::Scalar(ScalarToken { span, style, indent }), start);
    }
}
