//! Collections in brackets and braces.

use super::{Comments, Context, Event, Kind, Parsed, Parser, State};
use crate::edit::yaml::SyntaxError;

impl Parser<'_> {
    pub(super) fn flow_sequence_entry(&mut self, first: bool) -> Parsed {
        let Some(kind) = self.flow_entry(first, &Kind::FlowSequenceEnd)? else {
            return self.error("expected ',' or ']'");
        };
        match kind {
            Kind::FlowSequenceEnd => {
                let comments = self.take_comments();
                self.scanner.take();
                Ok(Event::SequenceEnd(comments))
            }
            Kind::Key => {
                self.scanner.take();
                self.states.push(State::PairKey);
                Ok(Event::MappingStart(Comments::default()))
            }
            _ => self.node(Context::Flow, State::FlowSequenceEntry),
        }
    }

    /// The token an entry of a flow collection starts with, past the comma.
    fn flow_entry(&mut self, first: bool, end: &Kind) -> Result<Option<Kind>, SyntaxError> {
        let kind = if first {
            self.peek()?;
            self.advance()?
        } else {
            self.peek()?
        };
        if first || kind == *end {
            return Ok(Some(kind));
        }
        match kind {
            Kind::FlowEntry => self.advance().map(Some),
            _ => Ok(None),
        }
    }

    pub(super) fn pair_key(&mut self) -> Parsed {
        match self.peek()? {
            Kind::Value | Kind::FlowEntry | Kind::FlowSequenceEnd => {
                // The reference swallows this token.
                self.scanner.take();
                Ok(self.empty(State::PairValue))
            }
            _ => self.node(Context::Flow, State::PairValue),
        }
    }

    pub(super) fn pair_value(&mut self) -> Parsed {
        if self.peek()? == Kind::Value {
            match self.advance()? {
                Kind::FlowEntry | Kind::FlowSequenceEnd => {}
                _ => return self.node(Context::Flow, State::PairEnd),
            }
        }
        Ok(self.empty(State::PairEnd))
    }

    pub(super) fn flow_mapping_key(&mut self, first: bool) -> Parsed {
        let Some(kind) = self.flow_entry(first, &Kind::FlowMappingEnd)? else {
            return self.error("expected ',' or '}'");
        };
        match kind {
            Kind::FlowMappingEnd => {
                let comments = self.take_comments();
                self.scanner.take();
                Ok(Event::MappingEnd(comments))
            }
            Kind::Key => match self.advance()? {
                Kind::Value | Kind::FlowEntry | Kind::FlowMappingEnd => {
                    Ok(self.empty(State::FlowMappingValue))
                }
                _ => self.node(Context::Flow, State::FlowMappingValue),
            },
            _ => self.node(Context::Flow, State::FlowMappingNoValue),
        }
    }

    pub(super) fn flow_mapping_value(&mut self) -> Parsed {
        if self.peek()? == Kind::Value {
            match self.advance()? {
                Kind::FlowEntry | Kind::FlowMappingEnd => {}
                _ => return self.node(Context::Flow, State::FlowMappingKey),
            }
        }
        Ok(self.empty(State::FlowMappingKey))
    }
}
