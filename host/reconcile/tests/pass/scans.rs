//! When repositories are scanned, and what is decided from lists in the store.

use std::time::Duration;

use tagwarden_reconcile::{
    Decision, Due, Mode, Reason, Request, Scan, Update,
    ports::{ImageFacts, RegistryErrorKind, Store},
};

use crate::world::{World, inventory};

#[tokio::test]
async fn scans_again_only_when_due() {
    let world = World::new(&["1"]);
    world.pass(&inventory(), Mode::Write).await;
    let request = Request { now: 1_010, mode: Mode::Write, due: Some(Default::default()) };
    let report = world.reconciler().pass(&inventory(), &request).await;
    assert!(matches!(report.repositories[0].scan, Scan::Fresh { tags: 1 }), "{report:?}");
    assert!(report.automations.is_empty(), "nothing moved, nothing is due");
    let late = Request { now: 2_000, ..request };
    let report = world.reconciler().pass(&inventory(), &late).await;
    assert!(matches!(report.repositories[0].scan, Scan::Done { .. }), "too old to decide from");
}

fn patience(seconds: u64) -> RegistryErrorKind {
    RegistryErrorKind::Throttled { retry_after: Some(Duration::from_secs(seconds)) }
}

#[tokio::test]
async fn a_registry_that_asked_for_patience_is_not_asked_again_before() {
    let world = World::new(&["1"]);
    world.registry.meet(Some(patience(600)));
    let report = world.pass(&inventory(), Mode::Write).await;
    let Scan::Failed(failed) = &report.repositories[0].scan else { panic!("{report:?}") };
    assert_eq!((failed.reason, failed.retry_after), (Reason::Throttled, Some(601)));
    let soon = Request::everything(1_300, Mode::Write);
    let report = world.reconciler().pass(&inventory(), &soon).await;
    let Scan::Failed(failed) = &report.repositories[0].scan else { panic!("{report:?}") };
    assert_eq!((failed.reason, failed.retry_after), (Reason::Throttled, Some(301)));
    assert_eq!(world.registry.asked(), ["tags"]);
    world.registry.meet(None);
    let later = Request::everything(1_601, Mode::Write);
    let report = world.reconciler().pass(&inventory(), &later).await;
    assert!(matches!(report.repositories[0].scan, Scan::Done { .. }), "{report:?}");
}

#[tokio::test]
async fn new_credentials_do_not_wait_for_the_old_ones() {
    let world = World::new(&["1"]);
    world.registry.meet(Some(patience(600)));
    world.pass(&inventory(), Mode::Write).await;
    world.registry.meet(None);
    let mut inventory = inventory();
    inventory.repositories[0].provider = tagwarden_core::spec::Provider::Aws;
    let report = world.pass(&inventory, Mode::Write).await;
    assert!(matches!(report.repositories[0].scan, Scan::Done { .. }), "{report:?}");
}

#[tokio::test]
async fn a_policy_is_asked_again_when_its_repository_was_scanned() {
    let world = World::new(&["1", "2"]);
    world.pass(&inventory(), Mode::Write).await;
    world.registry.put("3", ImageFacts::default());
    let idle = Request { now: 1_010, mode: Mode::Write, due: Some(Due::default()) };
    let report = world.reconciler().pass(&inventory(), &idle).await;
    let Decision::NotDue { selection } = &report.policies[0].decision else { panic!("{report:?}") };
    assert_eq!(selection.tag, "2");
    let due = Due { repositories: [world.name()].into(), ..Due::default() };
    let report = world.reconciler().pass(&inventory(), &Request { due: Some(due), ..idle }).await;
    assert_eq!(report.policies[0].decision.selection().unwrap().tag, "3");
    assert!(matches!(report.automations[0].update, Update::Pushed(_)), "{report:?}");
}

#[tokio::test]
async fn a_changed_policy_is_asked_at_once_from_the_stored_tags() {
    let world = World::new(&["1", "2"]);
    world.pass(&inventory(), Mode::Write).await;
    let mut inventory = inventory();
    inventory.policies[0].policy.settings = r#"{"other": true}"#.into();
    let idle = Request { now: 1_010, mode: Mode::Write, due: Some(Due::default()) };
    let report = world.reconciler().pass(&inventory, &idle).await;
    assert!(matches!(report.policies[0].decision, Decision::Selected { .. }), "{report:?}");
    assert_eq!(world.registry.asked(), ["tags"]);
}

#[tokio::test]
async fn a_repository_that_failed_is_left_alone_until_it_is_due() {
    let world = World::new(&["1", "2"]);
    world.pass(&inventory(), Mode::Write).await;
    let due = Due { waiting: [world.name()].into(), ..Due::default() };
    let request = Request { now: 2_000, mode: Mode::Write, due: Some(due) };
    let report = world.reconciler().pass(&inventory(), &request).await;
    assert!(matches!(report.repositories[0].scan, Scan::Waiting), "{report:?}");
    assert_eq!(report.policies[0].decision.selection().unwrap().tag, "2");
    assert_eq!(world.registry.asked(), ["tags"]);
}

#[tokio::test]
async fn a_stored_list_that_is_too_old_is_not_decided_from() {
    let world = World::new(&["1", "2"]);
    world.pass(&inventory(), Mode::Write).await;
    world.registry.set_away(true);
    let mut inventory = inventory();
    inventory.policies[0].policy.settings = r#"{"other": true}"#.into();
    let request = Request::everything(9_999, Mode::Write);
    let report = world.reconciler().pass(&inventory, &request).await;
    let failed = report.policies[0].decision.failure().unwrap();
    assert_eq!(failed.reason, Reason::TagsUnknown, "{report:?}");
}

#[tokio::test]
async fn a_list_that_the_store_lost_is_scanned_anew_though_it_is_not_due() {
    let world = World::new(&["1"]);
    world.pass(&inventory(), Mode::Write).await;
    world.lose_state();
    world.registry.put("2", ImageFacts::default());
    let request = Request { now: 1_010, mode: Mode::Write, due: Some(Due::default()) };
    let report = world.reconciler().pass(&inventory(), &request).await;
    assert!(matches!(report.repositories[0].scan, Scan::Done { tags: 2, .. }), "{report:?}");
    let Decision::Selected { selection, .. } = &report.policies[0].decision else {
        panic!("{report:?}");
    };
    assert_eq!(selection.tag, "2");
}

#[tokio::test]
async fn tells_what_came_and_went_and_since_when_each_tag_is_there() {
    let world = World::new(&["1", "2"]);
    world.pass(&inventory(), Mode::Write).await;
    world.registry.put("3", ImageFacts::default());
    world.registry.remove("1");
    let later = Request::everything(5_000, Mode::Write);
    let report = world.reconciler().pass(&inventory(), &later).await;
    assert!(matches!(report.repositories[0].scan, Scan::Done { tags: 2, new: 1, gone: 1 }));
    let listing = world.store().listing(&world.name()).unwrap().unwrap();
    let seen = |tag: &str| listing.first_seen(tag);
    assert_eq!((seen("1"), seen("2"), seen("3")), (None, Some(1_000), Some(5_000)));
    let state = world.store().scan(&world.name()).unwrap().unwrap();
    assert_eq!((state.changed_at, state.difference.new_tags), (5_000, vec!["3".to_owned()]));
}
