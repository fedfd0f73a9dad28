//! Manifests and indexes, of OCI and of Docker.

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer};

const OCI_INDEX: &str = "application/vnd.oci.image.index.v1+json";
const DOCKER_LIST: &str = "application/vnd.docker.distribution.manifest.list.v2+json";
const OCI_MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";
const DOCKER_MANIFEST: &str = "application/vnd.docker.distribution.manifest.v2+json";

/// The platform that is looked at where there are several.
const PREFERRED: &str = "linux/amd64";

/// What a manifest's digest leads to.
#[derive(Debug)]
pub(super) enum Document {
    /// One image for several platforms.
    Index(Index),
    /// One platform's image.
    Image(Image),
}

#[derive(Debug)]
pub(super) struct Index {
    media_type: String,
    manifests: Vec<Descriptor>,
    pub annotations: BTreeMap<String, String>,
}

#[derive(Debug)]
pub(super) struct Image {
    media_type: String,
    pub config: Option<Descriptor>,
    layers: Vec<Descriptor>,
    pub annotations: BTreeMap<String, String>,
}

/// Both shapes at once: which it is, is only known once it is read.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Raw {
    schema_version: u64,
    media_type: Option<String>,
    manifests: Option<Vec<Descriptor>>,
    config: Option<Descriptor>,
    layers: Option<Vec<Descriptor>>,
    #[serde(default, deserialize_with = "or_null")]
    annotations: BTreeMap<String, String>,
}

/// Where something is, and what it is said to be.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Descriptor {
    #[serde(default)]
    pub media_type: String,
    pub digest: String,
    pub size: u64,
    platform: Option<Platform>,
}

#[derive(Debug, Deserialize)]
struct Platform {
    #[serde(default)]
    os: String,
    #[serde(default)]
    architecture: String,
    #[serde(default, deserialize_with = "or_null")]
    variant: String,
}

/// What is absent, or null, is empty.
pub(super) fn or_null<'de, T, D>(json: D) -> Result<T, D::Error>
where
    T: Default + Deserialize<'de>,
    D: Deserializer<'de>,
{
    Ok(Option::<T>::deserialize(json)?.unwrap_or_default())
}

impl Document {
    /// Reads either; the error is in words.
    pub fn read(body: &[u8], content_type: &str) -> Result<Self, String> {
        let raw: Raw =
            serde_json::from_slice(body).map_err(|error| format!("it cannot be read: {error}"))?;
        if raw.schema_version != 2 {
            return Err(format!("schema version {} is not supported", raw.schema_version));
        }
        let named = raw.media_type.as_deref().unwrap_or(content_type);
        let media_type = named.split(';').next().unwrap_or_default().trim().to_owned();
        let annotations = raw.annotations;
        match (media_type.as_str(), raw.manifests, raw.layers) {
            (OCI_INDEX | DOCKER_LIST, Some(manifests), None) => {
                Ok(Self::Index(Index { media_type, manifests, annotations }))
            }
            (OCI_MANIFEST | DOCKER_MANIFEST, None, layers) => {
                let layers = layers.unwrap_or_default();
                Ok(Self::Image(Image { media_type, config: raw.config, layers, annotations }))
            }
            // One that reads as either would mean another image to another reader.
            (OCI_INDEX | DOCKER_LIST | OCI_MANIFEST | DOCKER_MANIFEST, ..) => {
                Err(format!("its content does not fit its type {media_type}"))
            }
            _ => Err(format!("its type {media_type:?} is not supported")),
        }
    }

    pub fn media_type(&self) -> &str {
        match self {
            Self::Index(index) => &index.media_type,
            Self::Image(image) => &image.media_type,
        }
    }
}

impl Index {
    /// The entry to look into: of `linux/amd64`, else of the first platform by
    /// name, else one without a platform; of several the one with the least digest.
    pub fn chosen(&self) -> Option<&Descriptor> {
        self.images()
            .min_by_key(|(entry, platform)| {
                let rank = match platform.as_deref() {
                    Some(PREFERRED) => 0,
                    Some(_) => 1,
                    None => 2,
                };
                (rank, platform.clone(), entry.digest.as_str())
            })
            .map(|(entry, _)| entry)
    }

    /// Every platform, once, in order.
    pub fn platforms(&self) -> Vec<String> {
        let mut platforms: Vec<_> = self.images().filter_map(|(_, platform)| platform).collect();
        platforms.sort_unstable();
        platforms.dedup();
        platforms
    }

    /// The entries that are images, each with its platform. Builders list
    /// attestations beside them, for the platform `unknown/unknown`.
    fn images(&self) -> impl Iterator<Item = (&Descriptor, Option<String>)> {
        self.manifests.iter().filter_map(|entry| {
            let is_image = matches!(entry.media_type.as_str(), OCI_MANIFEST | DOCKER_MANIFEST);
            match &entry.platform {
                _ if !is_image => None,
                None => Some((entry, None)),
                Some(Platform { os, architecture, variant }) => {
                    platform_name(os, architecture, variant).map(|name| (entry, Some(name)))
                }
            }
        })
    }
}

impl Image {
    /// Configuration and layers, as stored.
    pub fn size(&self) -> u64 {
        let parts = self.config.iter().chain(&self.layers);
        parts.fold(0, |sum, part| sum.saturating_add(part.size))
    }
}

/// `os/architecture[/variant]`; none for what no image runs on.
pub(super) fn platform_name(os: &str, architecture: &str, variant: &str) -> Option<String> {
    let known = |part: &str| !matches!(part, "" | "unknown");
    if !known(os) || !known(architecture) {
        return None;
    }
    Some(match variant {
        "" => format!("{os}/{architecture}"),
        variant => format!("{os}/{architecture}/{variant}"),
    })
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn entry(digest: &str, platform: &Value) -> Value {
        json!({"mediaType": OCI_MANIFEST, "digest": digest, "size": 1, "platform": platform})
    }

    fn index(manifests: &[Value]) -> Index {
        let body = json!({"schemaVersion": 2, "mediaType": OCI_INDEX, "manifests": manifests});
        match Document::read(body.to_string().as_bytes(), "") {
            Ok(Document::Index(index)) => index,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn looks_at_the_same_platform_whatever_the_order() {
        let arm = entry("a", &json!({"os": "linux", "architecture": "arm", "variant": "v7"}));
        let amd = entry("c", &json!({"os": "linux", "architecture": "amd64", "variant": null}));
        let windows = entry("b", &json!({"os": "windows", "architecture": "amd64"}));
        let attestation = entry("0", &json!({"os": "unknown", "architecture": "unknown"}));
        let all = [attestation, windows.clone(), arm.clone(), amd];
        for rotation in 0..4 {
            let mut all = all.clone();
            all.rotate_left(rotation);
            let index = index(&all);
            assert_eq!(index.chosen().map(|entry| entry.digest.as_str()), Some("c"));
            assert_eq!(index.platforms(), ["linux/amd64", "linux/arm/v7", "windows/amd64"]);
        }
        assert_eq!(index(&[windows, arm]).chosen().unwrap().digest, "a");
        assert!(index(&[]).chosen().is_none());
    }

    #[test]
    fn a_document_that_reads_as_either_is_refused() {
        let both = json!({"schemaVersion": 2, "manifests": [], "layers": []});
        let layers = json!({"schemaVersion": 2, "layers": []});
        for (body, media_type, words) in [
            (&both, OCI_INDEX, "does not fit"),
            (&both, OCI_MANIFEST, "does not fit"),
            (&layers, OCI_INDEX, "does not fit"),
            (&layers, "text/html", "not supported"),
            (&layers, "", "not supported"),
            (&json!({"schemaVersion": 1}), OCI_MANIFEST, "schema version 1"),
            (&json!([]), OCI_MANIFEST, "cannot be read"),
        ] {
            let error = Document::read(body.to_string().as_bytes(), media_type).unwrap_err();
            assert!(error.contains(words), "{body} {media_type}: {error}");
        }
    }

    #[test]
    fn the_size_is_that_of_configuration_and_layers() {
        let part = |size: u64| json!({"digest": "x", "size": size});
        let body = json!({
            "schemaVersion": 2, "config": part(5), "layers": [part(10), part(u64::MAX)], "annotations": null
        });
        let read = Document::read(
            body.to_string().as_bytes(),
            "application/vnd.oci.image.manifest.v1+json; charset=utf-8",
        );
        let Ok(Document::Image(image)) = read else { panic!("{read:?}") };
        assert_eq!(image.size(), u64::MAX);
    }
}
