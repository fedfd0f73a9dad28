//! Public keys of the kinds that cosign signs with.

use openssl::{
    hash::MessageDigest,
    nid::Nid,
    pkey::{Id, PKey, Public},
    sign::Verifier,
};
use sha2::{Digest, Sha256};
use tagwarden_core::spec::PublicKey;

/// The shortest RSA key that is taken.
const MIN_RSA_BITS: u32 = 2048;

/// A key that signatures are checked by.
pub(super) struct Key {
    /// What errors call it.
    pub origin: String,
    key: PKey<Public>,
    digests: Vec<Option<MessageDigest>>,
}

impl Key {
    /// Reads a key; the error never quotes it, for somebody may have given a
    /// private one.
    pub fn read(public: &PublicKey) -> Result<Self, String> {
        let wrong = |why: &str| format!("{} {why}", public.origin);
        if public.pem.contains("PRIVATE KEY") {
            return Err(wrong("is a private key: keep it to yourself, and give the public one"));
        }
        let key = PKey::public_key_from_pem(public.pem.as_bytes())
            .map_err(|_| wrong("is no public key in PEM"))?;
        let digests = digests(&key).map_err(|why| wrong(&why))?;
        Ok(Self { origin: public.origin.clone(), key, digests })
    }

    /// Whether the signature is this key's over the message.
    pub fn signed(&self, message: &[u8], signature: &[u8]) -> bool {
        let holds = |digest: &Option<MessageDigest>| {
            let mut verifier = match digest {
                Some(digest) => Verifier::new(*digest, &self.key)?,
                None => Verifier::new_without_digest(&self.key)?,
            };
            verifier.verify_oneshot(signature, message)
        };
        // A signature that cannot even be read is an error to OpenSSL.
        self.digests.iter().any(|digest| holds(digest).unwrap_or(false))
    }

    /// The digest of the key in DER, `sha256:…`.
    pub fn fingerprint(&self) -> String {
        let der = self.key.public_key_to_der().unwrap_or_default();
        format!("sha256:{:x}", Sha256::digest(der))
    }
}

/// The fingerprint of a public key in PEM, `sha256:…`: the digest of its DER.
///
/// # Errors
///
/// When it is no key of a kind that signatures are checked by, in words.
pub fn fingerprint(public: &PublicKey) -> Result<String, String> {
    Key::read(public).map(|key| key.fingerprint())
}

/// What errors call several keys.
pub(super) fn origins(keys: &[Key]) -> String {
    keys.iter().map(|key| key.origin.as_str()).collect::<Vec<_>>().join(" or ")
}

/// The digests that a key of this kind may have signed; `None` where the
/// scheme has its own. cosign signs by SHA-256 whatever the curve, and its
/// libraries by the digest of the curve's size.
fn digests(key: &PKey<Public>) -> Result<Vec<Option<MessageDigest>>, String> {
    match key.id() {
        Id::EC => {
            let curve = key.ec_key().ok().and_then(|key| key.group().curve_name());
            match curve {
                Some(Nid::X9_62_PRIME256V1) => Ok(vec![Some(MessageDigest::sha256())]),
                Some(Nid::SECP384R1) => {
                    Ok(vec![Some(MessageDigest::sha256()), Some(MessageDigest::sha384())])
                }
                _ => Err("is of a curve other than P-256 and P-384".to_owned()),
            }
        }
        Id::RSA if key.bits() < MIN_RSA_BITS => {
            Err(format!("has {} bits, and RSA needs {MIN_RSA_BITS}", key.bits()))
        }
        Id::RSA => Ok(vec![Some(MessageDigest::sha256())]),
        Id::ED25519 => Ok(vec![None]),
        _ => Err("is of a kind other than ECDSA, RSA and Ed25519".to_owned()),
    }
}
