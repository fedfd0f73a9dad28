//! A certificate authority of the test's own.

use std::fmt;

use anyhow::Result;
use openssl::{
    asn1::Asn1Time,
    bn::BigNum,
    ec::{EcGroup, EcKey},
    hash::MessageDigest,
    nid::Nid,
    pkey::{PKey, Private},
    ssl::{SslAcceptor, SslMethod, SslVerifyMode},
    x509::{
        X509, X509Builder, X509NameBuilder,
        extension::{BasicConstraints, KeyUsage, SubjectAlternativeName},
    },
};

/// An authority that signs a certificate for 127.0.0.1.
#[derive(Clone)]
pub struct Authority {
    certificate: X509,
    key: PKey<Private>,
}

impl Authority {
    /// A new one.
    pub fn new() -> Result<Self> {
        let key = new_key()?;
        let mut builder = builder("test authority", &key)?;
        builder.append_extension(BasicConstraints::new().critical().ca().build()?)?;
        builder.append_extension(KeyUsage::new().critical().key_cert_sign().build()?)?;
        let name = builder_name("test authority")?;
        builder.set_issuer_name(&name)?;
        builder.sign(&key, MessageDigest::sha256())?;
        Ok(Self { certificate: builder.build(), key })
    }

    /// Its certificate in PEM, the `ca.crt` of a secret.
    pub fn pem(&self) -> Result<String> {
        Ok(String::from_utf8(self.certificate.to_pem()?)?)
    }

    /// A client's certificate and key in PEM, the `tls.crt` and `tls.key` of a secret.
    pub fn client(&self) -> Result<(String, String)> {
        let key = new_key()?;
        let mut builder = builder("bot", &key)?;
        builder.set_issuer_name(self.certificate.subject_name())?;
        builder.sign(&self.key, MessageDigest::sha256())?;
        let certificate = String::from_utf8(builder.build().to_pem()?)?;
        Ok((certificate, String::from_utf8(key.private_key_to_pem_pkcs8()?)?))
    }

    /// Shows a certificate for 127.0.0.1; of clients it may want one of `clients`.
    pub(crate) fn acceptor(&self, clients: Option<&Self>) -> Result<SslAcceptor> {
        let key = new_key()?;
        let mut builder = builder("127.0.0.1", &key)?;
        builder.set_issuer_name(self.certificate.subject_name())?;
        let names = SubjectAlternativeName::new()
            .ip("127.0.0.1")
            .build(&builder.x509v3_context(Some(&self.certificate), None))?;
        builder.append_extension(names)?;
        builder.sign(&self.key, MessageDigest::sha256())?;
        let mut acceptor = SslAcceptor::mozilla_intermediate_v5(SslMethod::tls_server())?;
        acceptor.set_private_key(&key)?;
        let certificate = builder.build();
        acceptor.set_certificate(&certificate)?;
        if let Some(clients) = clients {
            acceptor.cert_store_mut().add_cert(clients.certificate.clone())?;
            acceptor.set_verify(SslVerifyMode::PEER | SslVerifyMode::FAIL_IF_NO_PEER_CERT);
        }
        Ok(acceptor.build())
    }
}

impl fmt::Debug for Authority {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Authority")
    }
}

fn new_key() -> Result<PKey<Private>> {
    let group = EcGroup::from_curve_name(Nid::X9_62_PRIME256V1)?;
    Ok(PKey::from_ec_key(EcKey::generate(&group)?)?)
}

fn builder_name(name: &str) -> Result<openssl::x509::X509Name> {
    let mut names = X509NameBuilder::new()?;
    names.append_entry_by_nid(Nid::COMMONNAME, name)?;
    Ok(names.build())
}

fn builder(name: &str, key: &PKey<Private>) -> Result<X509Builder> {
    let mut builder = X509::builder()?;
    builder.set_version(2)?;
    let serial = BigNum::from_u32(std::process::id())?.to_asn1_integer()?;
    builder.set_serial_number(&serial)?;
    let name = builder_name(name)?;
    builder.set_subject_name(&name)?;
    builder.set_pubkey(key)?;
    let (from, to) = (Asn1Time::days_from_now(0)?, Asn1Time::days_from_now(1)?);
    builder.set_not_before(&from)?;
    builder.set_not_after(&to)?;
    Ok(builder)
}
