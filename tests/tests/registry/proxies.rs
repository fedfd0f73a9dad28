use tagwarden_reconcile::ports::{RegistryErrorKind as Kind, Target};
use tagwarden_tests::proxy::Proxy;

use crate::support::{PASSWORD, USER, assert_kind, client, logged_in, protected, scan, secret};

fn through(proxy: &Proxy, image: &str, password: &str) -> Target {
    let mut target = logged_in(image);
    let address = proxy.url();
    let entries = [
        ("address", address.as_bytes()),
        ("username", USER.as_bytes()),
        ("password", password.as_bytes()),
    ];
    target.login.proxy = Some(secret("proxy", &entries));
    target
}

#[tokio::test]
async fn a_proxy_secret_sends_everything_through_the_proxy() {
    let registry = protected(&["1.0.0", "1.0.1"], Some(1));
    let proxy = Proxy::start(USER, PASSWORD).unwrap();
    let target = through(&proxy, &registry.image("team/app"), PASSWORD);
    assert_eq!(scan(&client(), &target).await.unwrap(), ["1.0.0", "1.0.1"]);
    assert!(
        proxy.passed() >= registry.seen().len(),
        "{} of {}",
        proxy.passed(),
        registry.seen().len()
    );
}

#[tokio::test]
async fn a_proxy_that_refuses_us_is_a_matter_of_its_secret() {
    let registry = protected(&["1.0.0"], None);
    let proxy = Proxy::start(USER, "another").unwrap();
    let target = through(&proxy, &registry.image("team/app"), PASSWORD);
    let error = scan(&client(), &target).await.unwrap_err();
    assert_kind(
        &error,
        Kind::Configuration,
        &["proxy wants other credentials", "spec.proxySecretRef"],
    );
    assert!(registry.seen().is_empty());
}
