use tagwarden_reconcile::ports::RegistryErrorKind as Kind;
use tagwarden_tests::registry::{Fault, TestRegistry};

use crate::support::{assert_kind, client, logged_in, protected, scan, scan_against};

#[tokio::test]
async fn a_redirect_within_the_registry_keeps_the_login() {
    for status in [301, 302, 303, 307, 308] {
        let registry = protected(&["1.0.0"], None);
        registry.push("moved/app", &["2.0.0"]);
        registry.script([Some(Fault::redirect(status, "/v2/moved/app/tags/list"))]);
        let tags = scan(&client(), &logged_in(&registry.image("team/app"))).await.unwrap();
        assert_eq!(tags, ["2.0.0"], "{status}");
    }
}

#[tokio::test]
async fn a_redirect_to_another_host_goes_without_the_login() {
    let other = TestRegistry::start();
    other.push("team/app", &["2.0.0"]);
    let registry = protected(&["1.0.0"], None);
    registry.script([Some(Fault::redirect(
        307,
        &format!("http://{}/v2/team/app/tags/list", other.address()),
    ))]);
    let tags = scan(&client(), &logged_in(&registry.image("team/app"))).await.unwrap();
    assert_eq!(tags, ["2.0.0"]);
    assert_eq!(other.seen().len(), 1);
    assert!(other.seen().iter().all(|s| s.authorization.is_none()), "{:?}", other.seen());
}

#[tokio::test]
async fn another_host_cannot_ask_for_the_login() {
    let other = protected(&["2.0.0"], None);
    let registry = protected(&["1.0.0"], None);
    registry
        .always(Fault::redirect(307, &format!("http://{}/v2/team/app/tags/list", other.address())));
    let error = scan(&client(), &logged_in(&registry.image("team/app"))).await.unwrap_err();
    assert_kind(&error, Kind::Unauthorized, &["team/app"]);
    assert!(other.seen().iter().all(|s| s.authorization.is_none()), "{:?}", other.seen());
}

#[tokio::test]
async fn redirects_that_lead_nowhere_are_errors() {
    for (to, word) in [
        ("/v2/team/app/tags/list", "more than 5 redirects"),
        ("ftp://localhost/x", "refused a redirect"),
        ("http://[", "without an address"),
    ] {
        let (_, error) = scan_against(Fault::redirect(302, to)).await;
        assert_kind(&error, Kind::Protocol, &[word]);
    }
    let (_, error) = scan_against(Fault::status(302)).await;
    assert_kind(&error, Kind::Protocol, &["without an address"]);
}
