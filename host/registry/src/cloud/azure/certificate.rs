//! An application's certificate: it signs a JSON Web Token, which stands in
//! the place of a client secret.

use std::time::{SystemTime, UNIX_EPOCH};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use openssl::{
    error::ErrorStack,
    hash::MessageDigest,
    pkcs12::Pkcs12,
    pkey::{PKey, Private},
    rsa::Padding,
    sign::{RsaPssSaltlen, Signer},
    x509::X509,
};
use serde_json::json;

/// How long a signed claim is good for.
const CLAIM_SECONDS: u64 = 600;

/// A certificate with its private key.
pub(super) struct Certificate {
    certificate: X509,
    key: PKey<Private>,
}

impl Certificate {
    /// Reads PEM or PKCS#12. What is wrong with it is not told, for OpenSSL's
    /// words may tell of the key.
    pub fn read(bytes: &[u8], password: Option<&str>) -> Option<Self> {
        Self::of_pem(bytes, password).or_else(|| Self::of_pkcs12(bytes, password))
    }

    fn of_pem(bytes: &[u8], password: Option<&str>) -> Option<Self> {
        let password = password.unwrap_or_default().as_bytes();
        let key = PKey::private_key_from_pem_passphrase(bytes, password).ok()?;
        let all = X509::stack_from_pem(bytes).ok()?;
        // A chain may stand in the file in any order.
        let own = all.into_iter().find(|certificate| {
            certificate.public_key().is_ok_and(|public| public.public_eq(&key))
        });
        Some(Self { certificate: own?, key })
    }

    fn of_pkcs12(bytes: &[u8], password: Option<&str>) -> Option<Self> {
        let parsed = Pkcs12::from_der(bytes).ok()?.parse2(password.unwrap_or_default()).ok()?;
        Some(Self { certificate: parsed.cert?, key: parsed.pkey? })
    }

    /// The claim to be the client, for one endpoint.
    pub fn assertion(&self, client: &str, endpoint: &str) -> Result<String, ErrorStack> {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |d| d.as_secs());
        let thumbprint = URL_SAFE_NO_PAD.encode(self.certificate.digest(MessageDigest::sha256())?);
        let header = json!({"alg": "PS256", "typ": "JWT", "x5t#S256": thumbprint});
        let claims = json!({
            "aud": endpoint, "iss": client, "sub": client,
            "jti": format!("{:032x}", fastrand::u128(..)),
            "iat": now, "nbf": now, "exp": now + CLAIM_SECONDS,
        });
        let encode = |value: &serde_json::Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let signed = format!("{}.{}", encode(&header), encode(&claims));
        let mut signer = Signer::new(MessageDigest::sha256(), &self.key)?;
        signer.set_rsa_padding(Padding::PKCS1_PSS)?;
        signer.set_rsa_pss_saltlen(RsaPssSaltlen::DIGEST_LENGTH)?;
        signer.set_rsa_mgf1_md(MessageDigest::sha256())?;
        signer.update(signed.as_bytes())?;
        Ok(format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signer.sign_to_vec()?)))
    }
}

#[cfg(test)]
mod tests {
    use openssl::{asn1::Asn1Time, rsa::Rsa, sign::Verifier, x509::X509Builder};

    use super::*;

    fn certificate() -> (Vec<u8>, PKey<Private>) {
        let key = PKey::from_rsa(Rsa::generate(2048).unwrap()).unwrap();
        let mut builder = X509Builder::new().unwrap();
        builder.set_pubkey(&key).unwrap();
        builder.set_not_before(&Asn1Time::days_from_now(0).unwrap()).unwrap();
        builder.set_not_after(&Asn1Time::days_from_now(1).unwrap()).unwrap();
        builder.sign(&key, MessageDigest::sha256()).unwrap();
        let pem = [builder.build().to_pem().unwrap(), key.private_key_to_pem_pkcs8().unwrap()];
        (pem.concat(), key)
    }

    #[test]
    fn an_assertion_is_signed_by_the_certificates_key() {
        let (pem, key) = certificate();
        let assertion = Certificate::read(&pem, None).unwrap().assertion("c", "https://e").unwrap();
        let (signed, signature) = assertion.rsplit_once('.').unwrap();
        let mut verifier = Verifier::new(MessageDigest::sha256(), &key).unwrap();
        verifier.set_rsa_padding(Padding::PKCS1_PSS).unwrap();
        verifier.set_rsa_pss_saltlen(RsaPssSaltlen::DIGEST_LENGTH).unwrap();
        let signature = URL_SAFE_NO_PAD.decode(signature).unwrap();
        assert!(verifier.verify_oneshot(&signature, signed.as_bytes()).unwrap());
    }

    #[test]
    fn a_certificate_without_its_own_key_is_none() {
        let ((pem, _), (_, other)) = (certificate(), certificate());
        let text = String::from_utf8(pem).unwrap();
        let alone = text.split("-----BEGIN PRIVATE KEY").next().unwrap().to_owned();
        assert!(Certificate::read(alone.as_bytes(), None).is_none());
        let key = String::from_utf8(other.private_key_to_pem_pkcs8().unwrap()).unwrap();
        assert!(Certificate::read((alone + &key).as_bytes(), None).is_none());
    }
}
