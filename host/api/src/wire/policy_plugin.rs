//! PolicyPlugin: what an operator decided about a plugin.

use tagwarden_core::spec::{
    Artifact, Grant, Grants, PluginKind, PluginLimits, PluginSource, PolicyPlugin, is_plugin_name,
    is_sha256,
};

use super::{flag, metadata::Metadata, reference, verification};
use crate::{
    duration::{Units, duration},
    fields::{Field, Fields, quoted},
};

/// The units of sizes, as Kubernetes writes them.
const UNITS: &[(&str, u64)] = &[("Ki", 1 << 10), ("Mi", 1 << 20), ("Gi", 1 << 30)];

const GRANTS: &[(&str, Grant)] = &[("metadata", Grant::Metadata), ("wasi", Grant::Wasi)];

/// Reads the `spec`.
pub(crate) fn read(spec: &Fields<'_>, metadata: Option<Metadata>) -> Option<PolicyPlugin> {
    let kind = spec.required("kind").and_then(|f| f.choice(PluginKind::ALL));
    let source = spec.required("source").and_then(|f| source(&f));
    let digest = spec.optional("digest").and_then(|f| digest(&f));
    let grants = spec.optional("grants").map(|f| grants(&f)).unwrap_or_default();
    let limits = spec.optional("limits").and_then(|f| f.record(|f| Some(limits(f))));
    let verification = spec.optional("verify").and_then(|f| verification::read(&f));
    let secret = spec.optional("secretRef").and_then(|f| reference::local(&f));
    let cert_secret = spec.optional("certSecretRef").and_then(|f| reference::local(&f));
    let insecure = flag(spec.optional("insecure"));
    let Metadata { name, .. } = metadata?;
    if !is_plugin_name(&name.name) {
        let problem = format!("{} is no name for a plugin", quoted(&name.name));
        let hint = "use lower-case letters, digits and `-`, at most 63";
        spec.fail(crate::error::Problem::Invalid(problem), Some(hint.to_owned()));
    }
    Some(PolicyPlugin {
        name,
        kind: kind?,
        source: source?,
        digest,
        grants,
        limits: limits.unwrap_or_default(),
        verification,
        secret,
        cert_secret,
        insecure,
    })
}

/// `oci://…`, or a path from the manifest's folder.
fn source(field: &Field<'_>) -> Option<PluginSource> {
    let text = field.text()?;
    if Artifact::is_meant_by(text) {
        return match Artifact::parse(text) {
            Ok(artifact) => Some(PluginSource::Oci(artifact)),
            Err(problem) => {
                field.invalid(problem, Some("write `oci://registry/repository:tag`"));
                None
            }
        };
    }
    if text.is_empty() || text.contains("://") {
        let hint = "write a path, or `oci://registry/repository:tag`";
        field.invalid(format!("{} is no source", quoted(text)), Some(hint));
        return None;
    }
    field.path_beside().map(PluginSource::File)
}

pub(crate) fn digest(field: &Field<'_>) -> Option<String> {
    let text = field.text()?;
    if !is_sha256(text) {
        let hint = "`tagwarden plugin inspect` shows a component's digest";
        field.invalid(format!("{} is no digest", quoted(text)), Some(hint));
    }
    Some(text.to_owned())
}

/// The grants that are named.
pub(crate) fn grants(field: &Field<'_>) -> Grants {
    let members = field.list().unwrap_or_default();
    members.iter().filter_map(|member| member.choice(GRANTS)).collect()
}

/// What one evaluation may use.
pub(crate) fn limits(fields: &Fields<'_>) -> PluginLimits {
    PluginLimits {
        deadline: fields.optional("deadline").and_then(|f| duration(&f, Units::Timeout)),
        memory: fields.optional("memory").and_then(|f| size(&f)),
        size: fields.optional("size").and_then(|f| size(&f)),
    }
}

/// Reads a number of bytes as Kubernetes writes it: `512Ki`, `32Mi`; none when it is
/// not one, or is zero.
#[must_use]
pub fn parse_size(text: &str) -> Option<u64> {
    let parsed = UNITS.iter().find_map(|(unit, bytes)| {
        text.strip_suffix(unit)?.parse::<u64>().ok()?.checked_mul(*bytes)
    });
    parsed.filter(|bytes| *bytes > 0)
}

/// A field's number of bytes.
fn size(field: &Field<'_>) -> Option<u64> {
    let text = field.text()?;
    match parse_size(text) {
        Some(bytes) => Some(bytes),
        None => {
            field.invalid(
                format!("{} is no size", quoted(text)),
                Some("write a whole number and `Ki`, `Mi` or `Gi`, e.g. `32Mi`"),
            );
            None
        }
    }
}
