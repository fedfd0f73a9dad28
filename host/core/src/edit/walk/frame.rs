//! The collections a walk is in.

use std::{borrow::Cow, collections::HashSet};

use crate::change::ObjectIdentifier;

/// The keys up to which a list is searched faster than a set.
const FEW_KEYS: usize = 16;

/// A part of an object's name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::edit) enum Field {
    ApiVersion,
    Kind,
    Name,
    Namespace,
}

impl Field {
    /// The part of an object's name that this is.
    pub fn of(self, object: &mut ObjectIdentifier) -> &mut String {
        match self {
            Self::ApiVersion => &mut object.api_version,
            Self::Kind => &mut object.kind,
            Self::Name => &mut object.name,
            Self::Namespace => &mut object.namespace,
        }
    }
}

/// What a node is to the object it is in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    Root,
    Items,
    Item,
    Metadata,
    Field(Field),
    Other,
}

/// Where the next node stands.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place {
    pub role: Role,
    /// Whether it is a key, rather than a value or an entry.
    pub key: bool,
    /// Whether the reference would look at it.
    pub visible: bool,
    /// Whether an earlier key of the same name hides it.
    pub shadowed: bool,
}

impl Place {
    /// Outside of all collections.
    pub const ROOT: Self = Self { role: Role::Root, key: false, visible: true, shadowed: false };
}

/// A collection whose end has not come yet.
#[derive(Debug)]
pub(super) struct Frame<'a> {
    mapping: bool,
    place: Place,
    keys: Vec<Cow<'a, str>>,
    /// All keys, once there are many.
    many_keys: Option<HashSet<Cow<'a, str>>>,
    /// Where the value of the last key stands; `None` before a key.
    value: Option<Place>,
}

impl<'a> Frame<'a> {
    /// A collection at a place, with room for its keys.
    pub fn new(mapping: bool, place: Place, keys: Vec<Cow<'a, str>>) -> Self {
        Self { mapping, place, keys, many_keys: None, value: None }
    }

    /// The room for keys, to be used again.
    pub fn into_keys(mut self) -> Vec<Cow<'a, str>> {
        self.keys.clear();
        self.keys
    }

    pub fn is(&self, mapping: bool, role: Role) -> bool {
        self.mapping == mapping && self.place.role == role && !self.place.key
    }

    /// Where the next node stands.
    pub fn place(&self) -> Place {
        let inner = Place { role: Role::Other, key: false, ..self.place };
        let inner = Place { visible: self.place.visible && !self.place.key, ..inner };
        match (self.mapping, self.value) {
            (true, Some(value)) => value,
            (true, None) => Place { key: true, ..inner },
            (false, _) if self.is(false, Role::Items) => Place { role: Role::Item, ..inner },
            (false, _) => inner,
        }
    }

    /// Notes a key, whose value comes next.
    pub fn take_key(&mut self, key: Cow<'a, str>) {
        let place = self.place();
        let role = match self.mapping {
            true => self.role_of(&key),
            false => Role::Other,
        };
        let is_new = self.is_new(key);
        self.value = Some(Place {
            role: if is_new { role } else { Role::Other },
            key: false,
            visible: place.visible && is_new,
            shadowed: place.shadowed || place.visible && !is_new,
        });
    }

    /// Notes that a node is complete: a key that is no scalar, or a value.
    pub fn complete(&mut self, key: &'static str) {
        match self.value {
            None if self.mapping => self.take_key(Cow::Borrowed(key)),
            _ => self.value = None,
        }
    }

    /// Takes a key for one that has not come yet.
    pub fn forget(&mut self, key: &str) {
        self.keys.retain(|known| known != key);
        if let Some(keys) = &mut self.many_keys {
            keys.remove(key);
        }
    }

    fn role_of(&self, key: &str) -> Role {
        let role = if self.place.key { Role::Other } else { self.place.role };
        match (role, key) {
            (Role::Root | Role::Item, "apiVersion") => Role::Field(Field::ApiVersion),
            (Role::Root | Role::Item, "kind") => Role::Field(Field::Kind),
            (Role::Root | Role::Item, "metadata") => Role::Metadata,
            (Role::Root, "items") => Role::Items,
            (Role::Metadata, "name") => Role::Field(Field::Name),
            (Role::Metadata, "namespace") => Role::Field(Field::Namespace),
            _ => Role::Other,
        }
    }

    fn is_new(&mut self, key: Cow<'a, str>) -> bool {
        if let Some(keys) = &mut self.many_keys {
            return keys.insert(key);
        }
        let is_new = !self.keys.contains(&key);
        self.keys.push(key);
        if self.keys.len() > FEW_KEYS {
            self.many_keys = Some(self.keys.drain(..).collect());
        }
        is_new
    }
}
