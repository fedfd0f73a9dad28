//! The loop over ports in memory: what it does when the world is unkind.

mod automations;
mod digests;
mod guards;
mod requests;
mod scans;
mod taken_back;
mod verification;
mod world;

use tagwarden_reconcile::{Decision, Mode, Reason, Scan, Update, ports::GitErrorKind};
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
