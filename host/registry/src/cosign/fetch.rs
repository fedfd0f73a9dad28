//! Where a registry keeps the signatures of a manifest: under a tag that
//! spells its digest, or as manifests that refer to it.

use std::collections::BTreeMap;

use reqwest::StatusCode;
use serde::Deserialize;
use sha2::{Digest, Sha256};
use tagwarden_reconcile::ports::RegistryError;

use super::{
    bundle::{BUNDLE_TYPE, SIGN_PREDICATE},
    material::Material,
};
use crate::{http::wire::Ask, session::Session};

const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json, \
    application/vnd.docker.distribution.manifest.v2+json";
const INDEX: &str = "application/vnd.oci.image.index.v1+json";
const SIMPLE_SIGNING: &str = "application/vnd.dev.cosign.simplesigning.v1+json";
const SIGNATURE: &str = "dev.cosignproject.cosign/signature";
const PREDICATE: &str = "dev.sigstore.bundle.predicateType";

/// The most bytes of a manifest or index that lists signatures.
const MAX_LIST: usize = 4 << 20;
/// The most bytes of one signed text or bundle.
const MAX_SIGNATURE: usize = 1 << 20;
/// The most signatures that are looked at: whoever may push could add more.
const MAX_SIGNATURES: usize = 64;

#[derive(Deserialize)]
struct Manifest {
    #[serde(default)]
    layers: Vec<Descriptor>,
}

#[derive(Deserialize)]
struct Index {
    #[serde(default)]
    manifests: Vec<Descriptor>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Descriptor {
    #[serde(default)]
    media_type: String,
    digest: String,
    #[serde(default)]
    artifact_type: Option<String>,
    #[serde(default)]
    annotations: Option<BTreeMap<String, String>>,
}

impl Descriptor {
    fn annotation(&self, name: &str) -> Option<&str> {
        self.annotations.as_ref()?.get(name).map(String::as_str)
    }
}

/// The signatures under the tag `sha256-<hex>.sig`.
pub(super) async fn attached(
    session: &Session<'_>,
    digest: &str,
) -> Result<Vec<Material>, RegistryError> {
    let tag = format!("{}.sig", digest.replacen(':', "-", 1));
    let manifest = read(session, &["manifests", &tag], MANIFEST, MAX_LIST).await?;
    let Some(bytes) = manifest else { return Ok(vec![]) };
    let manifest: Manifest = parsed(session, &tag, &bytes)?;
    let mut found = vec![];
    for layer in few(session, manifest.layers)? {
        let signature = layer.annotation(SIGNATURE);
        if let (SIMPLE_SIGNING, Some(signature)) = (layer.media_type.as_str(), signature) {
            let payload = blob(session, &layer.digest).await?;
            found.push(Material::simple(&payload, signature));
        }
    }
    Ok(found)
}

/// The bundles that refer to the manifest.
pub(super) async fn referring(
    session: &Session<'_>,
    digest: &str,
) -> Result<Vec<Material>, RegistryError> {
    let mut found = vec![];
    for referrer in few(session, referrers(session, digest).await?)? {
        let manifest = read(session, &["manifests", &referrer.digest], MANIFEST, MAX_LIST).await?;
        let Some(bytes) = manifest else { continue };
        same(session, &referrer.digest, &bytes)?;
        let manifest: Manifest = parsed(session, &referrer.digest, &bytes)?;
        if let Some(layer) = manifest.layers.first() {
            let json = blob(session, &layer.digest).await?;
            found.push(Material::Bundle(String::from_utf8_lossy(&json).into_owned()));
        }
    }
    Ok(found)
}

/// What refers to the manifest and may be a signature, by the registry's own
/// list or, where it keeps none, by the tag that stands for it.
async fn referrers(session: &Session<'_>, digest: &str) -> Result<Vec<Descriptor>, RegistryError> {
    let listed = read(session, &["referrers", digest], INDEX, MAX_LIST).await?;
    let listed = match listed {
        Some(listed) => Some(listed),
        None => {
            let tag = digest.replacen(':', "-", 1);
            read(session, &["manifests", &tag], INDEX, MAX_LIST).await?
        }
    };
    let Some(bytes) = listed else { return Ok(vec![]) };
    let mut index: Index = parsed(session, "referrers", &bytes)?;
    index.manifests.retain(|referrer| {
        let bundle = referrer.artifact_type.as_deref().is_none_or(|t| t.starts_with(BUNDLE_TYPE));
        bundle && referrer.annotation(PREDICATE).is_none_or(|p| p == SIGN_PREDICATE)
    });
    Ok(index.manifests)
}

/// An answer's body; none when the registry has, or knows, no such thing.
async fn read(
    session: &Session<'_>,
    below: &[&str],
    accept: &'static str,
    cap: usize,
) -> Result<Option<Vec<u8>>, RegistryError> {
    let answer = session.ask(Ask::get(session.address(below), accept, cap)).await?;
    match answer.status {
        status if status.is_success() => Ok(Some(answer.body)),
        StatusCode::NOT_FOUND => Ok(None),
        // Registries without referrers call the very address wrong.
        StatusCode::BAD_REQUEST | StatusCode::METHOD_NOT_ALLOWED if below[0] == "referrers" => {
            Ok(None)
        }
        _ => Err(session.refused(&format!("GET {}", below.join("/")), "registry", &answer)),
    }
}

/// A blob, whose bytes are those its digest names.
async fn blob(session: &Session<'_>, digest: &str) -> Result<Vec<u8>, RegistryError> {
    let ask = Ask::get(session.address(&["blobs", digest]), "*/*", MAX_SIGNATURE);
    let body = session.demand(ask).await?.body;
    same(session, digest, &body)?;
    Ok(body)
}

fn same(session: &Session<'_>, digest: &str, bytes: &[u8]) -> Result<(), RegistryError> {
    let found = format!("sha256:{:x}", Sha256::digest(bytes));
    match found == digest {
        true => Ok(()),
        false => Err(session.subject.protocol(format!(
            "signature {}: the registry sent other bytes, {found}",
            session.clean(digest)
        ))),
    }
}

fn parsed<'a, T: Deserialize<'a>>(
    session: &Session<'_>,
    what: &str,
    bytes: &'a [u8],
) -> Result<T, RegistryError> {
    serde_json::from_slice(bytes).map_err(|error| {
        session.subject.protocol(format!("{what}: the list of signatures cannot be read: {error}"))
    })
}

fn few(session: &Session<'_>, all: Vec<Descriptor>) -> Result<Vec<Descriptor>, RegistryError> {
    match all.len() <= MAX_SIGNATURES {
        true => Ok(all),
        false => Err(session.subject.protocol(format!(
            "{} signatures, and no more than {MAX_SIGNATURES} are looked at",
            all.len()
        ))),
    }
}
