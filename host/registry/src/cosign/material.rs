//! Signatures as they are found, before anything is believed of them.

use base64::{Engine, engine::general_purpose::STANDARD};
use serde::{Deserialize, Serialize};

use super::{bundle, claim::Claim};

/// The word by which cosign says what it signed.
const SIGNED: [&str; 2] = ["cosign container image signature", bundle::SIGN_PREDICATE];

/// A signature and the text it is over.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Material {
    /// The text is a "simple signing" payload.
    Simple {
        /// The text, in base64.
        payload: String,
        /// The signature over it, in base64.
        signature: String,
    },
    /// A Sigstore bundle: text and signature in one JSON.
    Bundle(String),
    /// What `cosign sign-blob` wrote about a file, not about a manifest.
    File(String),
}

#[derive(Deserialize)]
struct Payload {
    critical: Critical,
}

#[derive(Deserialize)]
struct Critical {
    image: Image,
    #[serde(rename = "type")]
    kind: String,
}

#[derive(Deserialize)]
struct Image {
    #[serde(rename = "docker-manifest-digest")]
    digest: String,
}

impl Material {
    pub(super) fn simple(payload: &[u8], signature: &str) -> Self {
        Self::Simple { payload: STANDARD.encode(payload), signature: signature.to_owned() }
    }

    /// What is signed, if it is the manifest `digest`.
    pub(super) fn claim(&self, digest: &str) -> Result<Claim, String> {
        match self {
            Self::Simple { payload, signature } => {
                let payload = decoded("a payload", payload)?;
                about(&payload, digest)?;
                Ok(Claim::new(payload, vec![decoded("a signature", signature)?]))
            }
            Self::Bundle(json) => bundle::claim(json, digest),
            Self::File(_) => Err("a signature is of a file".to_owned()),
        }
    }
}

/// Checks that a simple-signing payload is about the manifest `digest`.
fn about(payload: &[u8], digest: &str) -> Result<(), String> {
    let payload: Payload = serde_json::from_slice(payload)
        .map_err(|error| format!("a signed text is no payload of cosign's: {error}"))?;
    let Critical { image, kind } = payload.critical;
    if !SIGNED.contains(&kind.as_str()) {
        return Err(format!(
            "a signed text is of another type, {:?}",
            tagwarden_core::quote::plain(&kind)
        ));
    }
    match image.digest == digest {
        true => Ok(()),
        false => Err(other(&image.digest)),
    }
}

pub(super) fn other(digest: &str) -> String {
    format!("a signature is of {}", tagwarden_core::quote::plain(digest))
}

pub(super) fn decoded(what: &str, base64: &str) -> Result<Vec<u8>, String> {
    STANDARD.decode(base64.trim()).map_err(|_| format!("{what} is not base64"))
}
