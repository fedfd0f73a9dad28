//! A place in a text, and how to move on from it.

use super::SyntaxError;

/// A place in the file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Mark {
    /// The byte offset in the whole file.
    pub index: usize,
    /// The line, counted from 0.
    pub line: usize,
    /// The character in the line, counted from 0.
    pub column: usize,
}

/// Walks over one chunk of the file, whose bytes are valid UTF-8.
#[derive(Clone, Debug)]
pub(super) struct Cursor<'a> {
    /// The file up to the end of the chunk.
    bytes: &'a [u8],
    mark: Mark,
    /// The chunk's first line.
    first_line: usize,
    /// Line breaks since the last character that is not blank.
    newlines: usize,
}

impl<'a> Cursor<'a> {
    /// A cursor at `start`, which ends where `bytes` end.
    pub fn new(bytes: &'a [u8], start: usize, line: usize) -> Self {
        let mark = Mark { index: start, line, column: 0 };
        Self { bytes, mark, first_line: line, newlines: 0 }
    }

    /// Whether the place is below the chunk's first line.
    pub fn is_below_first_line(&self, mark: Mark) -> bool {
        mark.line > self.first_line
    }

    pub fn mark(&self) -> Mark {
        self.mark
    }

    pub fn newlines(&self) -> usize {
        self.newlines
    }

    /// Starts a new line for what follows the end of the text.
    pub fn force_new_line(&mut self) {
        if self.mark.column != 0 {
            self.mark.column = 0;
            self.mark.line += 1;
        }
    }

    /// The byte at the cursor; 0 behind the end.
    pub fn byte(&self) -> u8 {
        self.ahead(0)
    }

    /// The byte `n` bytes ahead; 0 behind the end.
    pub fn ahead(&self, n: usize) -> u8 {
        self.at(self.mark.index + n)
    }

    /// The byte at a place in the file; 0 behind the end.
    pub fn at(&self, index: usize) -> u8 {
        self.bytes.get(index).copied().unwrap_or(0)
    }

    /// How many bytes the line break at `index` has; 0 when there is none.
    pub fn break_length(&self, index: usize) -> usize {
        match self.at(index) {
            b'\n' => 1,
            b'\r' => 1 + usize::from(self.at(index + 1) == b'\n'),
            0xC2 if self.at(index + 1) == 0x85 => 2,
            0xE2 if self.at(index + 1) == 0x80 && matches!(self.at(index + 2), 0xA8 | 0xA9) => 3,
            _ => 0,
        }
    }

    pub fn is_end(&self) -> bool {
        self.mark.index >= self.bytes.len()
    }

    pub fn is_behind_end(&self, index: usize) -> bool {
        index >= self.bytes.len()
    }

    pub fn is_blank(&self) -> bool {
        is_blank(self.byte())
    }

    pub fn is_break(&self) -> bool {
        self.break_length(self.mark.index) > 0
    }

    /// Whether a line break or the end is `n` bytes ahead.
    pub fn is_break_or_end(&self, n: usize) -> bool {
        let index = self.mark.index + n;
        // Most characters are none, and known by their first byte.
        match self.at(index) {
            b' '..=b'~' => false,
            _ => index >= self.bytes.len() || self.break_length(index) > 0,
        }
    }

    /// Whether a blank, a line break or the end is `n` bytes ahead.
    pub fn is_white(&self, n: usize) -> bool {
        is_blank(self.ahead(n)) || self.is_break_or_end(n)
    }

    /// Whether a line of `---` or `...` starts here.
    pub fn is_document_indicator(&self) -> bool {
        self.mark.column == 0
            && matches!(self.byte(), b'-' | b'.')
            && self.ahead(1) == self.byte()
            && self.ahead(2) == self.byte()
            && self.is_white(3)
    }

    /// Moves over one character that is no line break.
    pub fn skip(&mut self) {
        let byte = self.byte();
        if !is_blank(byte) {
            self.newlines = 0;
        }
        self.mark.index = (self.mark.index + width(byte)).min(self.bytes.len());
        self.mark.column += 1;
    }

    /// Moves over `n` characters.
    pub fn skip_many(&mut self, n: usize) {
        for _ in 0..n {
            self.skip();
        }
    }

    /// Moves over a line break, if there is one.
    pub fn skip_break(&mut self) {
        let length = self.break_length(self.mark.index);
        if length > 0 {
            self.mark.index += length;
            self.mark.column = 0;
            self.mark.line += 1;
            self.newlines += 1;
        }
    }

    /// Moves over ASCII characters that are neither blank nor break, as long as
    /// `goes_on` says so. Most text is of this kind, and checked fastest so.
    pub fn skip_ascii(&mut self, goes_on: impl Fn(u8) -> bool) {
        let rest = self.bytes.get(self.mark.index..).unwrap_or_default();
        let run = rest.iter().take_while(|b| b.is_ascii_graphic() && goes_on(**b)).count();
        if run > 0 {
            self.newlines = 0;
            self.mark.index += run;
            self.mark.column += run;
        }
    }

    /// Moves over the rest of the line, its break excluded.
    pub fn skip_to_break(&mut self) {
        loop {
            self.skip_ascii(|_| true);
            if self.is_break_or_end(0) {
                return;
            }
            self.skip();
        }
    }

    pub fn skip_blanks(&mut self) {
        while self.is_blank() {
            self.skip();
        }
    }

    /// The start of the line behind the line break at the cursor.
    pub fn after_break(&self) -> Mark {
        let Mark { index, line, column } = self.mark;
        match self.break_length(index) {
            0 => Mark { index, line, column },
            length => Mark { index: index + length, line: line + 1, column: 0 },
        }
    }

    /// Moves on to a place with only blanks and line breaks before it.
    pub fn skip_white_to(&mut self, place: Mark) {
        while self.mark.index < place.index {
            if self.is_break() { self.skip_break() } else { self.skip() }
        }
    }

    /// The bytes of a range of the file.
    pub fn slice(&self, range: std::ops::Range<usize>) -> &'a [u8] {
        self.bytes.get(range).unwrap_or_default()
    }

    /// An error at the cursor's line.
    pub fn error(&self, problem: &str) -> SyntaxError {
        SyntaxError::new(self.mark.line, problem)
    }
}

pub(super) fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t')
}

/// How many bytes the character has that starts with `byte`.
fn width(byte: u8) -> usize {
    match byte {
        0..0xC0 => 1,
        0xC0..0xE0 => 2,
        0xE0..0xF0 => 3,
        _ => 4,
    }
}
