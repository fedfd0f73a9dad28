//! The loop over ports in memory: what it does when the world is unkind.

mod digests;
mod guards;
mod requests;
mod taken_back;
mod verification;
mod world;

use std::time::Duration;

use tagwarden_core::spec::{Inventory, LabelSelector};
use tagwarden_reconcile::{
    Decision, Due, Mode, Reason, Request, Scan, Update,
    ports::{GitErrorKind, ImageFacts, RegistryErrorKind, Store},
};
use world::{World, inventory};

#[tokio::test]
async fn writes_what_the_policy_selected() {
    let world = World::new(&["1", "2"]);
    let report = world.pass(&inventory(), Mode::Write).await;
    assert!(!report.failed(), "{report:?}");
    assert!(matches!(report.automations[0].update, Update::Pushed(_)), "{report:?}");
    assert_eq!(world.file(), "image: r.example/team/app:2 # {\"$imagepolicy\": \"ns:app\"}\n");
}

#[tokio::test]
async fn a_plan_remembers_and_pushes_nothing() {
    let world = World::new(&["1", "2"]);
    let before = world.file();
    let report = world.pass(&inventory(), Mode::Plan).await;
    assert!(matches!(report.automations[0].update, Update::Planned(_)), "{report:?}");
    assert_eq!(world.file(), before);
    assert!(world.remembered().is_none());
}

#[tokio::test]
async fn computes_the_edits_again_when_somebody_pushed_first() {
    let world = World::new(&["1", "2"]);
    world.git.outrun(3);
    let report = world.pass(&inventory(), Mode::Write).await;
    assert!(matches!(report.automations[0].update, Update::Pushed(_)), "{report:?}");
    assert_eq!(world.git.opened(), 4);
}

#[tokio::test(start_paused = true)]
async fn gives_up_for_now_when_it_is_always_outrun() {
    let world = World::new(&["1", "2"]);
    world.git.outrun(1_000);
    let report = world.pass(&inventory(), Mode::Write).await;
    assert!(matches!(report.automations[0].update, Update::Failed(_)), "{report:?}");
    assert!(world.git.opened() < 20);
}

#[tokio::test]
async fn holds_the_last_selection_while_the_registry_is_away() {
    let world = World::new(&["1", "2"]);
    world.pass(&inventory(), Mode::Write).await;
    world.registry.set_away(true);
    let report = world.pass(&inventory(), Mode::Write).await;
    assert!(matches!(report.repositories[0].scan, Scan::Failed(_)), "{report:?}");
    let Decision::Held { selection, because: Some(because) } = &report.policies[0].decision else {
        panic!("{report:?}");
    };
    assert_eq!((selection.tag.as_str(), because.reason), ("2", Reason::TagsUnknown));
    assert!(matches!(report.automations[0].update, Update::UpToDate { .. }), "{report:?}");
}

#[tokio::test]
async fn does_not_hold_a_selection_of_another_specification() {
    let world = World::new(&["1", "2"]);
    world.pass(&inventory(), Mode::Write).await;
    world.registry.set_away(true);
    let mut inventory = inventory();
    inventory.policies[0].policy.settings = r#"{"other": true}"#.into();
    let report = world.pass(&inventory, Mode::Write).await;
    assert!(matches!(report.policies[0].decision, Decision::NotReady(_)), "{report:?}");
}

#[tokio::test]
async fn a_policy_may_not_use_a_repository_that_does_not_admit_it() {
    let world = World::new(&["1"]);
    let mut inventory = inventory();
    inventory.policies[0].name.namespace = "elsewhere".into();
    let report = world.pass(&inventory, Mode::Write).await;
    let failed = report.policies[0].decision.failure().unwrap();
    assert_eq!(failed.reason, Reason::AccessDenied);
}

#[tokio::test]
async fn a_missing_repository_is_named() {
    let world = World::new(&["1"]);
    let mut inventory = inventory();
    inventory.repositories.clear();
    let report = world.pass(&inventory, Mode::Write).await;
    let failed = report.policies[0].decision.failure().unwrap();
    assert_eq!(failed.reason, Reason::DependencyNotFound);
    assert!(failed.message.contains("ns/app"), "{failed:?}");
}

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
async fn tells_what_came_and_went_and_since_when_each_tag_is_there() {
    let world = World::new(&["1", "2"]);
    world.pass(&inventory(), Mode::Write).await;
    world.registry.put("3", ImageFacts::default());
    world.registry.remove("1");
    let later = Request::everything(5_000, Mode::Write);
    let report = world.reconciler().pass(&inventory(), &later).await;
    assert!(matches!(report.repositories[0].scan, Scan::Done { tags: 2, new: 1, gone: 1 }));
    let seen = |tag: &str| world.store().first_seen(&world.name(), tag).unwrap();
    assert_eq!((seen("1"), seen("2"), seen("3")), (None, Some(1_000), Some(5_000)));
    let state = world.store().scan(&world.name()).unwrap().unwrap();
    assert_eq!((state.changed_at, state.difference.new_tags), (5_000, vec!["3".to_owned()]));
}

#[tokio::test]
async fn a_push_needs_a_branch() {
    let world = World::new(&["1", "2"]);
    let mut inventory = inventory();
    inventory.automations[0].checkout = Some(tagwarden_core::spec::GitReference::Tag("v1".into()));
    let report = world.pass(&inventory, Mode::Write).await;
    let Update::Failed(failed) = &report.automations[0].update else { panic!("{report:?}") };
    assert_eq!(failed.reason, Reason::InvalidSpecification);
    assert!(failed.hint.as_ref().unwrap().contains("push.branch"), "{failed:?}");
}

#[tokio::test]
async fn a_mirror_that_was_damaged_is_opened_again_in_the_same_pass() {
    let world = World::new(&["1", "2"]);
    world.git.fail(1, GitErrorKind::Damaged);
    let report = world.pass(&inventory(), Mode::Write).await;
    assert!(matches!(report.automations[0].update, Update::Pushed(_)), "{report:?}");
    assert_eq!(world.git.opened(), 2);
}

#[tokio::test]
async fn remembers_what_was_pushed_and_looked_at() {
    let world = World::new(&["1", "2"]);
    world.pass(&inventory(), Mode::Plan).await;
    assert_eq!(world.automation("updates"), None, "a plan is not remembered");
    world.pass(&inventory(), Mode::Write).await;
    let pushed = world.automation("updates").unwrap();
    assert_eq!(pushed.observed_revision, "main@sha1:0123456789abcdef");
    assert_eq!(pushed.last_push_commit.as_deref(), Some("fedcba9876543210"));
    assert_eq!(pushed.last_push_time, Some(1_000));
    world.pass(&inventory(), Mode::Write).await;
    assert_eq!(world.automation("updates"), Some(pushed), "nothing new was pushed");
}

/// Two automations on one branch, each with a policy of its own.
fn two() -> (World, Inventory) {
    let world = World::new(&["1", "2"]);
    world.git.write(
        "a: r.example/team/app:1 # {\"$imagepolicy\": \"ns:app\"}\n\
         b: r.example/team/app:1 # {\"$imagepolicy\": \"ns:other\"}\n",
    );
    let mut inventory = inventory();
    let mut policy = inventory.policies[0].clone();
    policy.name.name = "other".into();
    inventory.policies.push(policy);
    let select = |label: &str| LabelSelector {
        labels: vec![("part".into(), label.into())],
        expressions: vec![],
    };
    for (policy, label) in inventory.policies.iter_mut().zip(["a", "b"]) {
        policy.labels = vec![("part".into(), label.into())];
    }
    let mut second = inventory.automations[0].clone();
    second.name.name = "more".into();
    second.policy_selector = Some(select("b"));
    inventory.automations[0].policy_selector = Some(select("a"));
    inventory.automations.push(second);
    (world, inventory)
}

const BOTH: &str = "a: r.example/team/app:2 # {\"$imagepolicy\": \"ns:app\"}\n\
     b: r.example/team/app:2 # {\"$imagepolicy\": \"ns:other\"}\n";

#[tokio::test]
async fn automations_of_one_branch_make_a_commit_each() {
    let (world, inventory) = two();
    let report = world.pass(&inventory, Mode::Write).await;
    assert!(!report.failed(), "{report:?}");
    assert_eq!((world.file().as_str(), world.git.commits().len()), (BOTH, 2));
}

#[tokio::test]
async fn automations_that_batch_make_one_commit_together() {
    let (world, mut inventory) = two();
    for automation in &mut inventory.automations {
        automation.batch = true;
    }
    let report = world.pass(&inventory, Mode::Write).await;
    assert_eq!(world.file(), BOTH);
    assert_eq!(world.git.commits(), ["1 changes"], "the message they share stands once");
    let names: Vec<_> = report.automations.iter().map(|a| a.name.name.as_str()).collect();
    assert_eq!(names, ["updates", "more"]);
    for automation in &report.automations {
        let Update::Pushed(proposal) = &automation.update else { panic!("{report:?}") };
        assert_eq!(proposal.changes.len(), 1, "each answers for its own");
    }
}

#[tokio::test]
async fn one_of_a_batch_that_fails_does_not_stop_the_others() {
    let (world, mut inventory) = two();
    for automation in &mut inventory.automations {
        automation.batch = true;
    }
    inventory.automations[0].path = "../out".into();
    let report = world.pass(&inventory, Mode::Write).await;
    assert!(matches!(report.automations[0].update, Update::Failed(_)), "{report:?}");
    assert!(matches!(report.automations[1].update, Update::Pushed(_)), "{report:?}");
}
