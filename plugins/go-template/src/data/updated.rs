//! `.Updated`, the data of the older API: images instead of changes.

use super::image::Image;
use super::{Change, TemplateData, entries, items};
use crate::text::Str;
use crate::value::Value;
use crate::value::list::{List, ListType};
use crate::value::map::{Key, Map, MapType};
use crate::value::structs::{FILE_RESULT, IMAGE_REF, Struct, UPDATED, namespaced_name};
use std::collections::BTreeMap;

/// Builds `.Updated`.
pub(crate) fn value(data: &TemplateData) -> Value {
    let mut files: BTreeMap<Key, BTreeMap<Key, Vec<&Change>>> = BTreeMap::new();
    for change in &data.changes {
        let objects = files.entry(Key::Str(Str::from(change.file.as_str()))).or_default();
        objects.entry(Key::Object(change.object())).or_default().push(change);
    }
    let file = |(name, objects): (Key, BTreeMap<Key, Vec<&Change>>)| {
        let objects = objects.into_iter().map(|(id, changes)| (id, images(&changes)));
        let objects = Map::new(MapType::UpdatedObjects, objects);
        (name, Value::Struct(Struct::new(&FILE_RESULT, vec![Value::Map(objects)])))
    };
    let files = Map::new(MapType::UpdatedFiles, files.into_iter().map(file));
    Value::Struct(Struct::new(&UPDATED, vec![Value::Map(files)]))
}

/// The policy a marker names, and the part of the image it stands for.
fn marker(setter: &str) -> (&str, &str, &str) {
    let mut parts = setter.splitn(3, ':');
    let mut part = || parts.next().unwrap_or("");
    (part(), part(), part())
}

/// What is known of one policy's image within one object.
#[derive(Default)]
struct Parts<'c> {
    full: Vec<&'c str>,
    name: Option<&'c str>,
    tag: Option<&'c str>,
    digest: Option<&'c str>,
}

impl<'c> Parts<'c> {
    fn add(&mut self, part: &str, change: &'c Change) {
        let full = change.image.as_deref();
        match (full, part) {
            (Some(full), _) => self.add_full(full),
            (None, "name") => self.name = Some(&change.new),
            (None, "tag") => self.tag = Some(&change.new),
            (None, "digest") => self.digest = Some(&change.new),
            (None, _) => self.add_full(&change.new),
        }
    }

    fn add_full(&mut self, full: &'c str) {
        if !self.full.contains(&full) {
            self.full.push(full);
        }
    }

    /// The references written, put together where only parts were.
    fn references(self) -> Vec<String> {
        if !self.full.is_empty() {
            return self.full.into_iter().map(str::to_owned).collect();
        }
        let identifier = match (self.tag, self.digest) {
            (Some(tag), Some(digest)) => format!("{tag}@{digest}"),
            (Some(part), None) | (None, Some(part)) => part.to_owned(),
            (None, None) => String::new(),
        };
        let mark = if self.tag.is_some() { ":" } else { "@" };
        match self.name {
            Some(name) if !identifier.is_empty() => vec![format!("{name}{mark}{identifier}")],
            Some(name) => vec![name.to_owned()],
            None => vec![identifier],
        }
    }
}

/// The images that an object's changes wrote.
fn images(changes: &[&Change]) -> Value {
    let mut policies: Vec<((&str, &str), Parts<'_>)> = Vec::new();
    for &change in changes {
        let (namespace, name, part) = marker(&change.setter);
        let known = policies.iter().position(|(policy, _)| *policy == (namespace, name));
        let at = known.unwrap_or(policies.len());
        if known.is_none() {
            policies.push(((namespace, name), Parts::default()));
        }
        policies[at].1.add(part, change);
    }
    let mut images = Vec::new();
    for ((namespace, name), parts) in policies {
        let policy = namespaced_name(namespace, name);
        images.extend(parts.references().iter().map(|written| image(written, &policy)));
    }
    Value::List(List::new(ListType::Images, images))
}

fn image(written: &str, policy: &Value) -> Value {
    let Image { written, identifier, repository, registry, name } = Image::parse(written);
    let texts = [written, identifier, repository, registry, name];
    let mut fields: Vec<Value> = texts.into_iter().map(Value::str).collect();
    fields.push(policy.clone());
    Value::Struct(Struct::new(&IMAGE_REF, fields))
}

/// `.Updated.Objects`: the images of each object, whichever file it is in.
pub(crate) fn all_objects(updated: &Value) -> Value {
    let mut merged: BTreeMap<Key, Vec<Value>> = BTreeMap::new();
    for (_, file) in entries(updated) {
        for (id, images) in entries(&file) {
            merged.entry(id).or_default().extend(items(&images));
        }
    }
    let list = |(id, images)| (id, Value::List(List::new(ListType::Images, images)));
    Value::Map(Map::new(MapType::UpdatedObjects, merged.into_iter().map(list)))
}

/// `.Updated.Images`: each image once, in order of file and object.
pub(crate) fn all_images(updated: &Value) -> Value {
    let mut seen = std::collections::BTreeSet::new();
    let mut all = Vec::new();
    for (_, file) in entries(updated) {
        for image in entries(&file).iter().flat_map(|(_, images)| items(images)) {
            let Value::Struct(inner) = &image else { continue };
            if seen.insert(inner.text(0)) {
                all.push(image);
            }
        }
    }
    Value::List(List::new(ListType::Images, all))
}
