//! One field's value, read as the type that is wanted.

use std::{collections::BTreeMap, path::PathBuf};

use super::Fields;
use crate::{
    context::Context,
    error::Problem,
    hint,
    tree::{Entry, Node, Position, Value},
};

/// A value and the path that leads to it.
pub(crate) struct Field<'n> {
    context: &'n Context,
    path: String,
    key_at: Position,
    node: &'n Node,
}

impl<'n> Field<'n> {
    pub(super) fn new(context: &'n Context, path: String, entry: &'n Entry) -> Self {
        Self { context, path, key_at: entry.at, node: &entry.value }
    }

    pub(crate) fn is_null(&self) -> bool {
        matches!(self.node.value, Value::Null)
    }

    pub(crate) fn path(&self) -> &str {
        &self.path
    }

    /// Where its key stands.
    pub(crate) fn at(&self) -> Position {
        self.key_at
    }

    pub(crate) fn node(&self) -> &'n Node {
        self.node
    }

    /// Records that the value is wrong.
    pub(crate) fn fail(&self, problem: Problem, hint: Option<String>) {
        self.context.fail(self.node.at, &self.path, problem, hint);
    }

    /// Records that the value is not valid.
    pub(crate) fn invalid(&self, why: impl Into<String>, hint: Option<&str>) {
        self.fail(Problem::Invalid(why.into()), hint.map(str::to_owned));
    }

    /// Tells the user something about the value.
    pub(crate) fn warn(&self, text: &str) {
        self.context.warn(self.key_at, &self.path, text);
    }

    fn mistyped(&self, expected: &'static str) {
        let found = self.node.value.describe();
        let quote = expected == "a string"
            && matches!(self.node.value, Value::Bool(_) | Value::Number(_) | Value::NotFinite);
        let hint = quote.then(|| "put it in quotes".to_owned());
        self.fail(Problem::WrongType { expected, found }, hint);
    }

    /// A string.
    pub(crate) fn text(&self) -> Option<&'n str> {
        let text = self.node.text();
        if text.is_none() {
            self.mistyped("a string");
        }
        text
    }

    /// A path, from the folder that the manifest is in.
    pub(crate) fn path_beside(&self) -> Option<PathBuf> {
        self.text().map(|text| self.context.beside(text))
    }

    /// A boolean.
    pub(crate) fn flag(&self) -> Option<bool> {
        match self.node.value {
            Value::Bool(flag) => Some(flag),
            _ => {
                self.mistyped("`true` or `false`");
                None
            }
        }
    }

    /// The members of a list.
    pub(crate) fn list(&self) -> Option<Vec<Field<'n>>> {
        let Value::List(items) = &self.node.value else {
            self.mistyped("a list");
            return None;
        };
        let member = |(index, node): (usize, &'n Node)| Field {
            context: self.context,
            path: format!("{}[{index}]", self.path),
            key_at: node.at,
            node,
        };
        Some(items.iter().enumerate().map(member).collect())
    }

    /// A list of strings.
    pub(crate) fn texts(&self) -> Option<Vec<String>> {
        let members = self.list()?;
        let texts: Vec<_> = members.iter().map(|m| m.text().map(str::to_owned)).collect();
        texts.into_iter().collect()
    }

    /// A mapping, read by `read`.
    pub(crate) fn record<T>(&self, read: impl FnOnce(&Fields<'n>) -> Option<T>) -> Option<T> {
        let entries = self.entries()?;
        Fields::read(self.context, &self.path, self.node.at, entries, read)
    }

    fn entries(&self) -> Option<&'n [Entry]> {
        match &self.node.value {
            Value::Map(entries) => Some(entries),
            _ => {
                self.mistyped("a mapping");
                None
            }
        }
    }

    /// A mapping of any keys, each with its value.
    pub(crate) fn members(&self) -> Option<Vec<(&'n str, Field<'n>)>> {
        let entries = self.entries()?;
        for (entry, first) in super::repetitions(entries) {
            let path = format!("{}.{}", self.path, entry.key);
            self.context.fail(entry.at, &path, Problem::DuplicateKey(first), None);
        }
        let member = |entry: &'n Entry| {
            let path = format!("{}.{}", self.path, entry.key);
            (entry.key.as_str(), Field::new(self.context, path, entry))
        };
        Some(entries.iter().map(member).collect())
    }

    /// A mapping of strings to strings; null is the empty string, as for Go.
    pub(crate) fn text_map(&self) -> Option<BTreeMap<String, String>> {
        let members = self.members()?;
        let pairs = members.iter().map(|(key, field)| {
            let text = if field.is_null() { "" } else { field.text()? };
            Some(((*key).to_owned(), text.to_owned()))
        });
        let pairs: Vec<_> = pairs.collect();
        pairs.into_iter().collect()
    }

    /// One of several words.
    pub(crate) fn choice<T: Copy>(&self, choices: &[(&'static str, T)]) -> Option<T> {
        let text = self.text()?;
        if let Some((_, value)) = choices.iter().find(|(word, _)| *word == text) {
            return Some(*value);
        }
        let words: Vec<_> = choices.iter().map(|(word, _)| *word).collect();
        let hint = hint::did_you_mean(text, &words);
        let problem = format!("{} is not one of {}", quoted(text), words.join(", "));
        self.fail(Problem::Invalid(problem), hint);
        None
    }
}

/// A value in backticks, shortened where it is long.
pub(crate) fn quoted(text: &str) -> String {
    let mut short: String = text.chars().take(60).collect();
    if short.len() < text.len() {
        short.push('…');
    }
    format!("`{}`", short.escape_debug())
}
