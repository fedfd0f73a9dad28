//! The configuration of one platform's image.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::Deserialize;

use super::manifest::{Descriptor, or_null, platform_name};

/// Whether it is the configuration of an image, and not, say, of a Helm chart.
pub(super) fn is_known(described: &Descriptor) -> bool {
    matches!(
        described.media_type.as_str(),
        "application/vnd.oci.image.config.v1+json"
            | "application/vnd.docker.container.image.v1+json"
    )
}

/// What is read of a configuration; all of it may be missing.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Config {
    #[serde(default, deserialize_with = "or_null")]
    created: String,
    #[serde(default, deserialize_with = "or_null")]
    config: Execution,
    #[serde(default, deserialize_with = "or_null")]
    os: String,
    #[serde(default, deserialize_with = "or_null")]
    architecture: String,
    #[serde(default, deserialize_with = "or_null")]
    variant: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Execution {
    #[serde(default, deserialize_with = "or_null")]
    labels: BTreeMap<String, String>,
}

impl Config {
    pub fn read(body: &[u8]) -> Result<Self, String> {
        serde_json::from_slice(body).map_err(|error| format!("it cannot be read: {error}"))
    }

    pub fn created(&self) -> Option<u64> {
        seconds(&self.created)
    }

    pub fn labels(self) -> BTreeMap<String, String> {
        self.config.labels
    }

    pub fn platform(&self) -> Option<String> {
        let Self { os, architecture, variant, .. } = self;
        platform_name(os, architecture, variant)
    }
}

/// Seconds since 1970-01-01 UTC of a date as RFC 3339 writes it. Builders that
/// do not know the time write the year 1, which is none.
pub(super) fn seconds(date: &str) -> Option<u64> {
    let time: Timestamp = date.parse().ok()?;
    u64::try_from(time.as_second()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_dates_of_all_builders() {
        for (date, expected) in [
            ("2026-01-01T00:00:00Z", Some(1_767_225_600)),
            ("2026-01-01T01:30:00.123456789+01:30", Some(1_767_225_600)),
            ("1970-01-01T00:00:00Z", Some(0)),
            ("0001-01-01T00:00:00Z", None),
            ("yesterday", None),
            ("", None),
        ] {
            assert_eq!(seconds(date), expected, "{date}");
        }
    }

    #[test]
    fn takes_a_configuration_with_holes() {
        let config = Config::read(br#"{"created": null, "config": null, "os": "linux"}"#).unwrap();
        assert_eq!((config.created(), config.platform()), (None, None));
        let config = Config::read(
            br#"{"config": {"Labels": {"a": "b"}}, "os": "linux", "architecture": "arm64", "variant": "v8"}"#,
        )
        .unwrap();
        assert_eq!(config.platform().as_deref(), Some("linux/arm64/v8"));
        assert_eq!(config.labels()["a"], "b");
        assert!(Config::read(b"7").is_err());
    }
}
