//! A certificate authority of our own, for servers on loopback and their clients.

use openssl::{
    asn1::Asn1Time,
    bn::{BigNum, MsbOption},
    error::ErrorStack,
    hash::MessageDigest,
    nid::Nid,
    pkey::{PKey, Private},
    rsa::Rsa,
    x509::{
        X509, X509Builder, X509NameBuilder,
        extension::{BasicConstraints, ExtendedKeyUsage, KeyUsage, SubjectAlternativeName},
    },
};

/// A certificate with its private key.
pub struct Certificate {
    certificate: X509,
    key: PKey<Private>,
}

/// What a certificate is for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Use {
    Authority,
    Server,
    Client,
}

impl Certificate {
    /// A new authority.
    ///
    /// # Errors
    /// When the TLS library refuses.
    pub fn authority(name: &str) -> Result<Self, ErrorStack> {
        Self::make(name, Use::Authority, None)
    }

    /// A server certificate for `localhost` and `127.0.0.1`.
    ///
    /// # Errors
    /// When the TLS library refuses.
    pub fn server(&self) -> Result<Self, ErrorStack> {
        Self::make("localhost", Use::Server, Some(self))
    }

    /// A client certificate.
    ///
    /// # Errors
    /// When the TLS library refuses.
    pub fn client(&self, name: &str) -> Result<Self, ErrorStack> {
        Self::make(name, Use::Client, Some(self))
    }

    /// The certificate as PEM.
    ///
    /// # Errors
    /// When the TLS library refuses.
    pub fn pem(&self) -> Result<Vec<u8>, ErrorStack> {
        self.certificate.to_pem()
    }

    /// The certificate as DER.
    ///
    /// # Errors
    /// When the TLS library refuses.
    pub fn der(&self) -> Result<Vec<u8>, ErrorStack> {
        self.certificate.to_der()
    }

    /// The private key as PEM, in PKCS#8.
    ///
    /// # Errors
    /// When the TLS library refuses.
    pub fn key_pem(&self) -> Result<Vec<u8>, ErrorStack> {
        self.key.private_key_to_pem_pkcs8()
    }

    /// The private key as PEM in the older PKCS#1, which many tools still write.
    ///
    /// # Errors
    /// When the TLS library refuses.
    pub fn key_pem_pkcs1(&self) -> Result<Vec<u8>, ErrorStack> {
        self.key.rsa()?.private_key_to_pem()
    }

    /// The private key.
    #[must_use]
    pub fn key(&self) -> &PKey<Private> {
        &self.key
    }

    fn make(name: &str, purpose: Use, issuer: Option<&Self>) -> Result<Self, ErrorStack> {
        let key = PKey::from_rsa(Rsa::generate(2048)?)?;
        let mut subject = X509NameBuilder::new()?;
        subject.append_entry_by_nid(Nid::COMMONNAME, name)?;
        let subject = subject.build();
        let mut builder = X509Builder::new()?;
        let mut serial = BigNum::new()?;
        serial.rand(64, MsbOption::ONE, false)?;
        builder.set_version(2)?;
        builder.set_serial_number(&*serial.to_asn1_integer()?)?;
        builder.set_subject_name(&subject)?;
        builder.set_issuer_name(issuer.map_or(&*subject, |i| i.certificate.subject_name()))?;
        builder.set_pubkey(&key)?;
        builder.set_not_before(&*Asn1Time::days_from_now(0)?)?;
        builder.set_not_after(&*Asn1Time::days_from_now(2)?)?;
        Self::extend(&mut builder, purpose, issuer)?;
        builder.sign(issuer.map_or(&key, |i| &i.key), MessageDigest::sha256())?;
        Ok(Self { certificate: builder.build(), key })
    }

    fn extend(
        builder: &mut X509Builder,
        purpose: Use,
        issuer: Option<&Self>,
    ) -> Result<(), ErrorStack> {
        let mut usage = ExtendedKeyUsage::new();
        match purpose {
            Use::Authority => {
                builder.append_extension(BasicConstraints::new().critical().ca().build()?)?;
                let usage = KeyUsage::new()
                    .critical()
                    .key_cert_sign()
                    .crl_sign()
                    .digital_signature()
                    .build()?;
                return builder.append_extension(usage);
            }
            Use::Server => usage.server_auth(),
            Use::Client => usage.client_auth(),
        };
        builder.append_extension(usage.build()?)?;
        if purpose == Use::Server {
            let issuer = issuer.map(|i| &*i.certificate);
            let names = SubjectAlternativeName::new()
                .dns("localhost")
                .ip("127.0.0.1")
                .build(&builder.x509v3_context(issuer, None))?;
            builder.append_extension(names)?;
        }
        Ok(())
    }
}

impl std::fmt::Debug for Certificate {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Certificate")
            .field("subject", &self.certificate.subject_name())
            .finish_non_exhaustive()
    }
}
