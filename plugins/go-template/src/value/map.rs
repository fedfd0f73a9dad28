//! Maps: shared, mutable, always walked in the order of their keys.

use super::Value;
use super::structs::{self, Struct};
use crate::text::Str;
use std::cell::{Ref, RefCell, RefMut};
use std::collections::BTreeMap;
use std::rc::Rc;

/// The map types that occur.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum MapType {
    Any,
    Str,
    FileChanges,
    ObjectChanges,
    UpdatedFiles,
    UpdatedObjects,
}

impl MapType {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Any => "map[string]interface {}",
            Self::Str => "map[string]string",
            Self::FileChanges => "map[string]update.ObjectChanges",
            Self::ObjectChanges => "update.ObjectChanges",
            Self::UpdatedFiles => "map[string]update.FileResult",
            Self::UpdatedObjects => "map[update.ObjectIdentifier][]update.ImageRef",
        }
    }

    pub(crate) fn has_string_keys(self) -> bool {
        !matches!(self, Self::ObjectChanges | Self::UpdatedObjects)
    }

    /// What `index` gives for a key that is not there.
    pub(crate) fn zero(self) -> Value {
        use super::list::{List, ListType};
        match self {
            Self::Any => Value::Nil,
            Self::Str => Value::str(""),
            Self::FileChanges => Value::Map(Map::nil(Self::ObjectChanges)),
            Self::ObjectChanges => Value::List(List::nil(ListType::Changes)),
            Self::UpdatedFiles => {
                let objects = Value::Map(Map::nil(Self::UpdatedObjects));
                Value::Struct(Struct::new(&structs::FILE_RESULT, vec![objects]))
            }
            Self::UpdatedObjects => Value::List(List::nil(ListType::Images)),
        }
    }
}

/// A key: text, or what identifies an object.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Key {
    Str(Str),
    Object(ObjectId),
}

/// What identifies an object, in the order Go compares the fields.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct ObjectId {
    pub(crate) api_version: Str,
    pub(crate) kind: Str,
    pub(crate) name: Str,
    pub(crate) namespace: Str,
}

impl Key {
    pub(crate) fn value(&self) -> Value {
        match self {
            Self::Str(text) => Value::Str(text.clone()),
            Self::Object(id) => structs::object_identifier(id),
        }
    }
}

/// A map. Clones share the entries.
#[derive(Clone, Debug)]
pub(crate) struct Map {
    pub(crate) ty: MapType,
    entries: Entries,
}

/// The entries; none for a nil map.
#[derive(Clone, Debug)]
struct Entries(Option<Rc<RefCell<BTreeMap<Key, Value>>>>);

impl Drop for Entries {
    fn drop(&mut self) {
        let last = self.0.take().and_then(Rc::into_inner);
        if let Some(entries) = last {
            super::release::release(entries.into_inner().into_values().collect());
        }
    }
}

impl Map {
    pub(crate) fn new(ty: MapType, entries: impl IntoIterator<Item = (Key, Value)>) -> Self {
        let entries = entries.into_iter().collect();
        Self { ty, entries: Entries(Some(Rc::new(RefCell::new(entries)))) }
    }

    pub(crate) fn nil(ty: MapType) -> Self {
        Self { ty, entries: Entries(None) }
    }

    pub(crate) fn any(entries: impl IntoIterator<Item = (Str, Value)>) -> Value {
        let entries = entries.into_iter().map(|(key, value)| (Key::Str(key), value));
        Value::Map(Self::new(MapType::Any, entries))
    }

    pub(crate) fn is_nil(&self) -> bool {
        self.entries.0.is_none()
    }

    pub(crate) fn len(&self) -> usize {
        self.read().map_or(0, |entries| entries.len())
    }

    pub(crate) fn get(&self, key: &[u8]) -> Option<Value> {
        self.read()?.get(&Key::Str(Str::from(key))).cloned()
    }

    pub(crate) fn get_key(&self, key: &Key) -> Option<Value> {
        self.read()?.get(key).cloned()
    }

    /// The entries in order, copied out.
    pub(crate) fn entries(&self) -> Vec<(Key, Value)> {
        self.read().map_or_else(Vec::new, |entries| {
            entries.iter().map(|(key, value)| (key.clone(), value.clone())).collect()
        })
    }

    /// Sets an entry; false when the map is nil.
    pub(crate) fn set(&self, key: Key, value: Value) -> bool {
        let Some(mut entries) = self.write() else { return false };
        entries.insert(key, value);
        true
    }

    pub(crate) fn remove(&self, key: &[u8]) {
        if let Some(mut entries) = self.write() {
            entries.remove(&Key::Str(Str::from(key)));
        }
    }

    /// Whether both are the same map.
    pub(crate) fn same(&self, other: &Self) -> bool {
        match (&self.entries.0, &other.entries.0) {
            (Some(a), Some(b)) => Rc::ptr_eq(a, b),
            _ => false,
        }
    }

    fn read(&self) -> Option<Ref<'_, BTreeMap<Key, Value>>> {
        self.entries.0.as_ref().map(|entries| entries.borrow())
    }

    fn write(&self) -> Option<RefMut<'_, BTreeMap<Key, Value>>> {
        self.entries.0.as_ref().map(|entries| entries.borrow_mut())
    }
}
