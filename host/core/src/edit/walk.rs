//! A walk over the documents of a file that finds the marked values.

mod frame;

use std::{borrow::Cow, ops::Range};

use super::yaml::{self, Chunk, Comments, Event, Parser, ScalarToken, Style, SyntaxError, Text};
use crate::change::ObjectIdentifier;
pub(super) use frame::Field;
use frame::{Frame, Place, Role};

/// A value with a comment that may be a marker.
#[derive(Debug)]
pub(super) struct Site {
    /// The value.
    pub scalar: ScalarToken,
    /// The comment, from its `#`.
    pub comment: Range<usize>,
    /// The object that holds the value, by its place among those found.
    pub object: usize,
    /// The part of the object's name that the value is.
    pub field: Option<Field>,
}

/// A comment with a marker's text that belongs to no value.
#[derive(Debug)]
pub(super) struct Stray {
    /// The comment, from its `#`.
    pub comment: Range<usize>,
    /// What it belongs to.
    pub owner: &'static str,
}

/// What a file holds.
#[derive(Debug, Default)]
pub(super) struct Found {
    pub sites: Vec<Site>,
    pub objects: Vec<ObjectIdentifier>,
    pub strays: Vec<Stray>,
    /// Text behind the end of a document, which nothing reads.
    pub unread: Vec<Range<usize>>,
}

/// Finds the values that the comments at `places` belong to.
pub(super) fn walk(file: &str, places: &[usize]) -> Result<Found, SyntaxError> {
    let mut found = Found::default();
    let chunks = yaml::split(file)?;
    let may_be_list = chunks.len() == 1;
    let mut walker = Walker::new(file, places, may_be_list, &mut found);
    for chunk in chunks {
        walker.document(chunk)?;
    }
    Ok(found)
}

struct Walker<'a, 'f> {
    file: &'a str,
    places: &'f [usize],
    may_be_list: bool,
    found: &'f mut Found,
    /// The first site of this document.
    first: usize,
    frames: Vec<Frame<'a>>,
    /// Room for keys, left by collections that ended.
    spare: Vec<Vec<Cow<'a, str>>>,
    root: ObjectIdentifier,
    /// The entry of a list's items that is being read, with its first site.
    item: Option<(ObjectIdentifier, usize)>,
    /// The entries of a list's items that hold sites, with their sites.
    items: Vec<(ObjectIdentifier, Range<usize>)>,
}

impl<'a, 'f> Walker<'a, 'f> {
    fn new(file: &'a str, places: &'f [usize], may_be_list: bool, found: &'f mut Found) -> Self {
        Self {
            file,
            places,
            may_be_list,
            first: 0,
            found,
            frames: Vec::with_capacity(16),
            spare: Vec::new(),
            root: ObjectIdentifier::default(),
            item: None,
            items: Vec::new(),
        }
    }

    fn document(&mut self, chunk: Chunk) -> Result<(), SyntaxError> {
        let mut parser = Parser::new(self.file, chunk);
        self.first = self.found.sites.len();
        loop {
            let event = parser.next()?;
            if let Some(problem) = self.problem(&event) {
                return parser.error(problem);
            }
            match event {
                Event::MappingStart(comments) => self.open(true, &comments),
                Event::SequenceStart(comments) => self.open(false, &comments),
                Event::MappingEnd(comments) => self.close(&comments, "a whole mapping"),
                Event::SequenceEnd(comments) => self.close(&comments, "a whole list"),
                Event::Scalar(scalar, comments) => self.scalar(scalar, &comments),
                Event::Alias(comments) => self.alias(&comments),
                Event::End => break,
            }
        }
        if let Some(start) = parser.unread() {
            self.found.unread.push(start..chunk.end);
        }
        self.name_objects();
        Ok(())
    }

    /// Why the event cannot be part of an object: a document and its metadata
    /// are mappings, or null.
    fn problem(&self, event: &Event) -> Option<&'static str> {
        let is_mapping_or_null = match event {
            Event::Scalar(None, _) | Event::MappingStart(_) | Event::End => true,
            Event::Scalar(Some(scalar), _) => is_null(self.file, scalar),
            _ => false,
        };
        match self.frames.last() {
            _ if is_mapping_or_null => None,
            None => Some("a document must be a mapping, as every object is"),
            Some(frame) if frame.is(true, Role::Root) && frame.place().role == Role::Metadata => {
                Some("metadata must be a mapping")
            }
            Some(_) => None,
        }
    }

    fn place(&self) -> Place {
        self.frames.last().map_or(Place::ROOT, Frame::place)
    }

    fn open(&mut self, mapping: bool, comments: &Comments) {
        self.stray(comments, if mapping { "a whole mapping" } else { "a whole list" });
        let place = self.place();
        if mapping && place.role == Role::Item {
            self.item = Some((ObjectIdentifier::default(), self.found.sites.len()));
        }
        let keys = self.spare.pop().unwrap_or_default();
        self.frames.push(Frame::new(mapping, place, keys));
    }

    fn close(&mut self, comments: &Comments, what: &'static str) {
        self.stray(comments, what);
        let Some(frame) = self.frames.pop() else {
            return;
        };
        if frame.is(true, Role::Item)
            && let Some((item, first)) = self.item.take()
            && self.found.sites.len() > first
        {
            self.items.push((item, first..self.found.sites.len()));
        }
        self.spare.push(frame.into_keys());
        self.complete("");
    }

    fn alias(&mut self, comments: &Comments) {
        self.stray(comments, "an alias; mark the anchor's value");
        self.complete("");
    }

    fn scalar(&mut self, scalar: Option<ScalarToken>, comments: &Comments) {
        let place = self.place();
        let Some(scalar) = scalar else {
            self.note_null(place.role);
            return self.complete("");
        };
        if self.frames.is_empty() {
            return self.stray(comments, "a document without an object");
        }
        if place.key {
            self.stray(comments, "a key");
            let key = yaml::decode(self.file, &scalar);
            if let Some(frame) = self.frames.last_mut() {
                frame.take_key(key);
            }
            return;
        }
        if place.shadowed {
            self.stray(comments, "a repeated key, whose first value counts");
        } else if is_null(self.file, &scalar) && self.note_null(place.role) {
            self.stray(comments, "metadata, which is a mapping");
        } else if place.visible {
            self.note_field(place.role, &scalar);
            self.note_site(place.role, &scalar, comments);
        } else {
            self.stray(comments, "a key");
        }
        self.complete("");
    }

    /// A node is complete: if it was a key, its value comes next.
    fn complete(&mut self, key: &'static str) {
        if let Some(frame) = self.frames.last_mut() {
            frame.complete(key);
        }
    }

    /// The reference drops an object's metadata if it is null, and looks on.
    fn note_null(&mut self, role: Role) -> bool {
        match self.frames.last_mut() {
            Some(frame) if role == Role::Metadata && frame.is(true, Role::Root) => {
                frame.forget("metadata");
                true
            }
            _ => false,
        }
    }

    fn note_field(&mut self, role: Role, scalar: &ScalarToken) {
        let Role::Field(field) = role else {
            return;
        };
        let value = match is_null(self.file, scalar) {
            true => String::new(),
            false => yaml::decode(self.file, scalar).into_owned(),
        };
        let object = match &mut self.item {
            Some((item, _)) => item,
            None => &mut self.root,
        };
        *field.of(object) = value;
    }

    /// The comment behind a value counts, or else the one above it.
    fn note_site(&mut self, role: Role, scalar: &ScalarToken, comments: &Comments) {
        let Some(text) = comments.line.as_ref().or(comments.head.as_ref()) else {
            return;
        };
        if text.lines == 1 && self.holds_marker(text) {
            self.found.sites.push(Site {
                scalar: *scalar,
                comment: text.first.range(),
                object: 0,
                field: match role {
                    // Null stays null to the reference, whatever is written.
                    Role::Field(field) if !is_null(self.file, scalar) => Some(field),
                    _ => None,
                },
            });
        }
    }

    fn stray(&mut self, comments: &Comments, owner: &'static str) {
        for text in [&comments.head, &comments.line].into_iter().flatten() {
            if self.holds_marker(text) {
                self.found.strays.push(Stray { comment: text.first.range(), owner });
            }
        }
    }

    fn holds_marker(&self, text: &Text) -> bool {
        let next = self.places.partition_point(|place| *place < text.first.range().start);
        self.places.get(next).is_some_and(|place| *place < text.first.range().end)
    }

    /// Says of each site which object it belongs to: its list entry's, if the
    /// document is a list and the entry is an object.
    fn name_objects(&mut self) {
        let is_list =
            self.may_be_list && matches!(self.root.kind.as_str(), "List" | "ResourceList");
        let root = self.found.objects.len();
        self.found.objects.push(std::mem::take(&mut self.root));
        for site in &mut self.found.sites[self.first..] {
            site.object = root;
        }
        for (item, sites) in self.items.drain(..) {
            let is_object = is_list && item != ObjectIdentifier::default();
            for site in &mut self.found.sites[sites] {
                if is_object {
                    site.object = self.found.objects.len();
                } else {
                    site.field = None;
                }
            }
            if is_object {
                self.found.objects.push(item);
            }
        }
    }
}

fn is_null(file: &str, scalar: &ScalarToken) -> bool {
    let text = file.get(scalar.span.range()).unwrap_or_default();
    scalar.style == Style::Plain && matches!(text, "" | "~" | "null" | "Null" | "NULL")
}
