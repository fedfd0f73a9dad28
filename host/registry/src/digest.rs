//! The digest a tag points to.

use reqwest::{Method, StatusCode};
use sha2::{Digest, Sha256};
use tagwarden_core::tags::is_tag;
use tagwarden_reconcile::ports::RegistryError;

use crate::{
    http::wire::{Answer, Ask},
    session::Session,
};

/// An index first: the digest to write is the one of all platforms.
const ACCEPT: &str = "application/vnd.oci.image.index.v1+json, \
    application/vnd.docker.distribution.manifest.list.v2+json, \
    application/vnd.oci.image.manifest.v1+json, \
    application/vnd.docker.distribution.manifest.v2+json";
/// The most bytes a manifest may have (distribution spec: at least 4 MiB).
const MAX_MANIFEST: usize = 8 << 20;

/// Asks with HEAD, which registries do not count as a pull; a registry that
/// does not say the digest then has the manifest hashed here.
pub(crate) async fn of(session: &Session<'_>, tag: &str) -> Result<String, RegistryError> {
    if !is_tag(tag) {
        return Err(session.subject.protocol(format!("{tag:?} is no tag")));
    }
    let url = session.address(&["manifests", tag]);
    let mut ask = Ask::get(url, ACCEPT, MAX_MANIFEST);
    ask.method = Method::HEAD;
    let head = session.ask(ask.clone()).await?;
    if let (true, Some(digest)) = (head.status.is_success(), named_digest(&head)) {
        return Ok(digest);
    }
    // An answer to HEAD has no body; GET tells the reason of a refusal in words.
    let hopeless =
        matches!(head.status, StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE);
    if hopeless {
        return Err(session.refused(&format!("HEAD manifest of {tag}"), "registry", &head));
    }
    ask.method = Method::GET;
    let answer = session.demand(ask).await?;
    Ok(format!("sha256:{:x}", Sha256::digest(&answer.body)))
}

fn named_digest(answer: &Answer) -> Option<String> {
    let digest = answer.headers.get("docker-content-digest")?.to_str().ok()?.trim();
    let (algorithm, hex) = digest.split_once(':')?;
    let length = match algorithm {
        "sha256" => 64,
        "sha512" => 128,
        _ => return None,
    };
    let lower_hex = |b: u8| b.is_ascii_digit() || (b'a'..=b'f').contains(&b);
    (hex.len() == length && hex.bytes().all(lower_hex)).then(|| digest.to_owned())
}
