//! Lists and mappings that are told by their indentation.

use super::{Comments, Context, Event, Parsed, Parser, State, join};
use crate::edit::yaml::{SyntaxError, token::Kind};

impl Parser<'_> {
    pub(super) fn block_sequence_entry(&mut self) -> Parsed {
        match self.peek()? {
            Kind::BlockEntry => {
                let kind = self.advance_over_dash()?;
                match kind {
                    Kind::BlockEntry | Kind::BlockEnd => Ok(self.empty(State::BlockSequenceEntry)),
                    _ => self.node(Context::Block, State::BlockSequenceEntry),
                }
            }
            Kind::BlockEnd => {
                self.scanner.take();
                Ok(Event::SequenceEnd(Comments::default()))
            }
            _ => self.error("expected the next '-' of the list; check the indentation"),
        }
    }

    pub(super) fn indentless_sequence_entry(&mut self) -> Parsed {
        if self.peek()? != Kind::BlockEntry {
            return Ok(Event::SequenceEnd(Comments::default()));
        }
        match self.advance_over_dash()? {
            Kind::BlockEntry | Kind::Key | Kind::Value | Kind::BlockEnd => {
                Ok(self.empty(State::IndentlessSequenceEntry))
            }
            _ => self.node(Context::Block, State::IndentlessSequenceEntry),
        }
    }

    /// A comment above a dash belongs to the whole collection behind it, if
    /// there is one, and not to that collection's first entry.
    fn advance_over_dash(&mut self) -> Result<Kind, SyntaxError> {
        let above = self.comments.head.take();
        let kind = self.advance()?;
        let is_collection = matches!(kind, Kind::BlockSequenceStart | Kind::BlockMappingStart);
        if let Some(above) = above.filter(|_| !is_collection) {
            let below = self.comments.head.replace(above);
            if let Some(below) = below {
                join(&mut self.comments.head, below);
            }
        }
        Ok(kind)
    }

    pub(super) fn block_mapping_key(&mut self) -> Parsed {
        match self.peek()? {
            Kind::Key => match self.advance()? {
                Kind::Key | Kind::Value | Kind::BlockEnd => {
                    Ok(self.empty(State::BlockMappingValue))
                }
                _ => self.node(Context::BlockValue, State::BlockMappingValue),
            },
            Kind::BlockEnd => {
                let comments = self.take_comments();
                self.scanner.take();
                Ok(Event::MappingEnd(comments))
            }
            _ => self.error("expected a key; check the indentation"),
        }
    }

    pub(super) fn block_mapping_value(&mut self) -> Parsed {
        if self.peek()? != Kind::Value {
            return Ok(self.empty(State::BlockMappingKey));
        }
        match self.advance()? {
            Kind::Key | Kind::Value | Kind::BlockEnd => Ok(self.empty(State::BlockMappingKey)),
            _ => self.node(Context::BlockValue, State::BlockMappingKey),
        }
    }
}
