//! What plugins of every kind have in common.

use schemars::JsonSchema;
use serde::de::DeserializeOwned;
use std::fmt;

/// What a plugin is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct About {
    /// A short name: lower-case letters, digits and hyphens.
    pub name: &'static str,
    /// The plugin's own version; `env!("CARGO_PKG_VERSION")` gives the crate's.
    pub version: &'static str,
    /// What it decides, in one sentence.
    pub summary: &'static str,
}

/// A plugin with its settings read.
pub trait Plugin: Sized {
    /// The settings a manifest may give. Their JSON Schema is derived from them.
    type Settings: DeserializeOwned + JsonSchema;

    /// What this plugin is.
    const ABOUT: About;

    /// Prepares a plugin from its settings, or says what is wrong with them.
    fn new(settings: Self::Settings) -> Result<Self, String>;
}

/// Prepares a plugin from settings in JSON, or says what is wrong with them.
pub fn load<P: Plugin>(settings: &str) -> Result<P, String> {
    let settings = serde_json::from_str(settings).map_err(|error| reason(&error))?;
    P::new(settings)
}

/// The JSON Schema of a plugin's settings.
#[must_use]
pub fn settings_schema<P: Plugin>() -> String {
    schemars::schema_for!(P::Settings).as_value().to_string()
}

/// Settings rarely span lines, so serde's position is kept only where it helps.
fn reason(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let position = format!(" at line {} column {}", error.line(), error.column());
    match text.strip_suffix(&position) {
        Some(reason) if error.is_data() => reason.to_owned(),
        _ => format!("not JSON: {text}"),
    }
}

/// A tag that was turned down.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rejection {
    /// Where the tag stands among the candidates.
    pub index: u32,
    /// Why, in words for the person who wrote the manifest.
    pub reason: String,
}

/// Why there is no decision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Error {
    /// The settings do not parse, or ask for something impossible.
    InvalidSettings(String),
    /// This tag makes every decision unsafe. The host names the tag.
    InvalidTag(Rejection),
    /// Anything else.
    Other(String),
}

impl Error {
    /// A tag that makes every decision unsafe, and why.
    #[must_use]
    pub fn invalid_tag(index: u32, reason: impl Into<String>) -> Self {
        let reason = reason.into();
        Self::InvalidTag(Rejection { index, reason })
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::InvalidSettings(reason) => write!(f, "invalid settings: {reason}"),
            Self::InvalidTag(Rejection { index, reason }) => {
                write!(f, "invalid tag at index {index}: {reason}")
            }
            Self::Other(reason) => f.write_str(reason),
        }
    }
}

impl std::error::Error for Error {}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::Deserialize;

    #[derive(Debug)]
    struct Picky;

    #[derive(Deserialize, JsonSchema)]
    #[serde(deny_unknown_fields)]
    struct Settings {
        /// How picky to be.
        level: u8,
    }

    impl Plugin for Picky {
        type Settings = Settings;
        const ABOUT: About = About { name: "picky", version: "1.0.0", summary: "Wants level 1." };

        fn new(settings: Settings) -> Result<Self, String> {
            match settings.level {
                1 => Ok(Self),
                other => Err(format!("level {other} is not 1")),
            }
        }
    }

    #[test]
    fn says_what_is_wrong_with_settings() {
        let refused = |settings| load::<Picky>(settings).unwrap_err();
        assert_eq!(refused(r#"{"level": 2}"#), "level 2 is not 1");
        assert_eq!(refused("{}"), "missing field `level`");
        assert!(refused(r#"{"level": 1, "leve": 2}"#).starts_with("unknown field `leve`"));
        assert!(refused("{").starts_with("not JSON: EOF"));
        assert!(load::<Picky>(r#"{"level": 1}"#).is_ok());
    }

    #[test]
    fn derives_the_schema_with_its_documentation() {
        let schema = settings_schema::<Picky>();
        assert!(schema.contains("How picky to be."), "{schema}");
        assert!(schema.contains(r#""required":["level"]"#), "{schema}");
        assert!(schema.contains(r#""additionalProperties":false"#), "{schema}");
    }
}
