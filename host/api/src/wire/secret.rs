//! Secret. Nothing that it holds may appear in an error: only names of entries do.

use std::collections::BTreeMap;

use base64::{
    Engine,
    alphabet::STANDARD,
    engine::{GeneralPurpose, general_purpose::PAD},
};
use tagwarden_core::spec::{Secret, SecretValue};

use super::{filled, metadata::Metadata};
use crate::fields::{Field, Fields};

/// As Go reads base64: padded, whatever the last unused bits are.
const BASE64: GeneralPurpose =
    GeneralPurpose::new(&STANDARD, PAD.with_decode_allow_trailing_bits(true));

/// Reads the fields of a Secret; `stringData` goes over `data`.
pub(crate) fn read(object: &Fields<'_>, metadata: Option<Metadata>) -> Option<Secret> {
    let kind = filled(object.optional("type"));
    let data = object.optional("data").map(|f| entries(&f, decoded));
    let texts = object.optional("stringData").map(|f| entries(&f, verbatim));
    object.optional("immutable");
    Some(Secret {
        name: metadata?.name,
        kind: kind.unwrap_or_default(),
        data: data.into_iter().chain(texts).flatten().collect(),
    })
}

type Read = fn(&Field<'_>) -> Option<SecretValue>;

fn entries(field: &Field<'_>, read: Read) -> BTreeMap<String, SecretValue> {
    let members = field.members().unwrap_or_default();
    let entry = |(key, value): &(&str, Field<'_>)| {
        let value = if value.is_null() { SecretValue::default() } else { read(value)? };
        Some(((*key).to_owned(), value))
    };
    members.iter().filter_map(entry).collect()
}

fn verbatim(field: &Field<'_>) -> Option<SecretValue> {
    field.text().map(SecretValue::new)
}

fn decoded(field: &Field<'_>) -> Option<SecretValue> {
    let text: String = field.text()?.chars().filter(|c| !matches!(c, '\r' | '\n')).collect();
    match BASE64.decode(&text) {
        Ok(bytes) => Some(SecretValue::new(bytes)),
        // The decoder's error would quote a byte of the value.
        Err(_) => {
            field.invalid("is not base64", Some("write plain text under `stringData`"));
            None
        }
    }
}
