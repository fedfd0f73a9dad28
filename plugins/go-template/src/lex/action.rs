//! The words inside of an action.

use super::{Kind, Lexer, RIGHT, Token, ends_trim, is_space, spaces_after};
use crate::text::is_word;

impl<'t> Lexer<'t> {
    /// The next word of the action, or its end.
    pub(super) fn action(&mut self) -> Token<'t> {
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
}

fn unicode_name(c: char) -> String {
    let code = u32::from(c);
    if crate::text::unicode::is_print(c) {
        return format!("U+{code:04X} '{c}'");
    }
    format!("U+{code:04X}")
}
