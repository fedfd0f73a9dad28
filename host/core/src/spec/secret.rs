//! Credentials that cannot be printed by accident.

use std::{collections::BTreeMap, fmt};

use crate::object::ObjectName;

/// A Kubernetes Secret.
#[derive(Clone, Debug)]
pub struct Secret {
    /// Its namespace and name.
    pub name: ObjectName,
    /// Its type, e.g. `kubernetes.io/dockerconfigjson`; empty when not given.
    pub kind: String,
    /// Its decoded entries.
    pub data: BTreeMap<String, SecretValue>,
}

impl Secret {
    /// The entry `key` as text, if it is there and is UTF-8.
    #[must_use]
    pub fn text(&self, key: &str) -> Option<&str> {
        std::str::from_utf8(self.data.get(key)?.expose()).ok()
    }
}

/// Bytes that neither `Debug` nor an error message shows.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct SecretValue(Vec<u8>);

impl SecretValue {
    /// Wraps the bytes.
    pub fn new(bytes: impl Into<Vec<u8>>) -> Self {
        Self(bytes.into())
    }

    /// The bytes, for the one call that needs them.
    #[must_use]
    pub fn expose(&self) -> &[u8] {
        &self.0
    }

    /// The value as text, for the one call that needs it.
    #[must_use]
    pub fn expose_text(&self) -> Option<&str> {
        std::str::from_utf8(&self.0).ok()
    }
}

impl fmt::Debug for SecretValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_value_never_prints() {
        let value = SecretValue::new("hunter2");
        assert_eq!(format!("{value:?}"), "[redacted]");
        assert_eq!(value.expose_text(), Some("hunter2"));
    }
}
