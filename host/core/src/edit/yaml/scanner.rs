//! From characters to tokens.

mod collections;
mod comments;
mod documents;
mod keys;
mod properties;
mod scalars;

use std::collections::VecDeque;

use super::{
    SyntaxError,
    cursor::{Cursor, Mark, is_blank},
    token::{Kind, Style, Token},
};
pub(in crate::edit) use comments::Text;
pub(super) use comments::{Comment, Place};
use keys::SimpleKey;

/// How deep flow collections, and block collections, may nest.
const MAX_DEPTH: usize = 10_000;

/// How many taken tokens are kept before they are dropped together.
const MAX_TAKEN: usize = 64;

type Scanned = Result<(), SyntaxError>;

/// Produces tokens, and the comments between them.
#[derive(Debug)]
pub(super) struct Scanner<'a> {
    cursor: Cursor<'a>,
    /// Tokens, of which the first `head` are taken. At least the last two
    /// taken are kept, for comments may still belong to them.
    tokens: Vec<Token>,
    head: usize,
    /// How many tokens were taken in all.
    taken: usize,
    pub comments: VecDeque<Comment>,
    flow_level: usize,
    /// The column of the innermost block collection; -1 outside of all.
    indent: isize,
    indents: Vec<isize>,
    simple_keys: Vec<SimpleKey>,
    simple_key_allowed: bool,
    started: bool,
    ended: bool,
    available: bool,
}

impl<'a> Scanner<'a> {
    pub fn new(cursor: Cursor<'a>) -> Self {
        Self {
            cursor,
            tokens: Vec::with_capacity(MAX_TAKEN),
            head: 0,
            taken: 0,
            comments: VecDeque::new(),
            flow_level: 0,
            indent: -1,
            indents: Vec::with_capacity(16),
            simple_keys: Vec::new(),
            simple_key_allowed: true,
            started: false,
            ended: false,
            available: false,
        }
    }

    /// The next token.
    pub fn peek(&mut self) -> Result<&Token, SyntaxError> {
        if !self.available {
            self.fetch_more()?;
        }
        self.tokens.get(self.head).ok_or_else(|| SyntaxError::new(0, "the text ends too early"))
    }

    /// How far the text was scanned.
    pub fn place(&self) -> usize {
        self.cursor.mark().index
    }

    /// Takes the token that was peeked at.
    pub fn take(&mut self) {
        let Some(token) = self.tokens.get(self.head) else {
            return;
        };
        self.ended = token.kind == Kind::StreamEnd;
        self.available = false;
        self.taken += 1;
        self.head += 1;
        if self.head == MAX_TAKEN {
            self.tokens.drain(..MAX_TAKEN - 2);
            self.head = 2;
        }
    }

    /// How many tokens are not taken yet.
    fn queued(&self) -> usize {
        self.tokens.len() - self.head
    }

    /// Comments need two tokens of look-ahead; a key may need more.
    fn fetch_more(&mut self) -> Scanned {
        while !self.ended && (self.queued() <= 2 || self.front_may_be_key()?) {
            if self.queued() > 0 && self.recent(0).is_some_and(|last| last.kind == Kind::StreamEnd)
            {
                break;
            }
            self.fetch()?;
        }
        self.available = true;
        Ok(())
    }

    fn fetch(&mut self) -> Scanned {
        if !self.started {
            self.started = true;
            self.simple_keys.push(SimpleKey::default());
            self.push(Kind::StreamStart, self.cursor.mark());
            return Ok(());
        }
        let scan_mark = self.cursor.mark();
        self.skip_to_token();
        self.unroll_indent(self.cursor.mark().column as isize, scan_mark);
        if self.cursor.is_end() {
            return self.fetch_stream_end();
        }
        if self.cursor.mark().column == 0 && self.cursor.byte() == b'%' {
            return self.fetch_directive();
        }
        if self.cursor.is_document_indicator() {
            return self.fetch_document_indicator();
        }
        let owner = self.owner_of_line_comment();
        self.fetch_content()?;
        // A comment behind a lone dash heads what follows.
        if self.recent(0).is_none_or(|token| token.kind != Kind::BlockEntry) {
            self.scan_line_comment(owner);
        }
        Ok(())
    }

    /// A comment behind a colon or comma belongs to the token before it.
    fn owner_of_line_comment(&self) -> usize {
        let separator = if self.flow_level == 0 { b':' } else { b',' };
        match self.recent(0) {
            Some(token) if self.cursor.byte() == separator => token.start,
            _ => self.cursor.mark().index,
        }
    }

    fn fetch_content(&mut self) -> Scanned {
        let next_white = self.cursor.is_white(1);
        let in_flow = self.flow_level > 0;
        match self.cursor.byte() {
            b'[' => self.fetch_flow_start(Kind::FlowSequenceStart),
            b'{' => self.fetch_flow_start(Kind::FlowMappingStart),
            b']' => self.fetch_flow_end(Kind::FlowSequenceEnd),
            b'}' => self.fetch_flow_end(Kind::FlowMappingEnd),
            b',' => self.fetch_flow_entry(),
            b'-' if next_white => self.fetch_block_entry(),
            b'?' if in_flow || next_white => self.fetch_key(),
            b':' if in_flow || next_white => self.fetch_value(),
            b'*' | b'&' => self.fetch_anchor(),
            b'!' => self.fetch_tag(),
            b'|' if !in_flow => self.fetch_block_scalar(Style::Literal),
            b'>' if !in_flow => self.fetch_block_scalar(Style::Folded),
            b'\'' => self.fetch_quoted(Style::SingleQuoted),
            b'"' => self.fetch_quoted(Style::DoubleQuoted),
            b'-' if !is_blank(self.cursor.ahead(1)) => self.fetch_plain(),
            b'?' | b':' => self.fetch_plain(),
            b'#' | b'|' | b'>' | b'%' | b'@' | b'`' | b'-' | b'\t' => {
                Err(self.cursor.error("a value cannot start with this character; quote it"))
            }
            _ => self.fetch_plain(),
        }
    }

    /// The token fetched last (0) or the one before it (1).
    fn recent(&self, back: usize) -> Option<&Token> {
        self.tokens.get(self.tokens.len().wrapping_sub(back + 1))
    }

    fn push(&mut self, kind: Kind, start: Mark) {
        self.tokens.push(Token::new(kind, start));
    }

    /// Puts a token where the token of this number stands.
    fn insert(&mut self, number: usize, kind: Kind, start: Mark) {
        let index = self.head + number.saturating_sub(self.taken).min(self.queued());
        self.tokens.insert(index, Token::new(kind, start));
    }

    /// The number the next token fetched will have.
    fn next_number(&self) -> usize {
        self.taken + self.queued()
    }
}
