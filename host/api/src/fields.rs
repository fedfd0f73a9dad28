//! Reading a mapping field by field, so that what is left over is unknown.

mod value;

use std::{
    cell::RefCell,
    collections::{HashMap, hash_map::Entry as Slot},
};

use crate::{
    context::{Context, Version},
    error::Problem,
    hint,
    tree::{Entry, Position},
};

pub(crate) use value::{Field, quoted};

/// A mapping whose fields are asked for by name.
pub(crate) struct Fields<'n> {
    context: &'n Context,
    path: String,
    at: Position,
    entries: &'n [Entry],
    asked: RefCell<Vec<&'static str>>,
    moved: RefCell<Vec<(&'static str, String)>>,
}

impl<'n> Fields<'n> {
    /// Reads `entries` by `read`, which must ask for every field that there
    /// can be, and reports those it did not ask for.
    pub(crate) fn read<T>(
        context: &'n Context,
        path: &str,
        at: Position,
        entries: &'n [Entry],
        read: impl FnOnce(&Self) -> T,
    ) -> T {
        let fields = Self {
            context,
            path: path.to_owned(),
            at,
            entries,
            asked: RefCell::default(),
            moved: RefCell::default(),
        };
        let result = read(&fields);
        fields.finish();
        result
    }

    /// The version of the object.
    pub(crate) fn version(&self) -> Version {
        self.context.version
    }

    /// The field, if it is there and not null.
    pub(crate) fn optional(&self, name: &'static str) -> Option<Field<'n>> {
        self.asked.borrow_mut().push(name);
        let entry = self.entries.iter().find(|e| e.key == name)?;
        let field = Field::new(self.context, self.path_of(name), entry);
        (!field.is_null()).then_some(field)
    }

    /// The field, which must be there.
    pub(crate) fn required(&self, name: &'static str) -> Option<Field<'n>> {
        let field = self.optional(name);
        if field.is_none() {
            self.missing(name, None);
        }
        field
    }

    /// Records that a field is missing.
    pub(crate) fn missing(&self, name: &str, hint: Option<&str>) {
        let null = self.entries.iter().find(|e| e.key == name);
        let at = null.map_or(self.at, |entry| entry.at);
        let hint = hint.map(str::to_owned);
        self.context.fail(at, &self.path_of(name), Problem::Missing, hint);
    }

    /// A field that came with `first`.
    pub(crate) fn since(&self, first: Version, name: &'static str) -> Option<Field<'n>> {
        if self.version() >= first {
            return self.optional(name);
        }
        self.elsewhere(name, format!("it came with {first}: raise the object's apiVersion"));
        None
    }

    /// A field that was last in `last`.
    pub(crate) fn until(&self, last: Version, name: &'static str) -> Option<Field<'n>> {
        if self.version() <= last {
            return self.optional(name);
        }
        self.elsewhere(name, format!("it was dropped after {last}: remove it"));
        None
    }

    /// What to tell a user who writes `name` here.
    pub(crate) fn elsewhere(&self, name: &'static str, hint: impl Into<String>) {
        self.moved.borrow_mut().push((name, hint.into()));
    }

    /// A field that has no effect here.
    pub(crate) fn idle(&self, name: &'static str, why: &str) {
        if let Some(field) = self.optional(name) {
            self.context.warn(field.at(), field.path(), why);
        }
    }

    /// Records a mistake that concerns this mapping as a whole.
    pub(crate) fn fail(&self, problem: Problem, hint: Option<String>) {
        self.context.fail(self.at, &self.path, problem, hint);
    }

    fn path_of(&self, name: &str) -> String {
        match self.path.as_str() {
            "" => name.to_owned(),
            path => format!("{path}.{name}"),
        }
    }

    fn finish(&self) {
        for (entry, first) in repetitions(self.entries) {
            self.reject(entry, Problem::DuplicateKey(first), None);
        }
        for entry in self.entries {
            if self.context.is_full() {
                return;
            }
            if !self.asked.borrow().contains(&entry.key.as_str()) {
                let kind = format!("{} {}", self.context.kind, self.context.version);
                self.reject(entry, Problem::UnknownField(kind), self.hint_for(&entry.key));
            }
        }
    }

    fn reject(&self, entry: &Entry, problem: Problem, hint: Option<String>) {
        self.context.fail(entry.at, &self.path_of(&entry.key), problem, hint);
    }

    fn hint_for(&self, key: &str) -> Option<String> {
        let moved = self.moved.borrow();
        let moved = moved.iter().find(|(name, _)| *name == key);
        moved
            .map(|(_, hint)| hint.clone())
            .or_else(|| hint::did_you_mean(key, &self.asked.borrow()))
    }
}

/// The entries whose key stood before, each with the line where it did.
fn repetitions(entries: &[Entry]) -> Vec<(&Entry, u32)> {
    let mut lines = HashMap::with_capacity(entries.len());
    let mut repeated = Vec::new();
    for entry in entries {
        match lines.entry(entry.key.as_str()) {
            Slot::Vacant(slot) => _ = slot.insert(entry.at.line),
            Slot::Occupied(slot) => repeated.push((entry, *slot.get())),
        }
    }
    repeated
}
