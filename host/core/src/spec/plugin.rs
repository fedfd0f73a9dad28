//! Which plugins may run: what an operator vetted.

use std::{fmt, path::PathBuf, time::Duration};

use super::{Grants, Verification};
use crate::{
    image::{ImageName, ImageReference, Part},
    object::ObjectName,
};

/// A plugin that policies may name, and what was decided about it.
#[derive(Clone, Debug)]
pub struct PolicyPlugin {
    /// Its namespace and name; policies of every namespace name it by the latter.
    pub name: ObjectName,
    /// What it decides.
    pub kind: PluginKind,
    /// Where its component comes from.
    pub source: PluginSource,
    /// The digest of the component; the lock file has it otherwise.
    pub digest: Option<String>,
    /// What it may use besides its input.
    pub grants: Grants,
    /// What one evaluation may use.
    pub limits: PluginLimits,
    /// Whose signatures it must bear.
    pub verification: Option<Verification>,
    /// The secret (same namespace) with the registry's credentials.
    pub secret: Option<String>,
    /// The secret (same namespace) with CA and client certificate.
    pub cert_secret: Option<String>,
    /// Whether plain HTTP is allowed.
    pub insecure: bool,
}

/// What a plugin decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PluginKind {
    /// It chooses a tag.
    Policy,
    /// It drops tags.
    Filter,
    /// It words commit messages.
    Message,
}

impl PluginKind {
    /// All kinds, by the words for them.
    pub const ALL: &[(&str, Self)] =
        &[("policy", Self::Policy), ("filter", Self::Filter), ("message", Self::Message)];
}

impl fmt::Display for PluginKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Policy => "policy",
            Self::Filter => "filter",
            Self::Message => "message",
        })
    }
}

/// Where a component comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PluginSource {
    /// A file.
    File(PathBuf),
    /// An artifact in a registry.
    Oci(Artifact),
}

impl fmt::Display for PluginSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => path.display().fmt(f),
            Self::Oci(artifact) => artifact.fmt(f),
        }
    }
}

/// An artifact in a registry, printed `oci://registry/repository:tag`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Artifact {
    /// Registry and repository.
    pub repository: ImageName,
    /// The tag or digest.
    pub part: Part,
}

/// What an artifact's address starts with.
const SCHEME: &str = "oci://";

impl Artifact {
    /// Whether the text is meant to be one.
    #[must_use]
    pub fn is_meant_by(text: &str) -> bool {
        text.starts_with(SCHEME)
    }

    /// Reads `oci://registry/repository:tag` or `…@sha256:…`; the error is in words.
    pub fn parse(text: &str) -> Result<Self, String> {
        let rest = text.strip_prefix(SCHEME).ok_or("it does not start with oci://")?;
        let reference: ImageReference = rest.parse().map_err(|e| format!("{e}"))?;
        let name = rest.split('@').next().unwrap_or(rest);
        let name = match name.rsplit_once(':') {
            Some((name, tag)) if !tag.contains('/') => name,
            _ => name,
        };
        let repository = name.parse().map_err(|e| format!("{e}"))?;
        Ok(Self { repository, part: reference.part().clone() })
    }

    /// The tag or digest, as a registry's address takes it.
    #[must_use]
    pub fn reference(&self) -> &str {
        match &self.part {
            Part::Tag(text) | Part::Digest(text) => text,
        }
    }
}

impl fmt::Display for Artifact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.part {
            Part::Tag(tag) => write!(f, "{SCHEME}{}:{tag}", self.repository),
            Part::Digest(digest) => write!(f, "{SCHEME}{}@{digest}", self.repository),
        }
    }
}

/// What one evaluation of a plugin may use; the engine's own limits otherwise.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PluginLimits {
    /// Time to answer.
    pub deadline: Option<Duration>,
    /// Bytes of memory.
    pub memory: Option<u64>,
    /// Bytes of the component itself.
    pub size: Option<u64>,
}

impl PluginLimits {
    /// The limits there are, each by its field's name and as a manifest writes it.
    #[must_use]
    pub fn fields(&self) -> Vec<(&'static str, String)> {
        let fields = [
            ("deadline", self.deadline.map(time)),
            ("memory", self.memory.map(size)),
            ("size", self.size.map(size)),
        ];
        fields.into_iter().filter_map(|(name, value)| Some((name, value?))).collect()
    }
}

impl fmt::Display for PluginLimits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let fields = self.fields();
        if fields.is_empty() {
            return f.write_str("none");
        }
        let words: Vec<_> = fields.iter().map(|(name, value)| format!("{name} {value}")).collect();
        f.write_str(&words.join(", "))
    }
}

/// A duration without loss: `2s`, `300ms`, `0.000001ms`.
fn time(duration: Duration) -> String {
    let (milliseconds, rest) = (duration.as_millis(), duration.subsec_nanos() % 1_000_000);
    match (milliseconds % 1_000, rest) {
        (0, 0) => format!("{}s", duration.as_secs()),
        (_, 0) => format!("{milliseconds}ms"),
        (_, rest) => format!("{milliseconds}.{rest:06}ms"),
    }
}

/// A number of bytes in the largest unit that divides it; they are whole Ki.
fn size(bytes: u64) -> String {
    let units = [("Gi", 30), ("Mi", 20), ("Ki", 10)];
    let whole = units.into_iter().find(|(_, shift)| bytes.is_multiple_of(1 << shift));
    let (unit, shift) = whole.unwrap_or(("Ki", 10));
    format!("{}{unit}", bytes.div_ceil(1 << shift))
}

/// Whether plugins may go by this name.
#[must_use]
pub fn is_plugin_name(name: &str) -> bool {
    let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
    (1..=63).contains(&name.len()) && name.bytes().all(plain)
}

/// Whether the text is a digest as everything here is named by: `sha256:` and
/// 64 hexadecimal digits in lower case.
#[must_use]
pub fn is_sha256(text: &str) -> bool {
    text.strip_prefix("sha256:").is_some_and(|hex| {
        hex.len() == 64 && hex.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_artifact_is_a_repository_and_a_tag_or_digest() {
        let digest = format!("sha256:{}", "a".repeat(64));
        for (text, repository, reference) in [
            ("oci://localhost:5000/plugins/calver:1.0", "localhost:5000/plugins/calver", "1.0"),
            ("oci://ghcr.io/a/b", "ghcr.io/a/b", "latest"),
            (&format!("oci://ghcr.io/a/b:1@{digest}"), "ghcr.io/a/b", &digest),
        ] {
            let artifact = Artifact::parse(text).unwrap();
            assert_eq!(artifact.repository.to_string(), repository);
            assert_eq!(artifact.reference(), reference);
            assert_eq!(Artifact::parse(&artifact.to_string()), Ok(artifact));
        }
        for text in ["ghcr.io/a/b:1", "oci://ghcr.io/a/../b:1", "oci://", "oci://ghcr.io/a/b:"] {
            assert!(Artifact::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn limits_print_as_manifests_write_them() {
        assert_eq!(PluginLimits::default().to_string(), "none");
        let limits = PluginLimits {
            deadline: Some(Duration::from_millis(1_500)),
            memory: Some(32 << 20),
            size: Some(1 << 10),
        };
        assert_eq!(limits.to_string(), "deadline 1500ms, memory 32Mi, size 1Ki");
        assert_eq!(time(Duration::from_secs(2)), "2s");
        assert_eq!(time(Duration::from_nanos(1)), "0.000001ms");
        assert_eq!(size(3 << 30), "3Gi");
    }

    #[test]
    fn a_digest_is_sha256_in_lower_case() {
        assert!(is_sha256(&format!("sha256:{}", "0a".repeat(32))));
        for text in ["sha256:00", "", &format!("sha256:{}", "0A".repeat(32))] {
            assert!(!is_sha256(text), "{text}");
        }
    }
}
