//! Whom HTTPS trusts.

use std::sync::{Arc, OnceLock};

use tagwarden_access::ClientCertificate;
use tagwarden_reconcile::ports::GitErrorKind;
use ureq::tls::{Certificate, ClientCert, PemItem, PrivateKey, RootCerts, TlsConfig, TlsProvider};

use crate::{endpoint::HttpCredentials, failure::Failure};

/// The system's authorities, and those of the secret besides.
pub fn config(credentials: &HttpCredentials) -> Result<TlsConfig, Failure> {
    let mut roots = system().to_vec();
    if let Some(pem) = &credentials.authorities {
        roots.extend(certificates(pem, "ca.crt", credentials)?);
    }
    let client = match &credentials.client {
        Some(own) => Some(identity(own, credentials)?),
        None => None,
    };
    Ok(TlsConfig::builder()
        .provider(TlsProvider::NativeTls)
        .root_certs(RootCerts::Specific(Arc::new(roots)))
        .client_cert(client)
        .build())
}

/// Read once: a hundred files and more on most systems.
fn system() -> &'static [Certificate<'static>] {
    static ROOTS: OnceLock<Vec<Certificate<'static>>> = OnceLock::new();
    ROOTS.get_or_init(|| {
        rustls_native_certs::load_native_certs()
            .certs
            .iter()
            .map(|der| Certificate::from_der(der).to_owned())
            .collect()
    })
}

fn certificates(
    pem: &[u8],
    key: &str,
    credentials: &HttpCredentials,
) -> Result<Vec<Certificate<'static>>, Failure> {
    let mut found = Vec::new();
    for item in ureq::tls::parse_pem(pem) {
        if let PemItem::Certificate(certificate) = item.map_err(|_| malformed(key, credentials))? {
            found.push(certificate);
        }
    }
    if found.is_empty() {
        return Err(malformed(key, credentials));
    }
    Ok(found)
}

fn identity(own: &ClientCertificate, credentials: &HttpCredentials) -> Result<ClientCert, Failure> {
    let chain = certificates(&own.chain, "tls.crt", credentials)?;
    let key = PrivateKey::from_pem(&own.key).map_err(|_| malformed("tls.key", credentials))?;
    Ok(ClientCert::new_with_certs(&chain, key))
}

fn malformed(key: &str, credentials: &HttpCredentials) -> Failure {
    let origin = credentials.origin.as_deref().unwrap_or("the secret");
    Failure::new(
        GitErrorKind::Configuration,
        format!("`{key}` of {origin} is not PEM (-----BEGIN …)"),
    )
}
