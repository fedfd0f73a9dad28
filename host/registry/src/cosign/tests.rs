use base64::{Engine, engine::general_purpose::STANDARD};
use openssl::{
    ec::{EcGroup, EcKey},
    hash::MessageDigest,
    nid::Nid,
    pkey::{PKey, Private},
    rsa::Rsa,
    sign::Signer,
};
use serde_json::json;
use tagwarden_core::spec::PublicKey;

use super::*;

const DIGEST: &str = "sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
const OTHER: &str = "sha256:bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb";

/// A key pair and how it signs.
struct Pair(PKey<Private>, Option<MessageDigest>);

fn ec(curve: Nid, digest: MessageDigest) -> Pair {
    let group = EcGroup::from_curve_name(curve).unwrap();
    Pair(PKey::from_ec_key(EcKey::generate(&group).unwrap()).unwrap(), Some(digest))
}

fn p256() -> Pair {
    ec(Nid::X9_62_PRIME256V1, MessageDigest::sha256())
}

impl Pair {
    fn public(&self) -> PublicKey {
        let pem = String::from_utf8(self.0.public_key_to_pem().unwrap()).unwrap();
        PublicKey { origin: "cosign.pub".into(), pem }
    }

    fn sign(&self, message: &[u8]) -> Vec<u8> {
        let mut signer = match self.1 {
            Some(digest) => Signer::new(digest, &self.0).unwrap(),
            None => Signer::new_without_digest(&self.0).unwrap(),
        };
        signer.sign_oneshot_to_vec(message).unwrap()
    }

    fn simple(&self, payload: &[u8]) -> Material {
        Material::simple(payload, &STANDARD.encode(self.sign(payload)))
    }

    fn bundle(&self, statement: &[u8]) -> Material {
        let kind = "application/vnd.in-toto+json";
        let head = format!("DSSEv1 {} {kind} {} ", kind.len(), statement.len());
        let signature = self.sign(&[head.as_bytes(), statement].concat());
        Material::Bundle(
            json!({
                "mediaType": "application/vnd.dev.sigstore.bundle.v0.3+json",
                "verificationMaterial": {"publicKey": {"hint": "x"}},
                "dsseEnvelope": {
                    "payload": STANDARD.encode(statement),
                    "payloadType": kind,
                    "signatures": [{"sig": STANDARD.encode(signature)}],
                },
            })
            .to_string(),
        )
    }
}

fn payload(digest: &str) -> Vec<u8> {
    json!({
        "critical": {
            "identity": {"docker-reference": "r.example/team/app"},
            "image": {"docker-manifest-digest": digest},
            "type": "cosign container image signature",
        },
        "optional": null,
    })
    .to_string()
    .into_bytes()
}

fn statement(digest: &str, predicate: &str) -> Vec<u8> {
    let hex = digest.strip_prefix("sha256:").unwrap();
    json!({
        "_type": "https://in-toto.io/Statement/v1",
        "subject": [{"digest": {"sha256": hex}}],
        "predicateType": predicate,
        "predicate": {},
    })
    .to_string()
    .into_bytes()
}

fn any(pairs: &[&Pair]) -> Signers {
    Signers { any_of: pairs.iter().map(|pair| pair.public()).collect(), all_of: vec![] }
}

fn all(pairs: &[&Pair]) -> Signers {
    Signers { any_of: vec![], all_of: pairs.iter().map(|pair| pair.public()).collect() }
}

fn refusal(found: &[Material], wanted: &Signers) -> String {
    match check(DIGEST, found, wanted) {
        Err(VerificationError::Refused { digest, reason }) => {
            assert_eq!(digest, DIGEST);
            reason
        }
        other => panic!("expected a refusal, got {other:?}"),
    }
}

#[test]
fn takes_a_signature_by_every_kind_of_key() {
    let pairs = [
        p256(),
        ec(Nid::SECP384R1, MessageDigest::sha256()),
        ec(Nid::SECP384R1, MessageDigest::sha384()),
        Pair(PKey::from_rsa(Rsa::generate(2048).unwrap()).unwrap(), Some(MessageDigest::sha256())),
        Pair(PKey::generate_ed25519().unwrap(), None),
    ];
    for pair in &pairs {
        let signed = check(DIGEST, &[pair.simple(&payload(DIGEST))], &any(&[pair])).unwrap();
        assert_eq!(signed.by, [fingerprint(&pair.public()).unwrap()]);
        let bundle = pair.bundle(&statement(DIGEST, bundle::SIGN_PREDICATE));
        check(DIGEST, &[bundle], &any(&[pair])).unwrap();
    }
}

#[test]
fn a_signature_of_another_digest_does_not_count() {
    let pair = p256();
    for found in
        [pair.simple(&payload(OTHER)), pair.bundle(&statement(OTHER, bundle::SIGN_PREDICATE))]
    {
        let said = refusal(&[found], &any(&[&pair]));
        assert!(said.contains(&format!("a signature is of {OTHER}")), "{said}");
    }
}

#[test]
fn a_signature_by_another_key_does_not_count() {
    let (pair, other) = (p256(), p256());
    let said = refusal(&[other.simple(&payload(DIGEST))], &any(&[&pair]));
    assert_eq!(said, "none of 1 signatures is by cosign.pub");
    assert_eq!(refusal(&[], &any(&[&pair])), "there is no signature");
}

#[test]
fn no_byte_of_text_or_signature_may_change() {
    let pair = p256();
    let text = payload(DIGEST);
    let signature = pair.sign(&text);
    for at in 0..text.len() {
        let mut changed = text.clone();
        changed[at] ^= 1;
        let found = Material::simple(&changed, &STANDARD.encode(&signature));
        refusal(&[found], &any(&[&pair]));
    }
    for at in 0..signature.len() {
        let mut changed = signature.clone();
        changed[at] ^= 1;
        let found = Material::simple(&text, &STANDARD.encode(&changed));
        refusal(&[found], &any(&[&pair]));
    }
}

#[test]
fn a_signature_is_not_borrowed_from_another_text() {
    let pair = p256();
    let borrowed = STANDARD.encode(pair.sign(&payload(OTHER)));
    refusal(&[Material::simple(&payload(DIGEST), &borrowed)], &any(&[&pair]));
    // Nor from a bundle: what is signed there starts with the payload's type.
    let Material::Bundle(json) = pair.bundle(&payload(DIGEST)) else { unreachable!() };
    let bundle: serde_json::Value = serde_json::from_str(&json).unwrap();
    let signature = bundle["dsseEnvelope"]["signatures"][0]["sig"].as_str().unwrap();
    refusal(&[Material::simple(&payload(DIGEST), signature)], &any(&[&pair]));
}

#[test]
fn two_digests_in_one_text_are_no_text() {
    let pair = p256();
    let twice = format!(
        r#"{{"critical":{{"image":{{"docker-manifest-digest":"{OTHER}","docker-manifest-digest":"{DIGEST}"}},"type":"cosign container image signature"}}}}"#
    );
    let said = refusal(&[pair.simple(twice.as_bytes())], &any(&[&pair]));
    assert!(said.contains("duplicate field"), "{said}");
}

#[test]
fn what_says_something_else_than_signed_does_not_count() {
    let pair = p256();
    let said = refusal(
        &[pair.bundle(&statement(DIGEST, "https://cosign.sigstore.dev/attestation/vuln/v1"))],
        &any(&[&pair]),
    );
    assert!(said.contains("attestation of https://cosign.sigstore.dev/attestation/vuln/v1"));
    let atomic = String::from_utf8(payload(DIGEST)).unwrap();
    let atomic = atomic.replace("cosign container image", "atomic container");
    let said = refusal(&[pair.simple(atomic.as_bytes())], &any(&[&pair]));
    assert!(said.contains("of another type"), "{said}");
}

#[test]
fn any_of_is_content_with_one_and_all_of_is_not() {
    let (a, b, c) = (p256(), p256(), p256());
    let found = [a.simple(&payload(DIGEST)), b.simple(&payload(DIGEST))];
    assert!(check(DIGEST, &found, &any(&[&c, &b])).is_ok());
    assert_eq!(check(DIGEST, &found, &all(&[&a, &b])).unwrap().by.len(), 2);
    refusal(&found, &all(&[&a, &c]));
    refusal(&found, &any(&[&c]));
    let both = Signers { any_of: vec![a.public()], all_of: vec![c.public()] };
    refusal(&found, &both);
}

#[test]
fn nothing_wanted_is_not_fulfilled_by_nothing() {
    let none = Signers::default();
    assert!(matches!(check(DIGEST, &[], &none), Err(VerificationError::Key(_))));
}

#[test]
fn a_good_signature_counts_among_odd_ones() {
    let pair = p256();
    let found = [
        Material::Bundle("{".into()),
        Material::Simple { payload: "?".into(), signature: "?".into() },
        pair.simple(&payload(DIGEST)),
    ];
    assert!(check(DIGEST, &found, &any(&[&pair])).is_ok());
}

#[test]
fn says_what_is_wrong_with_a_key_and_never_shows_it() {
    let private = p256().0.private_key_to_pem_pkcs8().unwrap();
    let private = String::from_utf8(private).unwrap();
    let weak = Pair(PKey::from_rsa(Rsa::generate(1024).unwrap()).unwrap(), None).public().pem;
    let odd = ec(Nid::SECP521R1, MessageDigest::sha256()).public().pem;
    for (pem, word) in [
        (private.as_str(), "private key"),
        ("hello", "no public key"),
        (&weak, "1024 bits"),
        (&odd, "curve other than"),
    ] {
        let said = fingerprint(&PublicKey { origin: "a.pub".into(), pem: pem.into() }).unwrap_err();
        assert!(said.starts_with("a.pub ") && said.contains(word), "{said}");
        assert!(!said.contains(pem), "{said}");
    }
}

#[test]
fn the_signature_of_a_file_is_over_the_file() {
    let pair = p256();
    let signature = STANDARD.encode(pair.sign(b"bytes"));
    let bundle = json!({
        "mediaType": "application/vnd.dev.sigstore.bundle.v0.3+json",
        "messageSignature": {"messageDigest": {}, "signature": signature},
    });
    for written in [signature.clone() + "\n", bundle.to_string()] {
        check_blob("f", b"bytes", written.as_bytes(), &any(&[&pair])).unwrap();
        assert!(check_blob("f", b"bytez", written.as_bytes(), &any(&[&pair])).is_err());
    }
    assert!(check_blob("f", b"bytes", b"\xff", &any(&[&pair])).is_err());
}

#[test]
fn kept_signatures_can_be_read_back() {
    let pair = p256();
    let found = vec![
        pair.simple(&payload(DIGEST)),
        pair.bundle(&statement(DIGEST, bundle::SIGN_PREDICATE)),
    ];
    let kept = serde_json::to_string(&found).unwrap();
    assert_eq!(serde_json::from_str::<Vec<Material>>(&kept).unwrap(), found);
}

/// What cosign 3.1 itself made; `testdata/README.md` says how.
mod genuine {
    use super::*;

    const SIGNED: &str = "sha256:3fe0075733feaaf0c098d3a989705e5d914a0bbab988785d56f08092f9311d7e";
    const PAYLOAD: &[u8] = include_bytes!("testdata/payload.json");
    const SIGNATURE: &str = include_str!("testdata/signature");
    const BUNDLE: &str = include_str!("testdata/bundle.json");
    const ATTESTATION: &str = include_str!("testdata/attestation.json");
    const BLOB: &[u8] = include_bytes!("testdata/blob.sigstore.json");

    fn key() -> Signers {
        let pem = include_str!("testdata/cosign.pub").to_owned();
        Signers { any_of: vec![PublicKey { origin: "cosign.pub".into(), pem }], all_of: vec![] }
    }

    #[test]
    fn cosigns_own_signatures_hold() {
        for found in [Material::simple(PAYLOAD, SIGNATURE), Material::Bundle(BUNDLE.into())] {
            let signed = check(SIGNED, std::slice::from_ref(&found), &key()).unwrap();
            assert!(signed.by[0].starts_with("sha256:eb885164f8478b2d8de9ead9f38090"));
            assert!(check(DIGEST, std::slice::from_ref(&found), &key()).is_err());
            assert!(check(SIGNED, &[found], &any(&[&p256()])).is_err());
        }
    }

    #[test]
    fn cosigns_own_attestation_is_no_signature() {
        assert!(check(SIGNED, &[Material::Bundle(ATTESTATION.into())], &key()).is_err());
    }

    #[test]
    fn cosigns_own_signature_of_a_file_holds() {
        check_blob("f", b"\0asm\x0d\0\x01\0", BLOB, &key()).unwrap();
        assert!(check_blob("f", b"\0asm\x0d\0\x01\x01", BLOB, &key()).is_err());
    }
}
