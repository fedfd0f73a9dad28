//! Cuts a template into text and the words of its actions.

use crate::text::{decode, decode_last, find, is_word, quote};

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Error,
    Bool,
    Char,
    CharConstant,
    Complex,
    Assign,
    Declare,
    Eof,
    Field,
    Identifier,
    LeftDelim,
    LeftParen,
    Number,
    Pipe,
    RawString,
    RightDelim,
    RightParen,
    Space,
    String,
    Text,
    Variable,
    Block,
    Break,
    Continue,
    Dot,
    Define,
    Else,
    End,
    If,
    Nil,
    Range,
    Template,
    With,
}

/// A token: where it starts, what it says.
#[derive(Clone, Debug)]
pub(crate) struct Token<'t> {
    pub(crate) kind: Kind,
    pub(crate) pos: usize,
    pub(crate) line: usize,
    pub(crate) text: &'t [u8],
    /// What is wrong, in an error token.
    pub(crate) problem: String,
}

impl Token<'_> {
    /// How errors speak of it.
    pub(crate) fn describe(&self) -> String {
        match self.kind {
            Kind::Eof => "EOF".to_owned(),
            Kind::Error => self.problem.clone(),
            kind if kind as usize >= Kind::Block as usize => {
                format!("<{}>", crate::text::lossy(self.text))
            }
            _ if self.text.len() > 10 => {
                let end = crate::text::chars(self.text).take(10).map(|(_, width)| width).sum();
                format!("{}...", quote::quote(&self.text[..end], '"', false))
            }
            _ => quote::quote(self.text, '"', false),
        }
    }
}

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

    fn action(&mut self) -> Token<'t> {
        if let Some(trims) = self.at_right_delim() {
            if self.parens == 0 {
                return self.right_delim(trims);
            }
            return self.error("unclosed left paren".to_owned());
        }
        if self.pos >= self.input.len() {
            return self.error("unclosed action".to_owned());
        }
        let before = self.pos;
        match self.bump() {
            c if is_space(c) => self.spaces(before),
            '=' => self.emit(Kind::Assign),
            ':' if self.bump() == '=' => self.emit(Kind::Declare),
            ':' => self.error("expected :=".to_owned()),
            '|' => self.emit(Kind::Pipe),
            '"' => self.quoted('"', Kind::String, "unterminated quoted string"),
            '`' => self.raw(),
            '$' => self.name(Kind::Variable, Kind::Variable),
            '\'' => self.quoted('\'', Kind::CharConstant, "unterminated character constant"),
            '.' if !self.peek().is_ascii_digit() && self.pos < self.input.len() => {
                self.name(Kind::Field, Kind::Dot)
            }
            '.' | '+' | '-' | '0'..='9' => {
                self.pos = before;
                self.number()
            }
            c if is_word(c) => self.identifier(),
            '(' => {
                self.parens += 1;
                self.emit(Kind::LeftParen)
            }
            ')' if self.parens == 0 => self.error("unexpected right paren".to_owned()),
            ')' => {
                self.parens -= 1;
                self.emit(Kind::RightParen)
            }
            ' '..='~' => self.emit(Kind::Char),
            c => {
                let problem = format!("unrecognized character in action: {}", unicode_name(c));
                self.error(problem)
            }
        }
    }

    fn spaces(&mut self, before: usize) -> Token<'t> {
        self.pos = before + spaces_after(&self.input[before..]);
        // A trimming right delimiter starts with the last of the spaces.
        let last = self.pos - 1;
        if ends_trim(&self.input[last..]) && self.input[last + 2..].starts_with(RIGHT) {
            self.pos = last;
            if last == before {
                return self.right_delim(true);
            }
        }
        self.emit(Kind::Space)
    }

    fn at_terminator(&self) -> bool {
        let c = self.peek();
        is_space(c)
            || matches!(c, '.' | ',' | '|' | ':' | ')' | '(')
            || self.pos >= self.input.len()
            || self.rest().starts_with(RIGHT)
    }

    fn pass_word(&mut self) {
        while self.pos < self.input.len() && is_word(self.peek()) {
            self.bump();
        }
    }

    fn bad_character(&mut self) -> Token<'t> {
        let problem = format!("bad character {}", unicode_name(self.peek()));
        self.error(problem)
    }

    fn name(&mut self, kind: Kind, alone: Kind) -> Token<'t> {
        if self.at_terminator() {
            return self.emit(alone);
        }
        self.pass_word();
        if !self.at_terminator() {
            return self.bad_character();
        }
        self.emit(kind)
    }

    fn identifier(&mut self) -> Token<'t> {
        self.pass_word();
        if !self.at_terminator() {
            return self.bad_character();
        }
        let kind = match &self.input[self.start..self.pos] {
            b"block" => Kind::Block,
            b"break" => Kind::Break,
            b"continue" => Kind::Continue,
            b"define" => Kind::Define,
            b"else" => Kind::Else,
            b"end" => Kind::End,
            b"if" => Kind::If,
            b"nil" => Kind::Nil,
            b"range" => Kind::Range,
            b"template" => Kind::Template,
            b"with" => Kind::With,
            b"true" | b"false" => Kind::Bool,
            _ => Kind::Identifier,
        };
        self.emit(kind)
    }

    fn quoted(&mut self, mark: char, kind: Kind, unterminated: &str) -> Token<'t> {
        loop {
            let at_end = self.pos >= self.input.len();
            match self.bump() {
                c if c == mark => return self.emit(kind),
                '\\' if self.pos < self.input.len() && self.peek() != '\n' => {
                    self.bump();
                }
                '\\' | '\n' => return self.error(unterminated.to_owned()),
                _ if at_end => return self.error(unterminated.to_owned()),
                _ => {}
            }
        }
    }

    fn raw(&mut self) -> Token<'t> {
        match memchr::memchr(b'`', self.rest()) {
            Some(end) => {
                self.pos += end + 1;
                self.emit(Kind::RawString)
            }
            None => self.error("unterminated raw quoted string".to_owned()),
        }
    }

    fn number(&mut self) -> Token<'t> {
        let mut good = self.scan_number();
        let mut kind = Kind::Number;
        if good && matches!(self.peek(), '+' | '-') {
            kind = Kind::Complex;
            good = self.scan_number() && decode_last(&self.input[..self.pos]).0 == 'i';
        }
        if good {
            return self.emit(kind);
        }
        let text = quote::quote(&self.input[self.start..self.pos], '"', false);
        self.error(format!("bad number syntax: {text}"))
    }

    fn accept(&mut self, valid: &[u8]) -> bool {
        let found = self.rest().first().is_some_and(|b| valid.contains(b));
        self.pos += usize::from(found);
        found
    }

    fn accept_run(&mut self, valid: &[u8]) {
        while self.accept(valid) {}
    }

    fn scan_number(&mut self) -> bool {
        self.accept(b"+-");
        let mut digits: &[u8] = b"0123456789_";
        let mut exponent: &[u8] = b"eE";
        if self.accept(b"0") {
            if self.accept(b"xX") {
                (digits, exponent) = (b"0123456789abcdefABCDEF_", b"pP");
            } else if self.accept(b"oO") {
                (digits, exponent) = (b"01234567_", b"");
            } else if self.accept(b"bB") {
                (digits, exponent) = (b"01_", b"");
            }
        }
        self.accept_run(digits);
        if self.accept(b".") {
            self.accept_run(digits);
        }
        if self.accept(exponent) {
            self.accept(b"+-");
            self.accept_run(b"0123456789_");
        }
        self.accept(b"i");
        if self.pos < self.input.len() && is_word(self.peek()) {
            self.bump();
            return false;
        }
        true
    }
}

fn unicode_name(c: char) -> String {
    let code = u32::from(c);
    if crate::text::unicode::is_print(c) {
        return format!("U+{code:04X} '{c}'");
    }
    format!("U+{code:04X}")
}
