//! A tree from a parser's events.
//!
//! Built without recursion: serde's visitors need some 50 KB of stack a level
//! in a debug build, and it is the file that decides how deep it goes.

use std::collections::HashMap;

use saphyr_parser::{Event, ScalarStyle, Span, Tag};

use super::{Breakage, Entry, Node, Position, Value, merge, scalar};

/// Deepest nesting of a document. The schemas in a CRD, the deepest YAML that
/// lies about in GitOps repositories, stay below 60.
const MAX_DEPTH: usize = 100;

/// The most values of a document, other than those that aliases repeat.
const MAX_NODES: usize = 1_000_000;

/// What anchors and aliases may add to one document, in bytes as
/// [`Node::weight`] counts.
const MAX_REPEATED: usize = 16 << 20;

/// A document under construction.
#[derive(Default)]
pub(super) struct Builder {
    open: Vec<Open>,
    anchors: HashMap<usize, Anchored>,
    repeated: usize,
    nodes: usize,
    root: Option<Node>,
}

/// What an anchor names, measured once.
struct Anchored {
    value: Value,
    weight: usize,
    depth: usize,
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
    /// The finished document, which is null where there was nothing until `end`.
    pub(super) fn finish(self, end: Position) -> Node {
        let (at, value) = (end, Value::Null);
        self.root.unwrap_or(Node { at, value })
    }

    /// Takes the next event.
    pub(super) fn take(&mut self, event: Event<'_>, span: Span) -> Result<(), Breakage> {
        let at = Position::from(span.start);
        self.nodes += 1;
        if self.nodes > 2 * MAX_NODES {
            let reason = format!("it holds more than {MAX_NODES} values");
            return Err(Breakage::new(at, reason));
        }
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
            *key = Some(Key { text: text.to_owned(), at, merges: plain && text == "<<" });
            let value = Value::Text(text.to_owned());
            return match anchor {
                0 => Ok(()),
                _ => self.keep(anchor, &Node { at, value }),
            };
        }
        let value = scalar::resolve(text, plain, tag);
        self.put(Node { at, value }, anchor)
    }

    fn take_alias(&mut self, anchor: usize, at: Position) -> Result<(), Breakage> {
        let Some(anchored) = self.anchors.get(&anchor) else {
            return Err(Breakage::new(at, "an alias stands within what it names"));
        };
        self.repeated = afford(self.repeated, anchored.weight, at)?;
        // Without this, aliases of aliases could nest without end.
        check_depth(self.open.len() + anchored.depth, at)?;
        let value = anchored.value.clone();
        match (self.awaited_key(), value) {
            (None, value) => self.put(Node { at, value }, 0),
            (Some(key), Value::Text(text)) => {
                *key = Some(Key { text, at, merges: false });
                Ok(())
            }
            (Some(_), _) => Err(Breakage::new(at, "a key is not a string")),
        }
    }

    /// The place for a key, when the innermost mapping waits for one.
    fn awaited_key(&mut self) -> Option<&mut Option<Key>> {
        match &mut self.open.last_mut()?.contents {
            Contents::Map(Mapping { key: key @ None, .. }) => Some(key),
            _ => None,
        }
    }

    fn open(&mut self, at: Position, anchor: usize, contents: Contents) -> Result<(), Breakage> {
        if self.awaited_key().is_some() {
            return Err(Breakage::new(at, "a key is not a string"));
        }
        check_depth(self.open.len() + 1, at)?;
        self.open.push(Open { at, anchor, contents });
        Ok(())
    }

    fn close(&mut self) -> Result<(), Breakage> {
        let Some(Open { at, anchor, contents }) = self.open.pop() else {
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

    /// Keeps a copy for aliases, which counts as much as theirs: anchors may nest.
    fn keep(&mut self, anchor: usize, node: &Node) -> Result<(), Breakage> {
        let weight = node.weight();
        self.repeated = afford(self.repeated, weight, node.at)?;
        let anchored = Anchored { value: node.value.clone(), weight, depth: node.depth() };
        self.anchors.insert(anchor, anchored);
        Ok(())
    }

    /// Puts a finished value where it belongs; anchors count from 1.
    fn put(&mut self, node: Node, anchor: usize) -> Result<(), Breakage> {
        if anchor > 0 {
            self.keep(anchor, &node)?;
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

fn afford(spent: usize, weight: usize, at: Position) -> Result<usize, Breakage> {
    let spent = spent.saturating_add(weight);
    if spent > MAX_REPEATED {
        let reason = "its anchors and aliases repeat too much";
        return Err(Breakage::new(at, reason));
    }
    Ok(spent)
}

fn check_depth(depth: usize, at: Position) -> Result<(), Breakage> {
    if depth > MAX_DEPTH {
        let reason = format!("it is nested more than {MAX_DEPTH} levels deep");
        return Err(Breakage::new(at, reason));
    }
    Ok(())
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
