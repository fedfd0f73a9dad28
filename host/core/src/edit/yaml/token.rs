//! What the scanner finds.

use std::ops::Range;

use super::cursor::Mark;

/// The most bytes a file may have: tokens are copied often, and small so.
pub(in crate::edit) const MAX_FILE: usize = u32::MAX as usize;

/// A range of a file's bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::edit) struct Span {
    start: u32,
    end: u32,
}

impl Span {
    /// The range between two places in a file of at most `MAX_FILE` bytes.
    pub fn new(start: usize, end: usize) -> Self {
        Self { start: start as u32, end: end as u32 }
    }

    /// The range, to index with.
    pub fn range(self) -> Range<usize> {
        self.start as usize..self.end as usize
    }
}

/// How a scalar is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::edit) enum Style {
    Plain,
    SingleQuoted,
    DoubleQuoted,
    Literal,
    Folded,
}

/// A scalar as it stands in the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::edit) struct ScalarToken {
    /// Its bytes in the file, quotes and block header included.
    pub span: Span,
    /// How it is written.
    pub style: Style,
    /// The columns its lines are indented by; of block scalars only.
    pub indent: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    StreamStart,
    StreamEnd,
    Directive,
    DocumentStart,
    DocumentEnd,
    BlockSequenceStart,
    BlockMappingStart,
    BlockEnd,
    FlowSequenceStart,
    FlowSequenceEnd,
    FlowMappingStart,
    FlowMappingEnd,
    BlockEntry,
    FlowEntry,
    Key,
    Value,
    /// The name is in this range.
    Alias(Span),
    /// The name is in this range.
    Anchor(Span),
    /// Whether its handle needs no declaration.
    Tag {
        known: bool,
    },
    Scalar(ScalarToken),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Token {
    pub kind: Kind,
    /// The line it starts in, counted from 0.
    pub line: u32,
    /// The byte it starts with.
    pub start: usize,
}

impl Token {
    /// A token that starts at a mark.
    pub fn new(kind: Kind, start: Mark) -> Self {
        Self { kind, line: start.line as u32, start: start.index }
    }
}
