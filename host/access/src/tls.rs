//! Whom TLS trusts, and what it shows of ourselves.

use openssl::pkey::PKey;
use tagwarden_core::spec::Secret;

use crate::{
    Refusal,
    secret::{first, wrong},
};

/// What a client shows of itself in TLS, in PEM.
pub struct ClientCertificate {
    /// The certificate, and those that signed it.
    pub chain: Vec<u8>,
    /// Its private key.
    pub key: Vec<u8>,
}

impl ClientCertificate {
    /// The one in a secret, if there is one.
    ///
    /// # Errors
    /// When the secret has but one half of it.
    pub fn of(secret: &Secret) -> Result<Option<Self>, Refusal> {
        match (first(secret, &["tls.crt", "certFile"]), first(secret, &["tls.key", "keyFile"])) {
            (Some(chain), Some(key)) => Ok(Some(Self { chain, key })),
            (None, None) => Ok(None),
            _ => Err(wrong(
                secret,
                "has one of `tls.crt` and `tls.key`; a client certificate needs both",
            )),
        }
    }

    /// The key in the one form that every TLS library reads, PKCS #8; none when
    /// it is no private key in PEM.
    #[must_use]
    pub fn pkcs8(&self) -> Option<Vec<u8>> {
        // An empty passphrase keeps OpenSSL from asking for one.
        let key = PKey::private_key_from_pem_passphrase(&self.key, b"").ok()?;
        key.private_key_to_pem_pkcs8().ok()
    }
}

impl std::fmt::Debug for ClientCertificate {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ClientCertificate").finish_non_exhaustive()
    }
}

/// The certificate authorities of a secret, in PEM.
#[must_use]
pub fn authorities(secret: &Secret) -> Option<Vec<u8>> {
    first(secret, &["ca.crt", "caFile"])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::secret::fixture::secret;

    #[test]
    fn half_a_certificate_is_named() {
        let half = ClientCertificate::of(&secret(&[("tls.crt", "x")])).unwrap_err();
        assert!(half.message.starts_with("secret apps/git has one of"), "{half}");
        assert!(ClientCertificate::of(&secret(&[("ca.crt", "x")])).unwrap().is_none());
    }

    #[test]
    fn a_key_of_every_usual_form_is_read() {
        let rsa = openssl::rsa::Rsa::generate(2048).unwrap();
        let key = PKey::from_rsa(rsa.clone()).unwrap();
        for pem in [rsa.private_key_to_pem().unwrap(), key.private_key_to_pem_pkcs8().unwrap()] {
            let own = ClientCertificate { chain: vec![], key: pem };
            assert!(own.pkcs8().unwrap().starts_with(b"-----BEGIN PRIVATE KEY-----"));
        }
        let none = ClientCertificate { chain: vec![], key: b"a key".to_vec() };
        assert!(none.pkcs8().is_none());
    }
}
