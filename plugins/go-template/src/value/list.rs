//! Slices: a window onto shared elements.

use super::{UintType, Value};
use crate::text::Str;
use std::cell::RefCell;
use std::rc::Rc;

/// The slice types that occur.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ListType {
    Any,
    Str,
    Int,
    Bytes,
    Chunks,
    Changes,
    Images,
}

impl ListType {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Any => "[]interface {}",
            Self::Str => "[]string",
            Self::Int => "[]int",
            Self::Bytes => "[]uint8",
            Self::Chunks => "[][]interface {}",
            Self::Changes => "[]update.Change",
            Self::Images => "[]update.ImageRef",
        }
    }
}

/// The elements; none for a nil slice.
#[derive(Clone, Debug)]
struct Items(Option<Rc<RefCell<Vec<Value>>>>);

impl Drop for Items {
    fn drop(&mut self) {
        let last = self.0.take().and_then(Rc::into_inner);
        if let Some(items) = last {
            super::release::release(items.into_inner());
        }
    }
}

/// A slice. Clones share the elements.
#[derive(Clone, Debug)]
pub(crate) struct List {
    pub(crate) ty: ListType,
    items: Items,
    start: usize,
    len: usize,
}

impl List {
    pub(crate) fn new(ty: ListType, items: Vec<Value>) -> Self {
        let len = items.len();
        let items = Items(Some(Rc::new(RefCell::new(items))));
        Self { ty, items, start: 0, len }
    }

    pub(crate) fn nil(ty: ListType) -> Self {
        Self { ty, items: Items(None), start: 0, len: 0 }
    }

    pub(crate) fn any(items: Vec<Value>) -> Value {
        Value::List(Self::new(ListType::Any, items))
    }

    pub(crate) fn strings(items: impl IntoIterator<Item = Str>) -> Value {
        let items = items.into_iter().map(Value::Str).collect();
        Value::List(Self::new(ListType::Str, items))
    }

    pub(crate) fn bytes(items: &[u8]) -> Value {
        let item = |b: &u8| Value::Uint(UintType::Uint8, u64::from(*b));
        Value::List(Self::new(ListType::Bytes, items.iter().map(item).collect()))
    }

    pub(crate) fn is_nil(&self) -> bool {
        self.items.0.is_none()
    }

    pub(crate) fn len(&self) -> usize {
        self.len
    }

    /// How far the window can be widened.
    pub(crate) fn capacity(&self) -> usize {
        let items = self.items.0.as_ref().map_or(0, |items| items.borrow().len());
        items - self.start
    }

    pub(crate) fn get(&self, index: usize) -> Option<Value> {
        let items = self.items.0.as_ref()?;
        if index >= self.len {
            return None;
        }
        items.borrow().get(self.start + index).cloned()
    }

    /// The elements, copied out.
    pub(crate) fn to_vec(&self) -> Vec<Value> {
        self.items.0.as_ref().map_or_else(Vec::new, |items| {
            items.borrow()[self.start..self.start + self.len].to_vec()
        })
    }

    /// Narrows or widens the window; `None` when it would leave the elements.
    pub(crate) fn window(&self, from: i64, to: i64) -> Option<Self> {
        let (from, to) = (usize::try_from(from).ok()?, usize::try_from(to).ok()?);
        if from > to || to > self.capacity() {
            return None;
        }
        Some(Self { start: self.start + from, len: to - from, ..self.clone() })
    }

    /// Rearranges the elements in place, for all who share them.
    pub(crate) fn sort_by(&self, order: impl FnMut(&Value, &Value) -> std::cmp::Ordering) {
        if let Some(items) = &self.items.0 {
            items.borrow_mut()[self.start..self.start + self.len].sort_by(order);
        }
    }

    /// The elements of a `[]uint8`.
    pub(crate) fn raw(&self) -> Vec<u8> {
        let byte = |item| match item {
            Value::Uint(_, b) => b as u8,
            _ => 0,
        };
        self.to_vec().into_iter().map(byte).collect()
    }

    /// Whether both are the same window onto the same elements.
    pub(crate) fn same(&self, other: &Self) -> bool {
        let shared = match (&self.items.0, &other.items.0) {
            (Some(a), Some(b)) => Rc::ptr_eq(a, b),
            _ => false,
        };
        shared && self.start == other.start && self.len == other.len
    }
}
