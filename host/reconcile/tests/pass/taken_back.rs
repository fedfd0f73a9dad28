//! What somebody reverts on the base branch is not written again.

use tagwarden_reconcile::{Mode, Update};

use crate::world::{World, inventory, put};

#[tokio::test]
async fn a_revert_is_respected_until_there_is_a_newer_tag() {
    let world = World::new(&["1", "2"]);
    let inventory = inventory();
    let before = world.file();
    world.pass(&inventory, Mode::Write).await;
    world.git.write(&before);
    for _ in 0..3 {
        let report = world.pass(&inventory, Mode::Write).await;
        assert!(matches!(report.automations[0].update, Update::UpToDate { .. }), "{report:?}");
        let marker = &report.automations[0].markers[0].markers[0];
        assert!(marker.verdict.to_string().contains("reverted"), "{marker:?}");
    }
    assert_eq!(world.file(), before);
    put(&world, "3");
    world.pass(&inventory, Mode::Write).await;
    assert!(world.file().contains("app:3 "));
}

#[tokio::test]
async fn another_value_written_by_hand_is_no_revert() {
    let world = World::new(&["1", "2"]);
    let inventory = inventory();
    world.pass(&inventory, Mode::Write).await;
    let by_hand = world.file().replace("app:2", "app:0");
    world.git.write(&by_hand);
    world.pass(&inventory, Mode::Write).await;
    assert!(world.file().contains("app:2 "));
}

#[tokio::test]
async fn a_revert_is_undone_when_reverts_are_ignored_and_forgotten_then() {
    let world = World::new(&["1", "2"]);
    let mut inventory = inventory();
    let before = world.file();
    world.pass(&inventory, Mode::Write).await;
    world.git.write(&before);
    world.pass(&inventory, Mode::Write).await;
    assert_eq!(world.refused().len(), 1);
    inventory.automations[0].ignore_reverts = true;
    world.pass(&inventory, Mode::Write).await;
    assert!(world.file().contains("app:2 "));
    assert!(world.refused().is_empty());
}

#[tokio::test]
async fn a_plan_notices_a_revert_and_remembers_nothing() {
    let world = World::new(&["1", "2"]);
    let inventory = inventory();
    let before = world.file();
    world.pass(&inventory, Mode::Write).await;
    world.git.write(&before);
    let report = world.pass(&inventory, Mode::Plan).await;
    assert!(matches!(report.automations[0].update, Update::UpToDate { .. }), "{report:?}");
    assert!(world.refused().is_empty());
}

#[tokio::test]
async fn a_policy_that_goes_back_of_itself_is_no_revert() {
    let world = World::new(&["1", "2"]);
    let inventory = inventory();
    world.pass(&inventory, Mode::Write).await;
    put(&world, "3");
    world.pass(&inventory, Mode::Write).await;
    world.take("3");
    world.pass(&inventory, Mode::Write).await;
    assert!(world.file().contains("app:2 "));
    assert!(world.refused().is_empty());
}

#[tokio::test]
async fn a_revert_is_respected_though_the_state_was_lost() {
    let world = World::new(&["1", "2"]);
    let inventory = inventory();
    let before = world.file();
    world.pass(&inventory, Mode::Write).await;
    world.git.write(&before);
    for _ in 0..2 {
        world.lose_state();
        let report = world.pass(&inventory, Mode::Write).await;
        let marker = &report.automations[0].markers[0].markers[0];
        assert!(marker.verdict.to_string().contains("reverted"), "{marker:?}");
        assert_eq!((world.file(), world.refused().len()), (before.clone(), 1));
    }
    put(&world, "3");
    world.pass(&inventory, Mode::Write).await;
    assert!(world.file().contains("app:3 "));
}

#[tokio::test]
async fn without_state_a_policy_that_went_back_of_itself_is_no_revert() {
    let world = World::new(&["1", "2"]);
    let inventory = inventory();
    world.pass(&inventory, Mode::Write).await;
    world.take("2");
    world.pass(&inventory, Mode::Write).await;
    assert!(world.file().contains("app:1 "));
    world.lose_state();
    put(&world, "2");
    world.pass(&inventory, Mode::Write).await;
    assert!(world.file().contains("app:2 "));
}
