//! Sigstore bundles: what cosign attaches since version 3.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::{
    claim::Claim,
    material::{decoded, other},
};

/// The media type of a bundle, up to its version.
pub(super) const BUNDLE_TYPE: &str = "application/vnd.dev.sigstore.bundle";
/// What a bundle states that says "this is signed", and nothing else. An
/// attestation by the same key (a bill of materials, a scan that found faults)
/// is no approval.
pub(super) const SIGN_PREDICATE: &str = "https://sigstore.dev/cosign/sign/v1";

const PAYLOAD_TYPE: &str = "application/vnd.in-toto+json";
const STATEMENTS: [&str; 2] =
    ["https://in-toto.io/Statement/v1", "https://in-toto.io/Statement/v0.1"];

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Bundle {
    media_type: String,
    dsse_envelope: Option<Envelope>,
    message_signature: Option<MessageSignature>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Envelope {
    payload: String,
    payload_type: String,
    signatures: Vec<EnvelopeSignature>,
}

#[derive(Deserialize)]
struct EnvelopeSignature {
    sig: String,
}

#[derive(Deserialize)]
struct MessageSignature {
    signature: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Statement {
    #[serde(rename = "_type")]
    kind: String,
    subject: Vec<Subject>,
    predicate_type: String,
}

#[derive(Deserialize)]
struct Subject {
    digest: BTreeMap<String, String>,
}

/// What a bundle signs, if it is the manifest `digest`.
pub(super) fn claim(json: &str, digest: &str) -> Result<Claim, String> {
    let bundle = read(json)?;
    let envelope = bundle.dsse_envelope.ok_or("a bundle has no envelope")?;
    if envelope.payload_type != PAYLOAD_TYPE {
        return Err("a bundle's payload is of another type".to_owned());
    }
    let payload = decoded("a bundle's payload", &envelope.payload)?;
    about(&payload, digest)?;
    let signatures = envelope.signatures.iter().map(|s| decoded("a bundle's signature", &s.sig));
    let signatures = signatures.collect::<Result<Vec<_>, _>>()?;
    Ok(Claim::new(pre_authentication(&payload), signatures))
}

/// The signature in what `cosign sign-blob` wrote: base64, or a bundle.
pub(super) fn blob_signature(written: &[u8]) -> Result<Vec<u8>, String> {
    let text = std::str::from_utf8(written).map_err(|_| "the signature is not text")?;
    if !text.trim_start().starts_with('{') {
        return decoded("the signature", text);
    }
    let signature = read(text)?.message_signature.ok_or("the bundle has no signature")?;
    decoded("the bundle's signature", &signature.signature)
}

fn read(json: &str) -> Result<Bundle, String> {
    let bundle: Bundle =
        serde_json::from_str(json).map_err(|error| format!("a bundle cannot be read: {error}"))?;
    match bundle.media_type.starts_with(BUNDLE_TYPE) {
        true => Ok(bundle),
        false => Err("a bundle is of another media type".to_owned()),
    }
}

/// Checks that the statement says of the manifest `digest` that it is signed.
fn about(payload: &[u8], digest: &str) -> Result<(), String> {
    let statement: Statement = serde_json::from_slice(payload)
        .map_err(|error| format!("a bundle's statement cannot be read: {error}"))?;
    if !STATEMENTS.contains(&statement.kind.as_str()) {
        return Err("a bundle's statement is of another type".to_owned());
    }
    if statement.predicate_type != SIGN_PREDICATE {
        let predicate = tagwarden_core::quote::plain(&statement.predicate_type);
        return Err(format!("an attestation of {predicate} is no signature"));
    }
    let (algorithm, hex) = digest.split_once(':').unwrap_or_default();
    let named = |subject: &Subject| subject.digest.get(algorithm).is_some_and(|d| d == hex);
    match (statement.subject.iter().any(named), statement.subject.first()) {
        (true, _) => Ok(()),
        (false, Some(first)) => {
            let of = first.digest.iter().next().map(|(kind, hex)| format!("{kind}:{hex}"));
            Err(other(&of.unwrap_or_default()))
        }
        (false, None) => Err("a bundle's statement is about nothing".to_owned()),
    }
}

/// What a DSSE signature is over, so that no payload passes for one of another type.
fn pre_authentication(payload: &[u8]) -> Vec<u8> {
    let head = format!("DSSEv1 {} {PAYLOAD_TYPE} {} ", PAYLOAD_TYPE.len(), payload.len());
    [head.as_bytes(), payload].concat()
}
