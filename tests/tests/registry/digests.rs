use tagwarden_reconcile::ports::{Registry, RegistryErrorKind as Kind};
use tagwarden_tests::registry::{Settings, TestRegistry};

use crate::support::{assert_kind, client, logged_in, protected, target};

#[tokio::test]
async fn a_digest_costs_no_pull() {
    let registry = protected(&["1.0.0"], None);
    let digest = client().digest(&logged_in(&registry.image("team/app")), "1.0.0").await.unwrap();
    assert_eq!(Some(digest), registry.digest("team/app", "1.0.0"));
    let manifests = registry.seen().into_iter().filter(|s| s.target.contains("/manifests/"));
    assert!(manifests.into_iter().all(|s| s.method == "HEAD"));
}

#[tokio::test]
async fn a_manifest_without_a_digest_is_hashed() {
    let registry = TestRegistry::with(Settings { hides_digests: true, ..Settings::default() });
    registry.push("team/app", &["1.0.0"]);
    let digest = client().digest(&target(&registry.image("team/app")), "1.0.0").await.unwrap();
    assert_eq!(Some(digest), registry.digest("team/app", "1.0.0"));
}

#[tokio::test]
async fn a_tag_that_is_gone_is_not_found() {
    let registry = protected(&["1.0.0"], None);
    let error =
        client().digest(&logged_in(&registry.image("team/app")), "9.9.9").await.unwrap_err();
    assert_kind(&error, Kind::NotFound, &["manifests/9.9.9", "MANIFEST_UNKNOWN"]);
}

#[tokio::test]
async fn what_is_no_tag_is_not_asked_for() {
    let registry = protected(&["1.0.0"], None);
    for tag in ["", "../x", "a/b", "sha256:00"] {
        assert!(
            client().digest(&logged_in(&registry.image("team/app")), tag).await.is_err(),
            "{tag}"
        );
    }
    assert!(
        registry.seen().iter().all(|s| !s.target.contains("/manifests/")),
        "{:?}",
        registry.seen()
    );
}
