//! What a registry tells of one image, read from manifests and configuration.

mod config;
mod manifest;

use std::collections::BTreeMap;

use tagwarden_reconcile::ports::{ImageFacts, RegistryError};
use url::Url;

use self::{
    config::Config,
    manifest::{Descriptor, Document, Image, Index},
};
use crate::{
    digest::{ACCEPT, Digest, MAX_MANIFEST},
    http::wire::{Answer, Ask},
    session::Session,
};

/// The most bytes a configuration may have. Those in the wild have a few
/// kilobytes, and some hundred where a build kept a long history.
const MAX_CONFIG: usize = 4 << 20;
/// The annotation that stands in for a creation time the configuration lacks.
const CREATED: &str = "org.opencontainers.image.created";

/// Reads the image that has the digest: its index where it has one, one
/// platform's manifest, and that one's configuration. Each is taken only if it
/// has the digest by which it was asked for.
pub(crate) async fn facts(
    session: &Session<'_>,
    digest: &Digest,
) -> Result<ImageFacts, RegistryError> {
    let top = manifest(session, digest).await?;
    let media_type = top.media_type().to_owned();
    let (index, image) = match top {
        Document::Image(image) => (None, image),
        Document::Index(index) => {
            let Some(chosen) = index.chosen() else {
                let message = format!("the index {digest} lists no image of any platform");
                return Err(session.subject.protocol(message));
            };
            let image = platform(session, chosen).await?;
            (Some(index), image)
        }
    };
    let config = match image.config.as_ref().filter(|config| config::is_known(config)) {
        Some(described) => config(session, described).await?,
        None => Config::default(),
    };
    let annotations = annotations(index.as_ref(), &image);
    Ok(ImageFacts {
        digest: digest.to_string(),
        media_type,
        created: config.created().or_else(|| config::seconds(annotations.get(CREATED)?)),
        platforms: match &index {
            Some(index) => index.platforms(),
            None => config.platform().into_iter().collect(),
        },
        labels: config.labels(),
        annotations,
        size: image.size(),
    })
}

/// The manifest of one platform.
async fn platform(session: &Session<'_>, of: &Descriptor) -> Result<Image, RegistryError> {
    let digest = parsed(session, of)?;
    match manifest(session, &digest).await? {
        Document::Image(image) => Ok(image),
        Document::Index(_) => {
            let message = format!("{digest} is listed as a manifest and is an index");
            Err(session.subject.protocol(message))
        }
    }
}

/// Whether an answer is a manifest or an index at all; the error is in words.
pub(crate) fn check(answer: &Answer) -> Result<(), String> {
    Document::read(&answer.body, content_type(answer)).map(drop)
}

async fn manifest(session: &Session<'_>, digest: &Digest) -> Result<Document, RegistryError> {
    let url = session.address(&["manifests", digest.as_str()]);
    let (body, content_type) = whole(session, digest, url, ACCEPT, MAX_MANIFEST).await?;
    Document::read(&body, &content_type)
        .map_err(|problem| session.subject.protocol(format!("manifest {digest}: {problem}")))
}

async fn config(session: &Session<'_>, described: &Descriptor) -> Result<Config, RegistryError> {
    let digest = parsed(session, described)?;
    let url = session.address(&["blobs", digest.as_str()]);
    let (body, _) = whole(session, &digest, url, "*/*", MAX_CONFIG).await?;
    Config::read(&body)
        .map_err(|problem| session.subject.protocol(format!("configuration {digest}: {problem}")))
}

/// The bytes at an address, if they have the digest, and their media type.
async fn whole(
    session: &Session<'_>,
    digest: &Digest,
    url: Url,
    accept: &'static str,
    cap: usize,
) -> Result<(Vec<u8>, String), RegistryError> {
    let answer = session.demand(Ask::get(url, accept, cap)).await?;
    if !digest.is_of(&answer.body) {
        let message = format!("what the registry gives as {digest} has another digest");
        return Err(session.subject.protocol(message));
    }
    let content_type = content_type(&answer).to_owned();
    Ok((answer.body, content_type))
}

fn content_type(answer: &Answer) -> &str {
    answer.headers.get("content-type").and_then(|value| value.to_str().ok()).unwrap_or_default()
}

fn parsed(session: &Session<'_>, described: &Descriptor) -> Result<Digest, RegistryError> {
    described.digest.parse().map_err(|problem| session.subject.protocol(format!("{problem}")))
}

fn annotations(index: Option<&Index>, image: &Image) -> BTreeMap<String, String> {
    let mut all = image.annotations.clone();
    all.extend(index.map(|index| index.annotations.clone()).unwrap_or_default());
    all
}
