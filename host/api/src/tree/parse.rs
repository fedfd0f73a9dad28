//! From YAML text to trees, within bounds.
//!
//! Built from the parser's events without recursion: serde's visitors need
//! some 50 KB of stack a level in a debug build, and a file decides the depth.

use std::collections::HashMap;

use saphyr_parser::{Event, Marker, Parser, ScalarStyle, ScanError, Span, StrInput, Tag};

use super::{Entry, Node, Position, Value, merge, scalar};

/// Deepest nesting of a document. The schemas in a CRD, the deepest YAML that
/// lies about in GitOps repositories, stay below 60.
const MAX_DEPTH: usize = 100;

/// What aliases may add to one document, in bytes as [`Node::weight`] counts.
const MAX_REPEATED: usize = 16 << 20;

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
        Self {
            events: Parser::new_from_str(text),
            done: false,
        }
    }

    fn next_document(&mut self) -> Result<Option<Node>, Breakage> {
        let mut builder = Builder::default();
        while let Some(event) = self.events.next_event() {
            let (event, span) = event?;
            match event {
                Event::DocumentEnd => return Ok(builder.root.take()),
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

/// A document under construction.
#[derive(Default)]
struct Builder {
    open: Vec<Open>,
    anchors: HashMap<usize, (Node, usize)>,
    repeated: usize,
    root: Option<Node>,
}

/// A list or mapping whose end has not come.
struct Open {
    at: Position,
    anchor: usize,
    contents: Contents,
}

enum Contents {
    List(Vec<Node>),
    Map(Mapping),
}

#[derive(Default)]
struct Mapping {
    entries: Vec<Entry>,
    key: Option<Key>,
    merged: Vec<Node>,
}

struct Key {
    text: String,
    at: Position,
    merges: bool,
}

impl Builder {
    fn take(&mut self, event: Event<'_>, span: Span) -> Result<(), Breakage> {
        let at = Position::from(span.start);
        match event {
            Event::Scalar(text, style, anchor, tag) => {
                self.take_scalar(&text, style, tag.as_deref(), anchor, at)
            }
            Event::Alias(anchor) => self.take_alias(anchor, at),
            Event::SequenceStart(anchor, _) => self.open(at, anchor, Contents::List(Vec::new())),
            Event::MappingStart(anchor, _) => {
                self.open(at, anchor, Contents::Map(Mapping::default()))
            }
            Event::SequenceEnd | Event::MappingEnd => self.close(),
            _ => Ok(()),
        }
    }

    fn take_scalar(
        &mut self,
        text: &str,
        style: ScalarStyle,
        tag: Option<&Tag>,
        anchor: usize,
        at: Position,
    ) -> Result<(), Breakage> {
        let plain = matches!(style, ScalarStyle::Plain);
        if let Some(key) = self.awaited_key() {
            *key = Some(Key {
                text: text.to_owned(),
                at,
                merges: plain && text == "<<",
            });
            return Ok(());
        }
        let value = scalar::resolve(text, plain, tag);
        self.put(Node { at, value }, anchor)
    }

    fn take_alias(&mut self, anchor: usize, at: Position) -> Result<(), Breakage> {
        let Some(weight) = self.anchors.get(&anchor).map(|(_, weight)| *weight) else {
            return Err(Breakage::new(at, "an alias stands within what it names"));
        };
        self.spend(weight, at)?;
        let value = self.anchors[&anchor].0.value.clone();
        let node = Node { at, value };
        match (self.awaited_key(), &node.value) {
            (None, _) => self.put(node, 0),
            (Some(key), Value::Text(text)) => {
                let text = text.clone();
                *key = Some(Key {
                    text,
                    at,
                    merges: false,
                });
                Ok(())
            }
            (Some(_), _) => Err(Breakage::new(at, "a key is not a string")),
        }
    }

    /// The place for a key, when the innermost mapping waits for one.
    fn awaited_key(&mut self) -> Option<&mut Option<Key>> {
        match &mut self.open.last_mut()?.contents {
            Contents::Map(Mapping {
                key: key @ None, ..
            }) => Some(key),
            _ => None,
        }
    }

    fn open(&mut self, at: Position, anchor: usize, contents: Contents) -> Result<(), Breakage> {
        if self.awaited_key().is_some() {
            return Err(Breakage::new(at, "a key is not a string"));
        }
        if self.open.len() == MAX_DEPTH {
            let reason = format!("it is nested more than {MAX_DEPTH} levels deep");
            return Err(Breakage::new(at, reason));
        }
        self.open.push(Open {
            at,
            anchor,
            contents,
        });
        Ok(())
    }

    fn close(&mut self) -> Result<(), Breakage> {
        let Some(Open {
            at,
            anchor,
            contents,
        }) = self.open.pop()
        else {
            return Ok(());
        };
        let value = match contents {
            Contents::List(items) => Value::List(items),
            Contents::Map(mut map) => {
                merge::complete(&mut map.entries, map.merged)?;
                Value::Map(map.entries)
            }
        };
        self.put(Node { at, value }, anchor)
    }

    fn spend(&mut self, weight: usize, at: Position) -> Result<(), Breakage> {
        self.repeated = self.repeated.saturating_add(weight);
        if self.repeated > MAX_REPEATED {
            let reason = format!(
                "its anchors and aliases repeat over {} MiB",
                MAX_REPEATED >> 20
            );
            return Err(Breakage::new(at, reason));
        }
        Ok(())
    }

    /// Puts a finished value where it belongs; anchors count from 1.
    fn put(&mut self, node: Node, anchor: usize) -> Result<(), Breakage> {
        if anchor > 0 {
            // The copy kept for aliases counts too: anchors may nest.
            let weight = node.weight();
            self.spend(weight, node.at)?;
            self.anchors.insert(anchor, (node.clone(), weight));
        }
        let Some(open) = self.open.last_mut() else {
            self.root = Some(node);
            return Ok(());
        };
        match &mut open.contents {
            Contents::List(items) => items.push(node),
            Contents::Map(map) => map.put(node),
        }
        Ok(())
    }
}

impl Mapping {
    fn put(&mut self, value: Node) {
        match self.key.take() {
            Some(key) if key.merges => self.merged.push(value),
            Some(Key { text: key, at, .. }) => self.entries.push(Entry { key, at, value }),
            None => {}
        }
    }
}

impl Breakage {
    pub(super) fn new(at: Position, reason: impl Into<String>) -> Self {
        Self {
            at,
            reason: reason.into(),
        }
    }
}

impl From<ScanError> for Breakage {
    fn from(error: ScanError) -> Self {
        // Those messages that quote a character or name of the file do it in quotes.
        let quotes = error.info().contains(['\'', '"', '`']);
        let reason = if quotes {
            "an unexpected character"
        } else {
            error.info()
        };
        Self::new((*error.marker()).into(), reason)
    }
}

impl From<Marker> for Position {
    fn from(marker: Marker) -> Self {
        Self {
            line: marker.line() as u64,
            column: marker.col() as u64 + 1,
        }
    }
}
