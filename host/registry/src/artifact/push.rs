//! To a registry, as `wkg` pushes: configuration, component, manifest.

use std::collections::BTreeMap;

use bytes::Bytes;
use reqwest::{Method, StatusCode, header::LOCATION};
use serde_json::json;
use tagwarden_reconcile::ports::{RegistryError, Target};

use super::{
    manifest::{CONFIG, Descriptor, LAYER, MANIFEST, Manifest},
    pull::digest,
};
use crate::{
    RegistryClient,
    http::wire::{Ask, Content},
    session::Session,
};

/// The most bytes of an answer to a push.
const MAX_ANSWER: usize = 1 << 20;

/// When everything was made: the same component gives the same manifest and
/// digest whoever pushes it, and whenever.
const CREATED: &str = "1970-01-01T00:00:00Z";

/// What is told of a component beside its bytes.
#[derive(Clone, Debug, Default)]
pub struct Told {
    /// The interfaces it imports.
    pub imports: Vec<String>,
    /// The interfaces it exports.
    pub exports: Vec<String>,
    /// The manifest's annotations.
    pub annotations: BTreeMap<String, String>,
}

impl RegistryClient {
    /// Pushes a component under a tag; the digest of its manifest, which is
    /// what to sign.
    ///
    /// # Errors
    ///
    /// When the registry does not take it.
    pub async fn push(
        &self,
        target: &Target,
        tag: &str,
        component: Vec<u8>,
        told: Told,
    ) -> Result<String, RegistryError> {
        let session = Session::open(&self.shared, target).await?;
        let layer = upload(&session, LAYER, component.into()).await?;
        let config = json!({
            "created": CREATED,
            "architecture": "wasm",
            "os": "wasip2",
            "layerDigests": [layer.digest],
            "component": {"imports": told.imports, "exports": told.exports, "target": null},
        });
        let config = upload(&session, CONFIG, config.to_string().into_bytes().into()).await?;
        let manifest = Manifest {
            schema_version: 2,
            media_type: MANIFEST.to_owned(),
            config,
            layers: vec![layer],
            annotations: told.annotations,
        };
        let manifest: Bytes = serde_json::to_vec(&manifest)
            .map_err(|error| session.subject.protocol(format!("no manifest: {error}")))?
            .into();
        let digest = digest(&manifest);
        let mut ask = Ask::get(session.address(&["manifests", tag]), "*/*", MAX_ANSWER);
        ask.method = Method::PUT;
        ask.content = Some(Content { media_type: MANIFEST, bytes: manifest });
        session.demand(ask).await?;
        Ok(digest)
    }
}

/// Uploads a blob in one piece, unless the registry has it.
async fn upload(
    session: &Session<'_>,
    media_type: &str,
    bytes: Bytes,
) -> Result<Descriptor, RegistryError> {
    let digest = digest(&bytes);
    let descriptor = Descriptor {
        media_type: media_type.to_owned(),
        digest: digest.clone(),
        size: bytes.len() as u64,
    };
    let mut there = Ask::get(session.address(&["blobs", &digest]), "*/*", MAX_ANSWER);
    there.method = Method::HEAD;
    if session.ask(there).await?.status == StatusCode::OK {
        return Ok(descriptor);
    }
    let mut begin = Ask::get(session.address(&["blobs", "uploads", ""]), "*/*", MAX_ANSWER);
    begin.method = Method::POST;
    let begun = session.demand(begin).await?;
    let location = begun.headers.get(LOCATION).and_then(|location| location.to_str().ok());
    let location = location.and_then(|location| begun.url.join(location).ok());
    let mut url = location.ok_or_else(|| {
        session.subject.protocol("the registry began an upload and gave no address for it")
    })?;
    url.query_pairs_mut().append_pair("digest", &digest);
    let mut put = Ask::get(url, "*/*", MAX_ANSWER);
    put.method = Method::PUT;
    put.content = Some(Content { media_type: "application/octet-stream", bytes });
    session.demand(put).await?;
    Ok(descriptor)
}
