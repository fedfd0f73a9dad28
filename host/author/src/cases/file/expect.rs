//! What a case expects.

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer};

use crate::Kind;

/// What an answer should be. Only what is named is compared.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Expect {
    /// The tag chosen; `null` for none.
    #[serde(default, deserialize_with = "named")]
    pub(in crate::cases) chosen: Option<Option<String>>,
    /// The tags kept.
    pub(in crate::cases) kept: Option<Vec<String>>,
    /// Their keys.
    pub(in crate::cases) keys: Option<Vec<String>>,
    /// Tags turned down, and why; others may be, too.
    #[serde(default)]
    pub(in crate::cases) rejected: BTreeMap<String, String>,
    /// The text of the message; line feeds at its end do not matter.
    pub(in crate::cases) message: Option<String>,
    /// A part of the error.
    pub(in crate::cases) error: Option<String>,
}

/// Tells `chosen: null` from no `chosen`.
fn named<'de, D: Deserializer<'de>>(value: D) -> Result<Option<Option<String>>, D::Error> {
    Option::deserialize(value).map(Some)
}

impl Expect {
    /// Refuses what no answer of a kind of plugin about these tags could be, and what
    /// every answer is.
    pub(super) fn check(&self, kind: Kind, tags: Option<&[String]>) -> Result<(), String> {
        let parts = self.parts();
        if parts.is_empty() {
            return Err("it expects nothing; name a part of the answer, or `error`".into());
        }
        let of_kind: &[&str] = match kind {
            Kind::Policy => &["chosen", "rejected", "error"],
            Kind::Filter => &["kept", "keys", "rejected", "error"],
            Kind::Message => &["message", "error"],
        };
        if let Some(part) = parts.iter().find(|part| !of_kind.contains(part)) {
            return Err(format!("a {kind} plugin is not asked for `{part}`"));
        }
        if parts.len() > 1 && self.error.is_some() {
            return Err("it expects an answer or an error, not both".into());
        }
        let tags = tags.unwrap_or_default();
        match self.tags().find(|tag| !tags.contains(tag)) {
            Some(tag) => Err(format!("it expects something of {tag}, which is not among the tags")),
            None => Ok(()),
        }
    }

    /// The parts of an answer that are compared.
    fn parts(&self) -> Vec<&'static str> {
        let parts = [
            ("chosen", self.chosen.is_some()),
            ("kept", self.kept.is_some()),
            ("keys", self.keys.is_some()),
            ("rejected", !self.rejected.is_empty()),
            ("message", self.message.is_some()),
            ("error", self.error.is_some()),
        ];
        parts.into_iter().filter_map(|(part, is_there)| is_there.then_some(part)).collect()
    }

    /// The tags of which something is expected.
    fn tags(&self) -> impl Iterator<Item = &String> {
        let chosen = self.chosen.iter().flatten();
        chosen.chain(self.kept.iter().flatten()).chain(self.rejected.keys())
    }
}
