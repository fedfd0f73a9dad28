//! An object's metadata: its name and labels matter, the rest is let pass.

use tagwarden_core::object::ObjectName;

use crate::fields::{Field, Fields, quoted};

/// What is read of `metadata`.
pub(crate) struct Metadata {
    pub(crate) name: ObjectName,
    pub(crate) labels: Vec<(String, String)>,
}

/// Fields that the cluster or tools write, of no meaning here.
const PASSED: &[&str] = &[
    "clusterName",
    "creationTimestamp",
    "deletionGracePeriodSeconds",
    "deletionTimestamp",
    "finalizers",
    "generateName",
    "generation",
    "managedFields",
    "ownerReferences",
    "resourceVersion",
    "selfLink",
    "uid",
];

/// Reads `metadata`; an object without a namespace is in `default`.
pub(crate) fn read(object: &Fields<'_>) -> Option<Metadata> {
    object.required("metadata")?.record(|fields| {
        let name = fields.required("name").and_then(|f| name(&f));
        let namespace = fields.optional("namespace").and_then(|f| namespace(&f));
        let labels = fields.optional("labels").and_then(|f| f.text_map());
        fields.optional("annotations").and_then(|f| f.text_map());
        for name in PASSED {
            fields.optional(name);
        }
        Some(Metadata {
            name: ObjectName::new(namespace.unwrap_or_else(|| "default".to_owned()), name?),
            labels: labels.unwrap_or_default().into_iter().collect(),
        })
    })
}

fn namespace(field: &Field<'_>) -> Option<String> {
    match field.text()? {
        "" => None,
        _ => name(field),
    }
}

/// A name as Kubernetes takes it; `${…}`, which Flux substitutes, is let pass.
pub(crate) fn name(field: &Field<'_>) -> Option<String> {
    let text = field.text()?;
    if is_subdomain(text) || (text.contains("${") && text.len() <= 253) {
        return Some(text.to_owned());
    }
    let problem = format!("{} is not a name that Kubernetes takes", quoted(text));
    field.invalid(problem, Some("use lower-case letters, digits, `-` and `.`, at most 253"));
    None
}

fn is_subdomain(text: &str) -> bool {
    let ends_well = |part: &str| !part.starts_with('-') && !part.ends_with('-');
    let plain = |c: u8| c.is_ascii_lowercase() || c.is_ascii_digit() || c == b'-';
    text.len() <= 253
        && text.split('.').all(|p| !p.is_empty() && ends_well(p) && p.bytes().all(plain))
}
