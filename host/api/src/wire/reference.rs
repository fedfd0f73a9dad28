//! References from one object to another.

use tagwarden_core::object::ObjectName;

use super::{filled, metadata};
use crate::fields::{Field, Fields};

/// `{name}`: an object of the same namespace.
pub(crate) fn local(field: &Field<'_>) -> Option<String> {
    field.record(|fields| fields.required("name").and_then(|f| metadata::name(&f)))
}

/// `{name, namespace}`: an object of `owner`'s namespace unless it says otherwise.
pub(crate) fn namespaced(fields: &Fields<'_>, owner: Option<&ObjectName>) -> Option<ObjectName> {
    let name = fields.required("name").and_then(|f| metadata::name(&f));
    let namespace = filled(fields.optional("namespace"));
    match namespace {
        Some(namespace) => Some(ObjectName::new(namespace, name?)),
        None => Some(owner?.sibling(name?)),
    }
}
