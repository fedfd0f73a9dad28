//! The manifest of a plugin.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use tagwarden_core::spec::is_sha256;

use super::ArtifactError;

/// The media type of the manifest itself.
pub(super) const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";
/// What `wkg` pushes, and what is pushed here.
pub(super) const CONFIG: &str = "application/vnd.wasm.config.v0+json";
pub(super) const LAYER: &str = "application/wasm";
/// What `kwctl` pushes.
const KUBEWARDEN_CONFIG: &str = "application/vnd.wasm.config.v1+json";
const KUBEWARDEN_LAYER: &str = "application/vnd.wasm.content.layer.v1+wasm";

/// As much of an OCI image manifest as a plugin needs.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Manifest {
    pub schema_version: u32,
    #[serde(default)]
    pub media_type: String,
    pub config: Descriptor,
    pub layers: Vec<Descriptor>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub annotations: BTreeMap<String, String>,
}

/// What a manifest says of a blob.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Descriptor {
    pub media_type: String,
    pub digest: String,
    pub size: u64,
}

/// The component that a manifest names, if the manifest is a plugin's.
pub(super) fn component(bytes: &[u8], limit: u64) -> Result<Descriptor, ArtifactError> {
    let unfit = |what: String| ArtifactError::Unfit(format!("it is no plugin: {what}"));
    let manifest: Manifest = serde_json::from_slice(bytes)
        .map_err(|error| unfit(format!("its manifest cannot be read: {error}")))?;
    let config = manifest.config.media_type.as_str();
    if !matches!(config, CONFIG | KUBEWARDEN_CONFIG) {
        let config = tagwarden_core::quote::plain(config);
        return Err(unfit(format!("its configuration is of type {config:?}, not {CONFIG:?}")));
    }
    let [layer] = manifest.layers.as_slice() else {
        return Err(unfit(format!("it has {} layers, and a plugin is one", manifest.layers.len())));
    };
    if !matches!(layer.media_type.as_str(), LAYER | KUBEWARDEN_LAYER) {
        let layer = tagwarden_core::quote::plain(&layer.media_type);
        return Err(unfit(format!("its layer is of type {layer:?}, not {LAYER:?}")));
    }
    if !is_sha256(&layer.digest) {
        return Err(unfit("its component has no sha256 digest".to_owned()));
    }
    match layer.size {
        size if size > limit => Err(ArtifactError::TooLarge { size, limit }),
        _ => Ok(layer.clone()),
    }
}

/// Whether the manifest names the component: the last link from a signature to
/// bytes.
///
/// # Errors
///
/// When it does not, in words.
pub fn names(manifest: &[u8], component: &str, limit: u64) -> Result<(), ArtifactError> {
    let layer = self::component(manifest, limit)?;
    match layer.digest == component {
        true => Ok(()),
        false => Err(ArtifactError::Unfit(format!(
            "its manifest names another component, {}",
            layer.digest
        ))),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn manifest(config: &str, layers: &[(&str, &str, u64)]) -> Vec<u8> {
        let descriptor = |(kind, digest, size): &(&str, &str, u64)| json!({"mediaType": kind, "digest": digest, "size": size});
        let layers: Vec<_> = layers.iter().map(descriptor).collect();
        json!({
            "schemaVersion": 2,
            "mediaType": MANIFEST,
            "config": descriptor(&(config, "sha256:0", 2)),
            "layers": layers,
        })
        .to_string()
        .into_bytes()
    }

    fn digest() -> String {
        format!("sha256:{}", "a".repeat(64))
    }

    #[test]
    fn takes_both_layouts_there_are() {
        for (config, layer) in [(CONFIG, LAYER), (KUBEWARDEN_CONFIG, KUBEWARDEN_LAYER)] {
            let manifest = manifest(config, &[(layer, &digest(), 9)]);
            assert_eq!(component(&manifest, 9).unwrap().digest, digest());
            assert!(names(&manifest, &digest(), 9).is_ok());
            let other = format!("sha256:{}", "b".repeat(64));
            assert!(names(&manifest, &other, 9).unwrap_err().to_string().contains("another"));
        }
    }

    #[test]
    fn a_size_that_is_too_large_is_known_from_the_manifest() {
        let manifest = manifest(CONFIG, &[(LAYER, &digest(), 10)]);
        let error = component(&manifest, 9).unwrap_err();
        assert_eq!(error.to_string(), "it has 10 bytes, and 9 are allowed");
    }

    #[test]
    fn says_what_an_artifact_is_instead_of_a_plugin() {
        let digest = digest();
        for (bytes, word) in [
            (b"{}".to_vec(), "cannot be read"),
            (manifest("application/vnd.oci.image.config.v1+json", &[]), "configuration is of type"),
            (manifest(CONFIG, &[]), "0 layers"),
            (manifest(CONFIG, &[(LAYER, &digest, 1), (LAYER, &digest, 1)]), "2 layers"),
            (manifest(CONFIG, &[("application/gzip", &digest, 1)]), "layer is of type"),
            (manifest(CONFIG, &[(LAYER, "sha512:00", 1)]), "no sha256 digest"),
        ] {
            let said = component(&bytes, 9).unwrap_err().to_string();
            assert!(said.contains(word), "{said}");
        }
    }
}
