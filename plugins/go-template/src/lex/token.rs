//! The words of a template.

use crate::text::quote;

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
