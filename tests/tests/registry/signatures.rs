//! Signatures on real registries, in both places where cosign keeps them.

use std::{fs, path::Path};

use tagwarden_core::spec::{PublicKey, Signers};
use tagwarden_reconcile::ports::{Registry, Signed, Target, VerificationError};
use tagwarden_tests::{
    cosign::KeyPair,
    distribution::{Distribution, Protection, Release, Transport},
    sample_image::SampleImage,
};

use crate::support::{PASSWORD, USER, client, logged_in, target};

fn by(keys: &[&KeyPair]) -> Signers {
    let key = |key: &&KeyPair| PublicKey { origin: "a.pub".into(), pem: key.public().unwrap() };
    Signers { any_of: keys.iter().map(key).collect(), all_of: vec![] }
}

fn image() -> String {
    SampleImage::new("team/app", "1").digest()
}

async fn registry(release: Release, protection: Protection) -> Distribution {
    let registry = Distribution::start(release, Transport::Plain, protection).unwrap();
    registry.push("team/app", &["1", "2"]).await.unwrap();
    registry
}

async fn verify(target: &Target, wanted: &Signers) -> Result<Signed, VerificationError> {
    client().verify(target, &image(), wanted).await
}

fn refusal(outcome: Result<Signed, VerificationError>) -> String {
    let error = outcome.unwrap_err();
    assert!(matches!(error, VerificationError::Refused { .. }), "{error:?}");
    error.to_string()
}

#[tokio::test]
async fn finds_a_signature_wherever_cosign_put_it() {
    for release in Release::ALL {
        let registry = registry(release, Protection::None).await;
        let target = target(&registry.image("team/app"));
        let (old, new, other) = (
            KeyPair::generate().unwrap(),
            KeyPair::generate().unwrap(),
            KeyPair::generate().unwrap(),
        );
        let said = refusal(verify(&target, &by(&[&old])).await);
        assert!(said.contains("there is no signature"), "{said}");
        let to = registry.pusher().unwrap();
        old.attach(&to, "team/app", &image()).await.unwrap();
        new.refer(&to, "team/app", &image()).await.unwrap();
        assert_eq!(verify(&target, &by(&[&old])).await.unwrap().by.len(), 1);
        assert_eq!(verify(&target, &by(&[&new])).await.unwrap().by.len(), 1);
        let both = Signers { any_of: vec![], all_of: by(&[&old, &new]).any_of };
        assert_eq!(verify(&target, &both).await.unwrap().by.len(), 2);
        let said = refusal(verify(&target, &by(&[&other])).await);
        assert!(said.contains("none of 2 signatures is by a.pub"), "{said}");
    }
}

#[tokio::test]
async fn a_signature_of_another_image_does_not_count() {
    let registry = registry(Release::Three, Protection::None).await;
    let key = KeyPair::generate().unwrap();
    let other = SampleImage::new("team/app", "2").digest();
    let to = registry.pusher().unwrap();
    let payload = key.attach(&to, "team/app", &other).await.unwrap();
    // Somebody who may push hangs it on the image that was not signed.
    let manifest = fs::read(stored_signature(&registry, &other)).unwrap();
    let kind = "application/vnd.oci.image.manifest.v1+json";
    let tag = format!("{}.sig", image().replace(':', "-"));
    to.put("team/app", &tag, (kind, &manifest), &[]).await.unwrap();
    let said = refusal(verify(&target(&registry.image("team/app")), &by(&[&key])).await);
    assert!(said.contains(&format!("a signature is of {other}")), "{said}: {payload}");
}

/// The file of the manifest under a signature's tag.
fn stored_signature(registry: &Distribution, signed: &str) -> std::path::PathBuf {
    let tag = format!("{}.sig", signed.replace(':', "-"));
    let data = registry.storage();
    let link = data.join("repositories/team/app/_manifests/tags").join(tag).join("current/link");
    registry.file(fs::read_to_string(link).unwrap().trim())
}

#[tokio::test]
async fn a_changed_byte_is_noticed_in_either_place() {
    let registry = registry(Release::Three, Protection::None).await;
    let target = target(&registry.image("team/app"));
    let to = registry.pusher().unwrap();
    let key = KeyPair::generate().unwrap();
    let payload = key.attach(&to, "team/app", &image()).await.unwrap();
    flip(&registry.file(&payload), 60);
    assert!(verify(&target, &by(&[&key])).await.is_err());
    flip(&registry.file(&payload), 60);
    verify(&target, &by(&[&key])).await.unwrap();
    let key = KeyPair::generate().unwrap();
    let bundle = key.refer(&to, "team/app", &image()).await.unwrap();
    verify(&target, &by(&[&key])).await.unwrap();
    let size = fs::metadata(registry.file(&bundle)).unwrap().len();
    for at in [0, size / 2, size - 20] {
        flip(&registry.file(&bundle), usize::try_from(at).unwrap());
        assert!(verify(&target, &by(&[&key])).await.is_err(), "byte {at}");
        flip(&registry.file(&bundle), usize::try_from(at).unwrap());
    }
}

fn flip(path: &Path, at: usize) {
    let mut bytes = fs::read(path).unwrap();
    bytes[at] ^= 1;
    fs::write(path, bytes).unwrap();
}

#[tokio::test]
async fn a_registry_that_does_not_answer_is_no_missing_signature() {
    let protection = Protection::Basic { user: USER.into(), password: PASSWORD.into() };
    let registry = registry(Release::Three, protection).await;
    let key = KeyPair::generate().unwrap();
    let image = registry.image("team/app");
    let refused = verify(&target(&image), &by(&[&key])).await.unwrap_err();
    assert!(matches!(refused, VerificationError::Registry(_)), "{refused:?}");
    key.attach(&registry.pusher().unwrap(), "team/app", &self::image()).await.unwrap();
    verify(&logged_in(&image), &by(&[&key])).await.unwrap();
}
