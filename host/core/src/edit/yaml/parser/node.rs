//! A node: an alias, a scalar, or the start of a collection.

use super::{Comments, Context, Event, Parsed, Parser, State};
use crate::edit::yaml::{
    SyntaxError,
    token::{Kind, Span},
};

impl Parser<'_> {
    /// Reads a node, or the start of one.
    pub(super) fn start_node(&mut self, context: Context) -> Parsed {
        if let Kind::Alias(name) = self.peek()? {
            return self.alias(name);
        }
        let has_properties = self.skip_properties()?;
        match self.peek()? {
            Kind::BlockEntry if context == Context::BlockValue => {
                self.states.push(State::IndentlessSequenceEntry);
                Ok(Event::SequenceStart(Comments::default()))
            }
            Kind::Scalar(scalar) => {
                let comments = self.take_comments();
                self.scanner.take();
                Ok(Event::Scalar(Some(scalar), comments))
            }
            Kind::FlowSequenceStart => {
                self.states.push(State::FlowSequenceFirst);
                Ok(Event::SequenceStart(self.take_comments()))
            }
            Kind::FlowMappingStart => {
                self.states.push(State::FlowMappingFirst);
                Ok(Event::MappingStart(self.take_comments()))
            }
            Kind::BlockSequenceStart if context != Context::Flow => {
                self.scanner.take();
                self.states.push(State::BlockSequenceEntry);
                Ok(Event::SequenceStart(Comments::default()))
            }
            Kind::BlockMappingStart if context != Context::Flow => {
                self.scanner.take();
                self.states.push(State::BlockMappingKey);
                Ok(Event::MappingStart(Comments::default()))
            }
            _ if has_properties => Ok(Event::Scalar(None, Comments::default())),
            _ => self.error("a value is missing or cannot stand here"),
        }
    }

    fn alias(&mut self, name: Span) -> Parsed {
        if !self.anchors.contains(self.cursor.slice(name.range())) {
            return self.error("an alias of an unknown anchor");
        }
        let comments = self.take_comments();
        self.scanner.take();
        Ok(Event::Alias(comments))
    }

    /// Goes over the anchor and the tag of a node, and tells whether it has one. They
    /// say nothing about its place, but must be sound.
    fn skip_properties(&mut self) -> Result<bool, SyntaxError> {
        let (mut tagged, mut anchored) = (false, false);
        let mut kind = self.peek()?;
        loop {
            match kind {
                Kind::Anchor(name) if !anchored => {
                    anchored = true;
                    self.anchors.insert(self.cursor.slice(name.range()));
                }
                Kind::Tag { known: true } if !tagged => tagged = true,
                Kind::Tag { known: false } if !tagged => {
                    return self.error("a tag whose handle is not declared");
                }
                _ => return Ok(tagged || anchored),
            }
            kind = self.advance()?;
        }
    }
}
