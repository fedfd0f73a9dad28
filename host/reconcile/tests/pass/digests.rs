//! When a tag's digest is looked up, and what becomes of a tag that moves.

use std::time::Duration;

use tagwarden_core::spec::{DigestReflection, Inventory};
use tagwarden_reconcile::{
    Decision, Due, Mode, Report, Request,
    ports::{ImageFacts, Moved},
};

use crate::world::{World, inventory};

const TEN_MINUTES: u64 = 600;

fn pinning(digest: DigestReflection) -> Inventory {
    let mut inventory = inventory();
    let policy = &mut inventory.policies[0];
    policy.digest = digest;
    policy.interval =
        (digest == DigestReflection::Always).then(|| Duration::from_secs(TEN_MINUTES));
    inventory
}

/// Points tag `2` to the image with that digest.
fn point(world: &World, digest: &str) {
    world.registry.put("2", ImageFacts { digest: digest.into(), ..ImageFacts::default() });
}

fn pinned(report: &Report) -> Option<&str> {
    report.policies[0].decision.selection()?.digest.as_deref()
}

fn lookups(world: &World) -> usize {
    world.registry.asked().iter().filter(|asked| asked.starts_with("digest")).count()
}

#[tokio::test]
async fn never_means_without_a_look() {
    let world = World::new(&["1", "2"]);
    let report = world.pass(&pinning(DigestReflection::Never), Mode::Write).await;
    assert_eq!((pinned(&report), lookups(&world)), (None, 0));
}

#[tokio::test]
async fn if_not_present_looks_once_for_each_tag() {
    let world = World::new(&["1", "2"]);
    let inventory = pinning(DigestReflection::IfNotPresent);
    point(&world, "sha256:a");
    world.pass(&inventory, Mode::Write).await;
    point(&world, "sha256:b");
    let report = world.pass(&inventory, Mode::Write).await;
    assert_eq!((pinned(&report), lookups(&world)), (Some("sha256:a"), 1));
    world.registry.put("3", ImageFacts { digest: "sha256:c".into(), ..ImageFacts::default() });
    let report = world.pass(&inventory, Mode::Write).await;
    assert_eq!((pinned(&report), lookups(&world)), (Some("sha256:c"), 2));
}

#[tokio::test]
async fn always_looks_again_at_the_policys_own_interval() {
    let world = World::new(&["1", "2"]);
    let inventory = pinning(DigestReflection::Always);
    point(&world, "sha256:a");
    world.pass(&inventory, Mode::Write).await;
    point(&world, "sha256:b");
    let scanned = Due { repositories: [world.name()].into(), ..Due::default() };
    let early = Request { now: 1_000 + TEN_MINUTES - 1, mode: Mode::Write, due: Some(scanned) };
    let report = world.reconciler().pass(&inventory, &early).await;
    assert_eq!((pinned(&report), lookups(&world)), (Some("sha256:a"), 1));
    let due = Due { policies: [world.name()].into(), ..Due::default() };
    let later = Request { now: 1_000 + TEN_MINUTES, mode: Mode::Write, due: Some(due) };
    let report = world.reconciler().pass(&inventory, &later).await;
    assert_eq!((pinned(&report), lookups(&world)), (Some("sha256:b"), 2));
}

#[tokio::test]
async fn a_pass_over_everything_looks_whatever_the_interval() {
    let world = World::new(&["1", "2"]);
    let inventory = pinning(DigestReflection::Always);
    world.pass(&inventory, Mode::Write).await;
    world.pass(&inventory, Mode::Write).await;
    assert_eq!(lookups(&world), 2);
}

#[tokio::test]
async fn a_tag_that_moved_is_reported_and_remembered() {
    let world = World::new(&["1", "2"]);
    let inventory = pinning(DigestReflection::Always);
    point(&world, "sha256:a");
    let report = world.pass(&inventory, Mode::Write).await;
    assert!(matches!(report.policies[0].decision, Decision::Selected { moved: None, .. }));
    point(&world, "sha256:b");
    let report = world.pass(&inventory, Mode::Write).await;
    let Decision::Selected { moved: Some(moved), changed: true, .. } = &report.policies[0].decision
    else {
        panic!("{report:?}");
    };
    assert_eq!(moved, &Moved { from: "sha256:a".into(), at: 1_000 });
    let report = world.pass(&inventory, Mode::Write).await;
    assert!(matches!(report.policies[0].decision, Decision::Selected { moved: None, .. }));
    assert_eq!(
        world.remembered().unwrap().moved.as_ref(),
        Some(&Moved { from: "sha256:a".into(), at: 1_000 })
    );
}

#[tokio::test]
async fn a_digest_that_cannot_be_had_leaves_the_pinned_one() {
    let world = World::new(&["1", "2"]);
    let inventory = pinning(DigestReflection::Always);
    point(&world, "sha256:a");
    world.pass(&inventory, Mode::Write).await;
    world.registry.set_away(true);
    let report = world.pass(&inventory, Mode::Write).await;
    assert!(matches!(report.policies[0].decision, Decision::Held { .. }), "{report:?}");
    assert_eq!(pinned(&report), Some("sha256:a"));
}
