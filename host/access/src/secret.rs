//! Entries of a secret.

use tagwarden_core::spec::Secret;

use crate::{Refusal, RefusalKind};

/// An entry as text; present but not text is an error that names it.
///
/// # Errors
/// When the entry is not UTF-8.
pub fn entry<'a>(secret: &'a Secret, key: &str) -> Result<Option<&'a str>, Refusal> {
    match secret.data.get(key) {
        None => Ok(None),
        Some(value) => value
            .expose_text()
            .map(Some)
            .ok_or_else(|| wrong(secret, format!("has a `{key}` that is not UTF-8 text"))),
    }
}

/// The bytes of the first of these entries that is there.
pub(crate) fn first(secret: &Secret, keys: &[&str]) -> Option<Vec<u8>> {
    keys.iter().find_map(|key| secret.data.get(*key)).map(|value| value.expose().to_vec())
}

/// What is wrong with a secret.
pub fn wrong(secret: &Secret, what: impl AsRef<str>) -> Refusal {
    Refusal::new(RefusalKind::Configuration, format!("secret {} {}", secret.name, what.as_ref()))
}

#[cfg(test)]
pub(crate) mod fixture {
    use tagwarden_core::{object::ObjectName, spec::SecretValue};

    use super::*;

    pub(crate) fn secret(entries: &[(&str, &str)]) -> Secret {
        Secret {
            name: ObjectName::new("apps", "git"),
            kind: String::new(),
            data: entries.iter().map(|(k, v)| ((*k).to_owned(), SecretValue::new(*v))).collect(),
        }
    }
}
