use tagwarden_reconcile::ports::{Registry, RegistryErrorKind as Kind, Target};
use tagwarden_tests::{
    distribution::{Distribution, Protection, Release, Transport},
    proxy::Proxy,
    sample_image::SampleImage,
    token_server::TokenServer,
};

use crate::support::{
    PASSWORD, USER, WRONG, assert_kind, client, client_with, logged_in, scan, secret, target,
    user_secret,
};

const TAGS: [&str; 5] = ["1.0.0", "1.0.1", "1.1.0-rc.1", "latest", "v2.0.0"];

async fn registry(release: Release, transport: Transport, protection: Protection) -> Distribution {
    let registry = Distribution::start(release, transport, protection).unwrap();
    registry.push("team/app", &TAGS).await.unwrap();
    registry
}

fn basic() -> Protection {
    Protection::Basic { user: USER.into(), password: PASSWORD.into() }
}

async fn assert_serves(target: &Target) {
    for page_size in [1000, 2, 1] {
        let client = client_with(|options| options.page_size = page_size);
        assert_eq!(scan(&client, target).await.unwrap(), TAGS, "pages of {page_size}");
        let digest = client.digest(target, "1.0.1").await.unwrap();
        assert_eq!(digest, SampleImage::new("team/app", "1.0.1").digest());
    }
}

#[tokio::test]
async fn lists_an_open_registry() {
    for release in Release::ALL {
        let registry = registry(release, Transport::Plain, Protection::None).await;
        assert_serves(&target(&registry.image("team/app"))).await;
        let error = scan(&client(), &target(&registry.image("team/typo"))).await.unwrap_err();
        assert_kind(&error, Kind::NotFound, &["team/typo", "NAME_UNKNOWN"]);
    }
}

#[tokio::test]
async fn logs_in_with_user_name_and_password() {
    for release in Release::ALL {
        let registry = registry(release, Transport::Plain, basic()).await;
        assert_serves(&logged_in(&registry.image("team/app"))).await;
        let mut wrong = target(&registry.image("team/app"));
        let error = scan(&client(), &wrong).await.unwrap_err();
        assert_kind(&error, Kind::Unauthorized, &["spec.secretRef"]);
        wrong.login.pull_secrets.push(user_secret(&registry.host(), WRONG));
        let error = scan(&client(), &wrong).await.unwrap_err();
        assert_kind(&error, Kind::Unauthorized, &["refused the credentials", "UNAUTHORIZED"]);
    }
}

#[tokio::test]
async fn logs_in_at_the_token_server() {
    for release in Release::ALL {
        let server = TokenServer::start(USER, PASSWORD).unwrap();
        let protection = Protection::Token { user: USER.into(), password: PASSWORD.into(), server };
        let registry = registry(release, Transport::Plain, protection).await;
        assert_serves(&logged_in(&registry.image("team/app"))).await;
        let error = scan(&client(), &target(&registry.image("team/app"))).await.unwrap_err();
        assert_kind(&error, Kind::Unauthorized, &["token server wants credentials"]);
    }
}

#[tokio::test]
async fn trusts_the_authority_of_the_secret_and_no_other() {
    for release in Release::ALL {
        let transport = Transport::tls(false).unwrap();
        let Transport::Tls { authority, .. } = &transport else { unreachable!() };
        let authority = authority.pem().unwrap();
        let registry = registry(release, transport, basic()).await;
        let mut target = logged_in(&registry.image("team/app"));
        let error = scan(&client(), &target).await.unwrap_err();
        assert_kind(
            &error,
            Kind::Unreachable,
            &["the certificate is not trusted", "spec.certSecretRef"],
        );
        for key in ["ca.crt", "caFile"] {
            target.login.certificates = Some(secret("tls", &[(key, &authority)]));
            assert_serves(&target).await;
        }
    }
}

#[tokio::test]
async fn shows_a_client_certificate_where_one_is_wanted() {
    for release in Release::ALL {
        let transport = Transport::tls(true).unwrap();
        let Transport::Tls { authority, client: Some(certificate), .. } = &transport else {
            unreachable!()
        };
        let ca = authority.pem().unwrap();
        let pem = certificate.pem().unwrap();
        let keys = [certificate.key_pem().unwrap(), certificate.key_pem_pkcs1().unwrap()];
        let registry = registry(release, transport, Protection::None).await;
        let mut target = target(&registry.image("team/app"));
        target.login.certificates = Some(secret("tls", &[("ca.crt", &ca)]));
        let error = scan(&client(), &target).await.unwrap_err();
        assert_kind(&error, Kind::Unreachable, &["client certificate"]);
        for key in &keys {
            let entries = [("ca.crt", &ca[..]), ("tls.crt", &pem), ("tls.key", key)];
            target.login.certificates = Some(secret("tls", &entries));
            assert_serves(&target).await;
        }
    }
}

#[tokio::test]
async fn reaches_a_registry_with_tls_through_a_proxy() {
    let transport = Transport::tls(false).unwrap();
    let Transport::Tls { authority, .. } = &transport else { unreachable!() };
    let authority = authority.pem().unwrap();
    let registry = registry(Release::Three, transport, basic()).await;
    let proxy = Proxy::start(USER, PASSWORD).unwrap();
    let address = proxy.url();
    let mut target = logged_in(&registry.image("team/app"));
    target.login.certificates = Some(secret("tls", &[("ca.crt", &authority)]));
    let entries = |password: &'static str| {
        [
            ("address", address.as_bytes()),
            ("username", USER.as_bytes()),
            ("password", password.as_bytes()),
        ]
    };
    target.login.proxy = Some(secret("proxy", &entries(PASSWORD)));
    assert_serves(&target).await;
    assert!(proxy.passed() > 0);
    target.login.proxy = Some(secret("proxy", &entries(WRONG)));
    let error = scan(&client(), &target).await.unwrap_err();
    assert_kind(&error, Kind::Configuration, &["proxy wants other credentials"]);
}
