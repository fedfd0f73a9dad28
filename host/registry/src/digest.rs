//! The digest a tag points to.

use std::{fmt, str::FromStr};

use reqwest::{Method, StatusCode};
use sha2::{Digest as _, Sha256, Sha512};
use tagwarden_core::tags::is_tag;
use tagwarden_reconcile::ports::RegistryError;

use crate::{
    http::wire::{Answer, Ask},
    session::Session,
};

/// An index first: the digest to write is the one of all platforms.
pub(crate) const ACCEPT: &str = "application/vnd.oci.image.index.v1+json, \
    application/vnd.docker.distribution.manifest.list.v2+json, \
    application/vnd.oci.image.manifest.v1+json, \
    application/vnd.docker.distribution.manifest.v2+json";
/// The most bytes a manifest may have (distribution spec: at least 4 MiB).
pub(crate) const MAX_MANIFEST: usize = 8 << 20;

/// A digest of an algorithm that can be checked, in its one way of writing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Digest(String);

/// A text that is no digest, or none that can be checked.
#[derive(Debug, thiserror::Error)]
#[error("{0:?} is no digest of SHA-256 or SHA-512")]
pub(crate) struct NoDigest(String);

impl Digest {
    /// The SHA-256 digest of the bytes.
    pub fn of(bytes: &[u8]) -> Self {
        Self(format!("sha256:{:x}", Sha256::digest(bytes)))
    }

    /// Whether the bytes have this digest.
    pub fn is_of(&self, bytes: &[u8]) -> bool {
        match self.0.starts_with("sha512:") {
            true => self.0 == format!("sha512:{:x}", Sha512::digest(bytes)),
            false => *self == Self::of(bytes),
        }
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for Digest {
    type Err = NoDigest;

    fn from_str(text: &str) -> Result<Self, NoDigest> {
        let length = match text.split_once(':') {
            Some(("sha256", _)) => 64,
            Some(("sha512", _)) => 128,
            _ => return Err(NoDigest(text.chars().take(200).collect())),
        };
        let hex = &text["sha256:".len()..];
        let lower_hex = |b: u8| b.is_ascii_digit() || (b'a'..=b'f').contains(&b);
        match hex.len() == length && hex.bytes().all(lower_hex) {
            true => Ok(Self(text.to_owned())),
            false => Err(NoDigest(text.chars().take(200).collect())),
        }
    }
}

/// Asks with HEAD, which registries do not count as a pull; a registry that
/// does not say the digest then has the manifest hashed here.
pub(crate) async fn of(session: &Session<'_>, tag: &str) -> Result<Digest, RegistryError> {
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
    // Whatever is no manifest, a login page say, has a digest too.
    crate::image::check(&answer)
        .map_err(|problem| session.subject.protocol(format!("manifest of {tag}: {problem}")))?;
    Ok(Digest::of(&answer.body))
}

fn named_digest(answer: &Answer) -> Option<Digest> {
    answer.headers.get("docker-content-digest")?.to_str().ok()?.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_a_digest_in_its_one_way_of_writing() {
        let hex = "0a".repeat(32);
        let good: Digest = format!("sha256:{hex}").parse().unwrap();
        assert!(!good.is_of(b"x"));
        for bad in
            [&hex, "", "sha256:", "md5:00", &format!("sha256:{}", "0A".repeat(32)), "sha256:é"]
        {
            assert!(bad.parse::<Digest>().is_err(), "{bad}");
        }
    }

    #[test]
    fn knows_whose_digest_it_is() {
        let sha512: Digest = format!("sha512:{:x}", Sha512::digest(b"x")).parse().unwrap();
        assert!(sha512.is_of(b"x") && !sha512.is_of(b"y"));
        assert!(Digest::of(b"x").is_of(b"x") && !Digest::of(b"x").is_of(b"y"));
    }
}
