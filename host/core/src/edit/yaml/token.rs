//! What the scanner finds.

use std::ops::Range;

use super::cursor::Mark;

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
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::edit) struct ScalarToken {
    /// Its bytes in the file, quotes and block header included.
    pub range: Range<usize>,
    /// How it is written.
    pub style: Style,
    /// The columns its lines are indented by; of block scalars only.
    pub indent: usize,
}

#[derive(Clone, Debug, PartialEq, Eq)]
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
    Alias(Range<usize>),
    /// The name is in this range.
    Anchor(Range<usize>),
    /// Whether its handle needs no declaration.
    Tag {
        known: bool,
    },
    Scalar(ScalarToken),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Token {
    pub kind: Kind,
    pub start: Mark,
}
