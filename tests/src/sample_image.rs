//! The smallest image a registry takes: one empty layer.

use serde_json::json;
use sha2::{Digest, Sha256};

/// The media type of an OCI image index.
pub const INDEX_TYPE: &str = "application/vnd.oci.image.index.v1+json";
/// The media type of an OCI image manifest.
pub const MANIFEST_TYPE: &str = "application/vnd.oci.image.manifest.v1+json";

/// An image whose configuration names what it is, so that no two are alike.
#[derive(Clone, Debug)]
pub struct SampleImage {
    /// The configuration blob.
    pub config: Vec<u8>,
    /// The only layer: an empty tar archive.
    pub layer: Vec<u8>,
    /// The manifest.
    pub manifest: Vec<u8>,
}

impl SampleImage {
    /// The image for a tag of a repository.
    #[must_use]
    pub fn new(repository: &str, tag: &str) -> Self {
        Self::on("amd64", repository, tag)
    }

    /// The same for another architecture.
    #[must_use]
    pub fn on(architecture: &str, repository: &str, tag: &str) -> Self {
        let layer = vec![0; 1024];
        let config = json!({
            "created": "2026-01-01T00:00:00Z",
            "architecture": architecture,
            "os": "linux",
            "config": {"Labels": {
                "org.opencontainers.image.title": repository,
                "org.opencontainers.image.version": tag,
            }},
            "rootfs": {"type": "layers", "diff_ids": [digest(&layer)]},
        });
        let config = config.to_string().into_bytes();
        let manifest = json!({
            "schemaVersion": 2,
            "mediaType": MANIFEST_TYPE,
            "config": descriptor("application/vnd.oci.image.config.v1+json", &config),
            "layers": [descriptor("application/vnd.oci.image.layer.v1.tar", &layer)],
        });
        Self { manifest: manifest.to_string().into_bytes(), config, layer }
    }

    /// The manifest's digest.
    #[must_use]
    pub fn digest(&self) -> String {
        digest(&self.manifest)
    }
}

/// An index of images, each for an architecture, with an attestation beside
/// them as builders add it.
#[must_use]
pub fn index(images: &[(&str, &SampleImage)]) -> Vec<u8> {
    let entry = |architecture: &str, image: &SampleImage| {
        let os = if architecture == "unknown" { "unknown" } else { "linux" };
        let mut entry = descriptor(MANIFEST_TYPE, &image.manifest);
        entry["platform"] = json!({"os": os, "architecture": architecture});
        entry
    };
    let attestation = SampleImage::new("attestation", "0");
    let manifests: Vec<_> = images
        .iter()
        .map(|(architecture, image)| entry(architecture, image))
        .chain([entry("unknown", &attestation)])
        .collect();
    let index = json!({
        "schemaVersion": 2,
        "mediaType": INDEX_TYPE,
        "manifests": manifests,
        "annotations": {"org.opencontainers.image.revision": "0123abc"},
    });
    index.to_string().into_bytes()
}

fn descriptor(media_type: &str, bytes: &[u8]) -> serde_json::Value {
    json!({"mediaType": media_type, "digest": digest(bytes), "size": bytes.len()})
}

/// `sha256:…` of the bytes.
#[must_use]
pub fn digest(bytes: &[u8]) -> String {
    format!("sha256:{:x}", Sha256::digest(bytes))
}
