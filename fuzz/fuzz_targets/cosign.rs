//! Any signatures: nothing panics, and nobody is taken to have signed who did not,
//! nor to have signed something else.

#![no_main]

use base64::{Engine, engine::general_purpose::STANDARD};
use libfuzzer_sys::fuzz_target;
use tagwarden_core::spec::{PublicKey, Signers};
use tagwarden_registry::cosign::{Material, check, check_blob};

/// Its private half was thrown away before it signed anything.
const STRANGER: &str = "-----BEGIN PUBLIC KEY-----
MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE+2VT+IwGr3x5j9oloxGPRSkS6EQB
wDfzNs/ikGDWXImeFIf/BTxs3u0ra/wyU8Ph6pVnmKTxXlEKcgKIA8Ik0w==
-----END PUBLIC KEY-----
";

/// What the key in the test data did sign.
const SIGNED: &str = "sha256:3fe0075733feaaf0c098d3a989705e5d914a0bbab988785d56f08092f9311d7e";
const NEVER_SIGNED: &str =
    "sha256:ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff";

fuzz_target!(|bytes: &[u8]| {
    let text = String::from_utf8_lossy(bytes).into_owned();
    let (payload, signature) = bytes.split_at(bytes.len() - bytes.len().min(72));
    let mut found = vec![
        Material::Bundle(text),
        Material::Simple {
            payload: STANDARD.encode(payload),
            signature: STANDARD.encode(signature),
        },
    ];
    // As they are kept.
    found.extend(serde_json::from_slice::<Vec<Material>>(bytes).unwrap_or_default());
    let (stranger, signer) =
        (only(STRANGER), only(include_str!("../../host/registry/src/cosign/testdata/cosign.pub")));
    for digest in [SIGNED, NEVER_SIGNED] {
        assert!(check(digest, &found, &stranger).is_err(), "a stranger signed");
    }
    assert!(check(NEVER_SIGNED, &found, &signer).is_err(), "something else was signed");
    if let Ok(signed) = check(SIGNED, &found, &signer) {
        assert_eq!(signed.by.len(), 1);
    }
    assert!(check_blob("blob", b"never signed", bytes, &signer).is_err());
    assert!(check_blob("blob", bytes, bytes, &stranger).is_err());
});

fn only(pem: &str) -> Signers {
    let key = PublicKey { origin: "the key".into(), pem: pem.into() };
    Signers { any_of: vec![key], all_of: vec![] }
}
