//! The interface `metadata`, imported by plugins that look something up.

use crate::Image;
use bindings::tagwarden::policy::metadata as wire;
use std::collections::BTreeMap;

mod bindings {
    wit_bindgen::generate!({
        path: "../../wit",
        inline: "package tagwarden:sdk; world images { import tagwarden:policy/metadata@0.1.0; }",
        world: "tagwarden:sdk/images",
        generate_all,
    });
}

pub(crate) fn lookup(index: u32) -> Option<Image> {
    wire::lookup(index).map(Into::into)
}

impl From<wire::Image> for Image {
    fn from(image: wire::Image) -> Self {
        let wire::Image { digest, created, first_seen, size, platforms, labels, annotations } =
            image;
        let (labels, annotations) = (by_name(labels), by_name(annotations));
        Self { digest, created, first_seen, size, platforms, labels, annotations }
    }
}

fn by_name(attributes: Vec<wire::Attribute>) -> BTreeMap<String, String> {
    attributes.into_iter().map(|attribute| (attribute.name, attribute.value)).collect()
}
