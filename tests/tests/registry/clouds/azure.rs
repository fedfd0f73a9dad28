//! Azure's credentials: applications, workloads, machines and platforms.

use openssl::{pkcs12::Pkcs12, pkey::PKey, x509::X509};
use tagwarden_core::spec::Provider;
use tagwarden_reconcile::ports::RegistryErrorKind as Kind;
use tagwarden_tests::certificates::Certificate;

use super::{ACR, Stage};
use crate::support::{PASSWORD, assert_kind, scan};

#[tokio::test]
async fn azure_exchanges_a_managed_identitys_token() {
    let mut stage = Stage::new(Provider::Azure, ACR);
    stage.assert_logs_in(&["machine identity "]).await;
    stage.set("AZURE_CLIENT_ID", "a-client");
    scan(&stage.client(), &stage.target()).await.unwrap();
    assert_eq!(stage.cloud.seen().last().unwrap(), "machine identity a-client");
    let url = format!("{}/msi/token", stage.cloud.url());
    stage.set("IDENTITY_ENDPOINT", url);
    stage.set("IDENTITY_HEADER", PASSWORD);
    scan(&stage.client(), &stage.target()).await.unwrap();
    assert_eq!(stage.cloud.seen().last().unwrap(), "platform identity");
}

#[tokio::test]
async fn azure_exchanges_a_workloads_and_an_applications_token() {
    let mut stage = Stage::new(Provider::Azure, ACR);
    let token = stage.file("federated", PASSWORD);
    stage.set("AZURE_TENANT_ID", "a-tenant");
    stage.set("AZURE_CLIENT_ID", "a-client");
    stage.set("AZURE_FEDERATED_TOKEN_FILE", token.display().to_string());
    stage.assert_logs_in(&["federated token"]).await;
    stage.set("AZURE_CLIENT_SECRET", PASSWORD);
    scan(&stage.client(), &stage.target()).await.unwrap();
    assert_eq!(stage.cloud.seen().last().unwrap(), "client secret");
}

#[tokio::test]
async fn azure_takes_an_applications_certificate() {
    let authority = Certificate::authority("an authority").unwrap();
    let certificate = authority.client("an application").unwrap();
    // A chain in front, as such files have it.
    let pem =
        [authority.pem().unwrap(), certificate.key_pem().unwrap(), certificate.pem().unwrap()];
    let mut bundle = Pkcs12::builder();
    bundle.name("an application");
    let key = PKey::private_key_from_pem(&certificate.key_pem().unwrap()).unwrap();
    let x509 = X509::from_pem(&certificate.pem().unwrap()).unwrap();
    let pfx = bundle.pkey(&key).cert(&x509).build2(PASSWORD).unwrap().to_der().unwrap();
    for (name, bytes) in [("app.pem", pem.concat()), ("app.pfx", pfx)] {
        let mut stage = Stage::new(Provider::Azure, ACR);
        let path = stage.home.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        stage.set("AZURE_TENANT_ID", "a-tenant");
        stage.set("AZURE_CLIENT_ID", "a-client");
        stage.set("AZURE_CLIENT_CERTIFICATE_PATH", path.display().to_string());
        stage.set("AZURE_CLIENT_CERTIFICATE_PASSWORD", PASSWORD);
        stage.assert_logs_in(&["certificate"]).await;
        std::fs::write(&path, PASSWORD).unwrap();
        let error = scan(&stage.client(), &stage.target()).await.unwrap_err();
        assert_kind(&error, Kind::Configuration, &["AZURE_CLIENT_CERTIFICATE_PATH", name]);
    }
}
