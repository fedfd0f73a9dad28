//! What the operator holds a selection against, whatever plugin makes it.

use std::time::Duration;

use tagwarden_core::{
    object::ObjectName,
    selection::{Stopped, Verdict},
    spec::{Age, Downgrade, Guard, Guards, Hold, Inventory},
};
use tagwarden_reconcile::{Decision, Mode, Reason, Report, Request, ports::ImageFacts};

use crate::world::{World, inventory};

const DAY: u64 = 86_400;

fn guarded(guards: Guards) -> Inventory {
    let mut inventory = inventory();
    inventory.policies[0].guards = guards;
    inventory
}

fn a_day_old(age: Age) -> Inventory {
    let minimum_age = Some(Duration::from_secs(DAY));
    guarded(Guards { minimum_age, age, ..Guards::default() })
}

/// A world with images of these tags, built at these times.
fn built(tags: &[(&str, u64)]) -> World {
    let world = World::new(&[]);
    for (tag, created) in tags {
        let digest = format!("sha256:{tag}");
        let created = Some(*created);
        world.registry.put(tag, ImageFacts { digest, created, ..ImageFacts::default() });
    }
    world
}

fn selected(report: &Report) -> (&str, &[Stopped]) {
    match &report.policies[0].decision {
        Decision::Selected { selection, guarded, .. } => (&selection.tag, guarded),
        other => panic!("{other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_too_young_is_passed_over_for_the_next_best() {
    let world = built(&[("1", 0), ("2", 5 * DAY), ("3", 9 * DAY), ("4", 9 * DAY + 1)]);
    let report = world.pass_at(&a_day_old(Age::Created), 9 * DAY + 100).await;
    let (tag, stopped) = selected(&report);
    assert_eq!(tag, "2");
    let tags: Vec<_> = stopped.iter().map(|stopped| stopped.tag.as_str()).collect();
    assert_eq!(tags, ["4", "3"]);
    assert_eq!(stopped[1].reason, "too young until 1970-01-11T00:00:00Z");
    let asked: Vec<_> =
        world.registry.asked().into_iter().filter(|what| what.starts_with("image")).collect();
    assert_eq!(asked, ["image 4", "image 3", "image 2"], "only what the policy would choose");
    assert_eq!(world.remembered().unwrap().guarded.len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_image_is_asked_about_once_in_a_pass() {
    let world = built(&[("1", 1)]);
    let mut inventory = a_day_old(Age::Created);
    let mut other = inventory.policies[0].clone();
    other.name.name = "other".into();
    inventory.policies.push(other);
    let report = world.pass_at(&inventory, 9 * DAY).await;
    assert!(report.policies.iter().all(|policy| policy.decision.failure().is_none()), "{report:?}");
    let asked = world.registry.asked();
    assert_eq!(asked.iter().filter(|what| what.starts_with("image")).count(), 1, "{asked:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_builder_cannot_set_back_when_a_tag_was_first_seen() {
    let world = built(&[("1", 1)]);
    let inventory = a_day_old(Age::FirstSeen);
    let report = world.pass_at(&inventory, 9 * DAY).await;
    let failed = report.policies[0].decision.failure().unwrap();
    assert_eq!(failed.reason, Reason::NoTagSelected);
    assert!(failed.message.contains("too young until 1970-01-11T00:00:00Z"), "{failed:?}");
    let report = world.pass_at(&inventory, 10 * DAY).await;
    assert_eq!(selected(&report).0, "1");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_image_that_tells_no_age_counts_from_when_it_was_first_seen() {
    let world = World::new(&["1"]);
    world.pass_at(&a_day_old(Age::Created), DAY).await;
    assert!(world.remembered().is_none());
    let report = world.pass_at(&a_day_old(Age::Created), 2 * DAY).await;
    assert_eq!(selected(&report).0, "1");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_present_selection_is_never_too_young() {
    let world = built(&[("1", 0), ("2", 9 * DAY)]);
    world.pass_at(&inventory(), 9 * DAY).await;
    let report = world.pass_at(&a_day_old(Age::Created), 9 * DAY + 1).await;
    assert_eq!(selected(&report), ("2", &[][..]));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_age_that_cannot_be_asked_leaves_the_selection() {
    let world = built(&[("1", 1)]);
    let inventory = a_day_old(Age::Created);
    assert_eq!(selected(&world.pass_at(&inventory, 9 * DAY).await).0, "1");
    world.registry.put("2", ImageFacts { created: Some(1), ..ImageFacts::default() });
    world.registry.set_images_away(true);
    let report = world.pass_at(&inventory, 9 * DAY).await;
    let Decision::Held { selection, because: Some(because) } = &report.policies[0].decision else {
        panic!("{report:?}");
    };
    assert_eq!((selection.tag.as_str(), because.reason), ("1", Reason::MetadataUnknown));
}

#[tokio::test]
async fn a_hold_lasts_until_its_date() {
    let world = World::new(&["1", "2", "3"]);
    let hold = Some(Hold { tag: Some("2".into()), until: 2_000 });
    let inventory = guarded(Guards { hold, ..Guards::default() });
    let report = world.pass_at(&inventory, 1_999).await;
    let (tag, stopped) = selected(&report);
    assert_eq!((tag, stopped[0].guard), ("2", Guard::Hold));
    assert_eq!(stopped[0].reason, "held at 2 until 1970-01-01T00:33:20Z");
    assert_eq!(selected(&world.pass_at(&inventory, 2_000).await), ("3", &[][..]));
}

#[tokio::test]
async fn a_hold_without_a_tag_holds_what_is_selected() {
    let world = World::new(&["1"]);
    world.pass_at(&inventory(), 1_000).await;
    world.registry.put("2", ImageFacts::default());
    let hold = Some(Hold { tag: None, until: 2_000 });
    let inventory = guarded(Guards { hold, ..Guards::default() });
    assert_eq!(selected(&world.pass_at(&inventory, 1_500).await).0, "1");
    assert_eq!(selected(&world.pass_at(&inventory, 2_500).await).0, "2");
}

#[tokio::test]
async fn a_hold_at_a_tag_that_is_not_there_is_told() {
    let world = World::new(&["1"]);
    let hold = Some(Hold { tag: Some("7".into()), until: 2_000 });
    let report = world.pass_at(&guarded(Guards { hold, ..Guards::default() }), 1_000).await;
    let failed = report.policies[0].decision.failure().unwrap();
    assert!(failed.message.contains("held at 7"), "{failed:?}");
}

#[tokio::test]
async fn when_the_selected_tag_is_gone_the_operator_says_what_happens() {
    for (downgrade, expected) in
        [(Downgrade::WhenGone, "1"), (Downgrade::Allowed, "1"), (Downgrade::Never, "2")]
    {
        let world = World::new(&["1", "2"]);
        let inventory = guarded(Guards { downgrade, ..Guards::default() });
        world.pass_at(&inventory, 1_000).await;
        world.registry.remove("2");
        let report = world.pass_at(&inventory, 1_001).await;
        assert_eq!(selected(&report).0, expected, "{downgrade:?}");
        world.registry.put("3", ImageFacts::default());
        assert_eq!(selected(&world.pass_at(&inventory, 1_002).await).0, "3", "{downgrade:?}");
    }
}

#[tokio::test]
async fn a_tag_that_is_there_is_not_left_for_one_the_policy_ranks_below_it() {
    for (downgrade, expected) in
        [(Downgrade::WhenGone, "2"), (Downgrade::Never, "2"), (Downgrade::Allowed, "1")]
    {
        let world = World::new(&["1", "2"]);
        let mut inventory = guarded(Guards { downgrade, ..Guards::default() });
        inventory.policies[0].policy.plugin = "moody".into();
        world.pass_at(&inventory, 1_000).await;
        world.registry.put("3", ImageFacts::default());
        let report = world.pass_at(&inventory, 1_001).await;
        let (tag, stopped) = selected(&report);
        assert_eq!(tag, expected, "{downgrade:?}");
        if expected == "2" {
            assert_eq!((stopped[0].tag.as_str(), stopped[0].guard), ("1", Guard::Downgrade));
            assert_eq!(stopped[0].reason, "a downgrade from 2");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn explains_what_a_guard_stopped_and_which_tag_comes_second() {
    let world = built(&[("1", 0), ("2", 1), ("3", 2), ("4", 9 * DAY)]);
    let request = Request::everything(9 * DAY, Mode::Plan);
    let name = ObjectName::new("ns", "app");
    let explained =
        world.reconciler().explain(&a_day_old(Age::Created), &name, &request).await.unwrap();
    let verdicts: Vec<_> = explained.tags.into_iter().map(|tag| tag.verdict).collect();
    assert_eq!(verdicts[..3], [Verdict::Outranked, Verdict::RunnerUp, Verdict::Selected]);
    assert!(matches!(verdicts[3], Verdict::Guarded { guard: Guard::MinimumAge, .. }));
    assert_eq!(explained.runner_up.as_deref(), Some("2"));
}
