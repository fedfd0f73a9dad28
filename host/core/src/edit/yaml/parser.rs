//! From tokens to events.
//!
//! Invariant: the comments gathered when a token is looked at go to the next
//! event that takes comments. Keys, values, aliases and flow collections do;
//! the start of a block collection and an empty value do not.

mod block;
mod flow;
mod node;

use std::collections::HashSet;

use super::{
    Chunk, SyntaxError,
    cursor::Cursor,
    scanner::{Place, Scanner, Text},
    token::{Kind, ScalarToken},
};

/// What a document consists of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::edit) enum Event {
    SequenceStart(Comments),
    SequenceEnd(Comments),
    MappingStart(Comments),
    MappingEnd(Comments),
    /// A value; `None` where nothing is written.
    Scalar(Option<ScalarToken>, Comments),
    Alias(Comments),
    /// The document is over. What follows in the chunk is not read.
    End,
}

/// The comments that belong to an event.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in crate::edit) struct Comments {
    /// Those above it.
    pub head: Option<Text>,
    /// Those behind it.
    pub line: Option<Text>,
}

#[derive(Clone, Copy, Debug)]
enum State {
    Document,
    BlockSequenceEntry,
    IndentlessSequenceEntry,
    BlockMappingKey,
    BlockMappingValue,
    FlowSequenceFirst,
    FlowSequenceEntry,
    PairKey,
    PairValue,
    PairEnd,
    FlowMappingFirst,
    FlowMappingKey,
    FlowMappingValue,
    FlowMappingNoValue,
    DocumentEnd,
}

/// Where a node stands, which decides what it may be.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Context {
    Flow,
    Block,
    /// Below a key, where a list needs no indentation.
    BlockValue,
}

type Parsed = Result<Event, SyntaxError>;

/// Reads the one document of a chunk.
#[derive(Debug)]
pub(in crate::edit) struct Parser<'a> {
    cursor: Cursor<'a>,
    scanner: Scanner<'a>,
    states: Vec<State>,
    comments: Comments,
    /// The line of the token looked at last.
    line: usize,
    anchors: HashSet<&'a [u8]>,
}

impl<'a> Parser<'a> {
    /// Reads the chunk of a file.
    pub fn new(file: &'a str, chunk: Chunk) -> Self {
        let text = &file.as_bytes()[..chunk.end];
        let bom = text[chunk.start..].starts_with("\u{feff}".as_bytes());
        let start = chunk.start + if bom { 3 } else { 0 };
        let cursor = Cursor::new(text, start, chunk.line);
        Self {
            scanner: Scanner::new(cursor.clone()),
            cursor,
            states: vec![State::Document],
            comments: Comments::default(),
            line: chunk.line,
            anchors: HashSet::new(),
        }
    }

    /// The next event; `End` again and again after the last.
    pub fn next(&mut self) -> Parsed {
        let Some(state) = self.states.pop() else {
            return Ok(Event::End);
        };
        match state {
            State::Document => self.document(),
            State::BlockSequenceEntry => self.block_sequence_entry(),
            State::IndentlessSequenceEntry => self.indentless_sequence_entry(),
            State::BlockMappingKey => self.block_mapping_key(),
            State::BlockMappingValue => self.block_mapping_value(),
            State::FlowSequenceFirst => self.flow_sequence_entry(true),
            State::FlowSequenceEntry => self.flow_sequence_entry(false),
            State::PairKey => self.pair_key(),
            State::PairValue => self.pair_value(),
            State::PairEnd => {
                self.peek()?;
                self.states.push(State::FlowSequenceEntry);
                Ok(Event::MappingEnd(Comments::default()))
            }
            State::FlowMappingFirst => self.flow_mapping_key(true),
            State::FlowMappingKey => self.flow_mapping_key(false),
            State::FlowMappingValue => self.flow_mapping_value(),
            State::FlowMappingNoValue => {
                self.peek()?;
                Ok(self.empty(State::FlowMappingKey))
            }
            State::DocumentEnd => {
                if self.peek()? == Kind::DocumentEnd {
                    self.scanner.take();
                }
                Ok(Event::End)
            }
        }
    }

    /// Where text starts that follows the end of the document, if there is any.
    pub fn unread(&mut self) -> Option<usize> {
        match self.scanner.peek() {
            Ok(token) => (token.kind != Kind::StreamEnd).then_some(token.start),
            Err(_) => Some(self.scanner.place()),
        }
    }

    /// The next token's kind. The comments before it become pending.
    fn peek(&mut self) -> Result<Kind, SyntaxError> {
        let token = self.scanner.peek()?;
        let (kind, start) = (token.kind, token.start);
        self.line = token.line as usize;
        while let Some(comment) = self.scanner.comments.front() {
            let waits =
                comment.token > start || comment.place == Place::Head && kind == Kind::BlockEnd;
            if waits {
                break;
            }
            if let Some(comment) = self.scanner.comments.pop_front() {
                match comment.place {
                    Place::Head => join(&mut self.comments.head, comment.text),
                    Place::Line => join(&mut self.comments.line, comment.text),
                    Place::Foot => {}
                }
            }
        }
        Ok(kind)
    }

    /// Takes the token that was peeked at, and peeks at the next.
    fn advance(&mut self) -> Result<Kind, SyntaxError> {
        self.scanner.take();
        self.peek()
    }

    fn take_comments(&mut self) -> Comments {
        std::mem::take(&mut self.comments)
    }

    /// An error at the token looked at last.
    pub fn error<T>(&self, problem: &str) -> Result<T, SyntaxError> {
        Err(SyntaxError::new(self.line, problem))
    }

    /// A value that is not there.
    fn empty(&mut self, then: State) -> Event {
        self.states.push(then);
        Event::Scalar(None, Comments::default())
    }

    fn node(&mut self, context: Context, then: State) -> Parsed {
        self.states.push(then);
        self.start_node(context)
    }

    fn document(&mut self) -> Parsed {
        self.peek()?;
        let kind = self.advance()?; // past the stream's start
        if kind == Kind::Directive {
            return self.error("a directive before a document is not supported; remove it");
        }
        if kind == Kind::StreamEnd {
            return Ok(Event::End);
        }
        self.states.push(State::DocumentEnd);
        if kind != Kind::DocumentStart {
            return self.start_node(Context::Block);
        }
        match self.advance()? {
            Kind::Directive | Kind::DocumentStart | Kind::DocumentEnd | Kind::StreamEnd => {
                Ok(Event::Scalar(None, Comments::default()))
            }
            _ => self.start_node(Context::Block),
        }
    }
}

/// Puts comment lines below others.
fn join(into: &mut Option<Text>, text: Text) {
    match into {
        Some(before) => before.lines += text.lines,
        None => *into = Some(text),
    }
}
