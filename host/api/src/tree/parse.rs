//! From YAML text to trees.

use saphyr_parser::{Event, Marker, Parser, ScanError, StrInput};

use super::{Node, Position, build::Builder};

/// Why a document could not be read. The reason never quotes the file, which
/// may hold a secret.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Breakage {
    pub(crate) at: Position,
    pub(crate) reason: String,
}

/// The documents of a file in order. Where one breaks, the file ends, for
/// nothing after it can be trusted to be what it seems.
pub(crate) struct Documents<'t> {
    events: Parser<'t, StrInput<'t>>,
    done: bool,
}

impl<'t> Documents<'t> {
    /// The documents of `text`.
    pub(crate) fn new(text: &'t str) -> Self {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        Self { events: Parser::new_from_str(text), done: false }
    }

    fn next_document(&mut self) -> Result<Option<Node>, Breakage> {
        let mut builder = Builder::default();
        while let Some(event) = self.events.next_event() {
            let (event, span) = event?;
            match event {
                Event::DocumentEnd => return Ok(Some(builder.finish(span.start.into()))),
                Event::StreamEnd => return Ok(None),
                event => builder.take(event, span)?,
            }
        }
        Ok(None)
    }
}

impl Iterator for Documents<'_> {
    type Item = Result<Node, Breakage>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.done {
            return None;
        }
        let document = self.next_document().transpose();
        self.done = !matches!(document, Some(Ok(_)));
        document
    }
}

impl Breakage {
    pub(super) fn new(at: Position, reason: impl Into<String>) -> Self {
        Self { at, reason: reason.into() }
    }
}

impl From<ScanError> for Breakage {
    fn from(error: ScanError) -> Self {
        // Those messages that quote a character or name of the file do it in quotes.
        let quotes = error.info().contains(['\'', '"', '`']);
        let reason = if quotes { "an unexpected character" } else { error.info() };
        Self::new((*error.marker()).into(), reason)
    }
}

impl From<Marker> for Position {
    fn from(marker: Marker) -> Self {
        Self {
            line: u32::try_from(marker.line()).unwrap_or(u32::MAX),
            column: u32::try_from(marker.col() + 1).unwrap_or(u32::MAX),
        }
    }
}
