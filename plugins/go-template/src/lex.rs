//! Cuts a template into text and the words of its actions.

mod action;
mod number;
mod token;

pub(crate) use token::{Kind, Token};

use crate::text::{decode, find};

const LEFT: &[u8] = b"{{";
const RIGHT: &[u8] = b"}}";
const EOF: char = '\u{FFFF}';

/// Reads tokens one at a time.
#[derive(Debug)]
pub(crate) struct Lexer<'t> {
    input: &'t [u8],
    start: usize,
    pos: usize,
    /// How much of the input `line` counts.
    counted: usize,
    line: usize,
    parens: usize,
    inside: bool,
}

fn is_space(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\r' | '\n')
}

fn spaces_before(bytes: &[u8]) -> usize {
    bytes.iter().rev().take_while(|&&b| is_space(char::from(b))).count()
}

fn spaces_after(bytes: &[u8]) -> usize {
    bytes.iter().take_while(|&&b| is_space(char::from(b))).count()
}

fn starts_trim(rest: &[u8]) -> bool {
    matches!(rest, [b'-', b, ..] if is_space(char::from(*b)))
}

fn ends_trim(rest: &[u8]) -> bool {
    matches!(rest, [b, b'-', ..] if is_space(char::from(*b)))
}

impl<'t> Lexer<'t> {
    pub(crate) fn new(input: &'t [u8]) -> Self {
        Self { input, start: 0, pos: 0, counted: 0, line: 1, parens: 0, inside: false }
    }

    /// The next token; after the end or an error, the end again.
    pub(crate) fn next_token(&mut self) -> Token<'t> {
        loop {
            let token = if self.inside { Some(self.action()) } else { self.text() };
            if let Some(token) = token {
                return token;
            }
        }
    }

    fn rest(&self) -> &'t [u8] {
        &self.input[self.pos..]
    }

    fn line_at(&mut self, pos: usize) -> usize {
        if pos < self.counted {
            self.line = 1;
            self.counted = 0;
        }
        self.line += memchr::memchr_iter(b'\n', &self.input[self.counted..pos]).count();
        self.counted = pos;
        self.line
    }

    fn emit(&mut self, kind: Kind) -> Token<'t> {
        let (pos, text) = (self.start, &self.input[self.start..self.pos]);
        self.start = self.pos;
        Token { kind, pos, line: self.line_at(pos), text, problem: String::new() }
    }

    fn error(&mut self, problem: String) -> Token<'t> {
        let pos = self.start;
        let line = self.line_at(pos);
        self.inside = false;
        self.pos = self.input.len();
        self.start = self.pos;
        Token { kind: Kind::Error, pos, line, text: &[], problem }
    }

    fn peek(&self) -> char {
        match decode(self.rest()) {
            (_, 0) => EOF,
            (c, _) => c,
        }
    }

    fn bump(&mut self) -> char {
        match decode(self.rest()) {
            (_, 0) => EOF,
            (c, width) => {
                self.pos += width;
                c
            }
        }
    }

    /// Text up to an action; `None` when a comment or nothing was skipped.
    fn text(&mut self) -> Option<Token<'t>> {
        let Some(at) = find(self.rest(), LEFT) else {
            self.pos = self.input.len();
            let kind = if self.pos > self.start { Kind::Text } else { Kind::Eof };
            return Some(self.emit(kind));
        };
        let delim = self.pos + at;
        if at > 0 {
            let trims = starts_trim(&self.input[delim + LEFT.len()..]);
            let trimmed = if trims { spaces_before(&self.input[self.start..delim]) } else { 0 };
            self.pos = delim - trimmed;
            let token = self.emit(Kind::Text);
            self.pos = delim;
            self.start = delim;
            if !token.text.is_empty() {
                return Some(token);
            }
        }
        self.left_delim()
    }

    fn left_delim(&mut self) -> Option<Token<'t>> {
        self.pos += LEFT.len();
        let marker = if starts_trim(self.rest()) { 2 } else { 0 };
        if self.input[self.pos + marker..].starts_with(b"/*") {
            self.pos += marker;
            self.start = self.pos;
            return self.comment();
        }
        let token = self.emit(Kind::LeftDelim);
        self.inside = true;
        self.parens = 0;
        self.pos += marker;
        self.start = self.pos;
        Some(token)
    }

    fn comment(&mut self) -> Option<Token<'t>> {
        self.pos += 2;
        let Some(end) = find(self.rest(), b"*/") else {
            return Some(self.error("unclosed comment".to_owned()));
        };
        self.pos += end + 2;
        let Some(trims) = self.at_right_delim() else {
            return Some(self.error("comment ends before closing delimiter".to_owned()));
        };
        self.pass_right_delim(trims);
        self.start = self.pos;
        None
    }

    /// Whether an action ends here and, if so, whether it trims what follows.
    fn at_right_delim(&self) -> Option<bool> {
        let rest = self.rest();
        if ends_trim(rest) && rest[2..].starts_with(RIGHT) {
            return Some(true);
        }
        rest.starts_with(RIGHT).then_some(false)
    }

    fn pass_right_delim(&mut self, trims: bool) {
        self.pos += if trims { 2 } else { 0 } + RIGHT.len();
        if trims {
            self.pos += spaces_after(self.rest());
        }
    }

    fn right_delim(&mut self, trims: bool) -> Token<'t> {
        if trims {
            self.pos += 2;
            self.start = self.pos;
        }
        self.pos += RIGHT.len();
        let token = self.emit(Kind::RightDelim);
        if trims {
            self.pos += spaces_after(self.rest());
            self.start = self.pos;
        }
        self.inside = false;
        token
    }
}
