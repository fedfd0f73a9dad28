use std::sync::Arc;

use tagwarden_reconcile::ports::{ImageFacts, Registry, RegistryError, RegistryErrorKind as Kind};
use tagwarden_registry::StateStore;
use tagwarden_tests::{
    registry::{Settings, TestRegistry},
    sample_image::{INDEX_TYPE, MANIFEST_TYPE, SampleImage, digest},
};

use crate::support::{assert_kind, assert_no_secret, client, logged_in, protected, target};

async fn image(registry: &TestRegistry, tag: &str) -> Result<ImageFacts, RegistryError> {
    let facts = client().image(&target(&registry.image("team/app")), tag).await;
    assert_no_secret(&format!("{facts:?}"));
    facts
}

#[tokio::test]
async fn tells_of_an_image_behind_a_login() {
    let registry = protected(&["1.0.0"], None);
    let facts = client().image(&logged_in(&registry.image("team/app")), "1.0.0").await.unwrap();
    let sample = SampleImage::new("team/app", "1.0.0");
    assert_eq!(facts.digest, sample.digest());
    assert_eq!(facts.media_type, MANIFEST_TYPE);
    assert_eq!(facts.created, Some(1_767_225_600));
    assert_eq!(facts.labels["org.opencontainers.image.version"], "1.0.0");
    assert_eq!(facts.platforms, ["linux/amd64"]);
    assert_eq!(facts.size, (sample.config.len() + sample.layer.len()) as u64);
}

#[tokio::test]
async fn an_index_is_told_of_as_a_whole() {
    let registry = TestRegistry::start();
    let index = registry.push_index("team/app", "1.0.0", &["s390x", "arm64", "amd64"]);
    let facts = image(&registry, "1.0.0").await.unwrap();
    assert_eq!((facts.digest, facts.media_type.as_str()), (index, INDEX_TYPE));
    assert_eq!(facts.platforms, ["linux/amd64", "linux/arm64", "linux/s390x"]);
    assert_eq!(facts.annotations["org.opencontainers.image.revision"], "0123abc");
    assert_eq!(facts.labels["org.opencontainers.image.title"], "team/app");
    let read: Vec<_> = registry.seen().iter().map(|s| s.target.clone()).collect();
    let amd64 = SampleImage::on("amd64", "team/app", "1.0.0");
    assert!(read.iter().any(|target| target.ends_with(&amd64.digest())), "{read:?}");
    assert!(read.iter().any(|target| target.ends_with(&digest(&amd64.config))), "{read:?}");
}

#[tokio::test]
async fn a_registry_that_hides_digests_is_asked_for_the_whole_manifest() {
    let registry = TestRegistry::with(Settings { hides_digests: true, ..Settings::default() });
    registry.push("team/app", &["1.0.0"]);
    let facts = image(&registry, "1.0.0").await.unwrap();
    assert_eq!(Some(facts.digest), registry.digest("team/app", "1.0.0"));
}

#[tokio::test]
async fn what_has_another_digest_is_not_believed() {
    let sample = SampleImage::new("team/app", "1.0.0");
    for of in [sample.digest(), digest(&sample.config)] {
        let registry = TestRegistry::start();
        registry.push("team/app", &["1.0.0"]);
        registry.falsify(&of, b"{}".to_vec());
        let error = image(&registry, "1.0.0").await.unwrap_err();
        assert_kind(&error, Kind::Protocol, &[&of, "has another digest"]);
    }
}

#[tokio::test]
async fn what_is_no_image_is_refused_in_words() {
    for (media_type, body, words) in [
        (MANIFEST_TYPE, r#"{"schemaVersion": 1}"#, "schema version 1"),
        (INDEX_TYPE, r#"{"schemaVersion": 2, "manifests": []}"#, "no image of any platform"),
        (INDEX_TYPE, r#"{"schemaVersion": 2, "manifests": [], "layers": []}"#, "does not fit"),
        (MANIFEST_TYPE, "<html>", "cannot be read"),
        ("text/html", r#"{"schemaVersion": 2}"#, "not supported"),
    ] {
        let registry = TestRegistry::start();
        registry.put_manifest("team/app", "1.0.0", media_type, body.as_bytes().to_vec());
        let error = image(&registry, "1.0.0").await.unwrap_err();
        assert_kind(&error, Kind::Protocol, &[words]);
    }
}

#[tokio::test]
async fn a_chart_is_told_of_without_an_image_configuration() {
    let registry = TestRegistry::start();
    let config =
        r#"{"mediaType": "application/vnd.cncf.helm.config.v1+json", "digest": "x", "size": 7}"#;
    let created = r#"{"org.opencontainers.image.created": "2026-01-01T00:00:00Z"}"#;
    let body = format!(
        r#"{{"schemaVersion": 2, "config": {config}, "layers": [], "annotations": {created}}}"#
    );
    registry.put_manifest("team/app", "1.0.0", MANIFEST_TYPE, body.into_bytes());
    let facts = image(&registry, "1.0.0").await.unwrap();
    assert_eq!((facts.created, facts.size), (Some(1_767_225_600), 7));
    assert!(facts.labels.is_empty() && facts.platforms.is_empty());
}

#[tokio::test]
async fn a_login_page_has_no_digest() {
    let registry = TestRegistry::with(Settings { hides_digests: true, ..Settings::default() });
    registry.put_manifest("team/app", "1.0.0", "text/html", b"<html>".to_vec());
    let error = client().digest(&target(&registry.image("team/app")), "1.0.0").await.unwrap_err();
    assert_kind(&error, Kind::Protocol, &["manifest of 1.0.0"]);
}

#[tokio::test]
async fn what_was_read_of_a_digest_once_is_not_read_again() {
    let registry = TestRegistry::start();
    let index = registry.push_index("team/app", "1.0.0", &["arm64", "amd64"]);
    let folder = tempfile::tempdir().unwrap();
    let target = target(&registry.image("team/app"));
    let first = {
        let store = Arc::new(StateStore::open(folder.path()).unwrap());
        client().remembering(store).image(&target, "1.0.0").await.unwrap()
    };
    let asked = registry.seen().len();
    let store = Arc::new(StateStore::open(folder.path()).unwrap());
    let again = client().remembering(store).image(&target, "1.0.0").await.unwrap();
    assert_eq!((&again, &again.digest), (&first, &index));
    let since: Vec<_> = registry.seen().split_off(asked);
    assert!(since.iter().all(|s| s.method == "HEAD" || s.target == "/v2/"), "{since:?}");
}
