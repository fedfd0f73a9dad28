//! Only what is signed as it must be gets written.

use tagwarden_core::{
    object::ObjectName,
    spec::{ImagePattern, ImageVerification, Inventory, KeySource, Verification},
};
use tagwarden_reconcile::{Decision, Mode, Reason, Report, ports::ImageFacts};

use crate::world::{World, inventory};

fn by(key: &str) -> Verification {
    Verification { any_of: vec![KeySource::Inline(key.into())], all_of: vec![] }
}

fn verified(key: &str) -> Inventory {
    let mut inventory = inventory();
    inventory.policies[0].verification = Some(by(key));
    inventory
}

/// How often signatures were looked at.
fn verifications(world: &World) -> usize {
    world.registry.asked().iter().filter(|asked| asked.starts_with("verify ")).count()
}

fn selected(report: &Report) -> &str {
    &report.policies[0].decision.selection().expect("a selection").tag
}

#[tokio::test]
async fn what_is_signed_is_written_and_verified_once() {
    let world = World::new(&["1", "2"]);
    world.registry.sign("A");
    for _ in 0..3 {
        let report = world.pass(&verified("A"), Mode::Write).await;
        assert!(!report.failed(), "{report:?}");
    }
    assert!(world.file().contains("app:2"));
    assert_eq!(verifications(&world), 1);
}

#[tokio::test]
async fn what_is_not_signed_holds_the_last_good_selection() {
    let world = World::new(&["1", "2"]);
    world.registry.sign("A");
    world.pass(&verified("A"), Mode::Write).await;
    world.registry.put("3", ImageFacts { digest: "sha256:3".into(), ..ImageFacts::default() });
    world.registry.sign("somebody else");
    let report = world.pass(&verified("A"), Mode::Write).await;
    let Decision::Held { because: Some(because), .. } = &report.policies[0].decision else {
        panic!("{report:?}");
    };
    assert_eq!((selected(&report), because.reason), ("2", Reason::NotVerified));
    assert!(because.message.contains("ImagePolicy ns/app"), "{because:?}");
    assert!(world.file().contains("app:2"));
    world.registry.sign("A");
    let report = world.pass(&verified("A"), Mode::Write).await;
    assert_eq!(selected(&report), "3", "the signature came later");
}

#[tokio::test]
async fn without_a_good_selection_nothing_is_written() {
    let world = World::new(&["1", "2"]);
    let before = world.file();
    let report = world.pass(&verified("A"), Mode::Write).await;
    assert!(matches!(report.policies[0].decision, Decision::NotReady(_)), "{report:?}");
    assert_eq!(world.file(), before);
    assert!(world.remembered().is_none());
}

#[tokio::test]
async fn a_selection_from_before_the_requirement_is_not_held() {
    let world = World::new(&["1", "2"]);
    world.pass(&inventory(), Mode::Write).await;
    let report = world.pass(&verified("A"), Mode::Write).await;
    assert!(matches!(report.policies[0].decision, Decision::NotReady(_)), "{report:?}");
}

#[tokio::test]
async fn other_keys_mean_another_look() {
    let world = World::new(&["1", "2"]);
    world.registry.sign("A");
    world.pass(&verified("A"), Mode::Write).await;
    let report = world.pass(&verified("B"), Mode::Write).await;
    assert!(matches!(report.policies[0].decision, Decision::NotReady(_)), "{report:?}");
    assert_eq!(verifications(&world), 2);
}

#[tokio::test]
async fn a_rule_for_images_holds_beside_the_policys_own() {
    let world = World::new(&["1", "2"]);
    world.registry.sign("A");
    let rule = |images: &str| ImageVerification {
        name: ObjectName::new("security", "all"),
        images: vec![ImagePattern::new(images)],
        verification: by("B"),
    };
    let mut inventory = verified("A");
    inventory.image_verifications = vec![rule("r.example/other/*")];
    assert!(!world.pass(&inventory, Mode::Write).await.failed());
    inventory.image_verifications = vec![rule("r.example/team/*")];
    let report = world.pass(&inventory, Mode::Write).await;
    let failed = report.policies[0].decision.failure().expect("it is not signed by B");
    assert!(failed.message.contains("ImageVerification security/all"), "{failed:?}");
}

#[tokio::test]
async fn a_missing_secret_is_no_missing_requirement() {
    let world = World::new(&["1", "2"]);
    let mut inventory = inventory();
    let any_of = vec![KeySource::Secret("keys".into())];
    inventory.policies[0].verification = Some(Verification { any_of, all_of: vec![] });
    let report = world.pass(&inventory, Mode::Write).await;
    let failed = report.policies[0].decision.failure().expect("there are no keys");
    assert_eq!(failed.reason, Reason::DependencyNotFound);
}
