//! The life of a request: what opens it, words it, closes it, and keeps it closed.

use tagwarden_core::spec::{ForgeKind, Grouping, Inventory, PullRequest};
use tagwarden_reconcile::{Mode, Reason, RequestStep, Requested, Update};

use crate::world::{State, World, inventory, put};

/// The automation of the world, with requests instead of pushes.
pub fn asking(per: Grouping) -> Inventory {
    let mut inventory = inventory();
    inventory.automations[0].pull_request = Some(Box::new(PullRequest {
        forge: ForgeKind::Gitea,
        base_url: None,
        repository: None,
        secret: None,
        base: None,
        branch: Some(tagwarden_core::spec::PluginCall::new("words", "branch")),
        title: None,
        body: None,
        labels: vec!["images".into()],
        reviewers: vec![],
        assignees: vec![],
        draft: false,
        auto_merge: None,
        per,
    }));
    inventory
}

async fn pass(world: &World, inventory: &Inventory) -> Vec<Requested> {
    let report = world.pass(inventory, Mode::Write).await;
    let automation = report.automations.into_iter().next().expect("one automation");
    match automation.update {
        Update::Requests { requests } => requests,
        Update::UpToDate { .. } => vec![],
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_request_is_opened_once_and_then_left_as_it_is() {
    let world = World::new(&["1", "2"]);
    let inventory = asking(Grouping::Automation);
    let opened = pass(&world, &inventory).await;
    assert!(matches!(opened[0].step, RequestStep::Opened), "{opened:?}");
    assert!(world.file().contains("app:1 "), "the base branch stays");
    assert!(world.git.branch("branch").unwrap().contains("app:2 "));
    let again = pass(&world, &inventory).await;
    assert!(matches!(again[0].step, RequestStep::Unchanged), "{again:?}");
    let all = world.forge.all();
    assert_eq!((all.len(), all[0].labels.as_slice()), (1, &["images".to_owned()][..]));
}

#[tokio::test]
async fn a_newer_tag_updates_the_open_request() {
    let world = World::new(&["1", "2"]);
    let inventory = asking(Grouping::Automation);
    pass(&world, &inventory).await;
    world.forge.scribble(1, |body| format!("I look at it.\n\n{body}"));
    let untouched = pass(&world, &inventory).await;
    assert!(matches!(untouched[0].step, RequestStep::Unchanged), "{untouched:?}");
    put(&world, "3");
    let updated = pass(&world, &inventory).await;
    assert!(matches!(updated[0].step, RequestStep::Updated), "{updated:?}");
    assert_eq!(world.forge.all().len(), 1);
    assert!(world.git.branch("branch").unwrap().contains("app:3 "));
}

#[tokio::test]
async fn a_request_that_somebody_closed_stays_closed_until_there_is_a_newer_tag() {
    let world = World::new(&["1", "2"]);
    let inventory = asking(Grouping::Automation);
    pass(&world, &inventory).await;
    world.forge.end(1, State::Closed);
    for _ in 0..3 {
        assert!(pass(&world, &inventory).await.is_empty());
    }
    assert_eq!(world.forge.all().len(), 1);
    assert_eq!(world.refused()[0].by.as_deref(), Some("alice"));
    put(&world, "3");
    let opened = pass(&world, &inventory).await;
    assert!(matches!(opened[0].step, RequestStep::Opened), "{opened:?}");
}

#[tokio::test]
async fn a_closed_request_is_known_by_its_marker_when_the_state_is_lost() {
    let world = World::new(&["1", "2"]);
    let inventory = asking(Grouping::Automation);
    pass(&world, &inventory).await;
    world.forge.end(1, State::Closed);
    world.lose_state();
    assert!(pass(&world, &inventory).await.is_empty());
    assert_eq!(world.forge.all().len(), 1);
}

#[tokio::test]
async fn a_closed_request_is_known_by_its_number_when_its_marker_is_gone() {
    let world = World::new(&["1", "2"]);
    let inventory = asking(Grouping::Automation);
    pass(&world, &inventory).await;
    world.forge.scribble(1, |_| "no, thanks".into());
    world.forge.end(1, State::Closed);
    assert!(pass(&world, &inventory).await.is_empty());
    assert_eq!(world.forge.all().len(), 1);
}

#[tokio::test]
async fn what_somebody_closed_is_proposed_again_when_reverts_are_ignored() {
    let world = World::new(&["1", "2"]);
    let mut inventory = asking(Grouping::Automation);
    pass(&world, &inventory).await;
    world.forge.end(1, State::Closed);
    pass(&world, &inventory).await;
    inventory.automations[0].ignore_reverts = true;
    let opened = pass(&world, &inventory).await;
    assert!(matches!(opened[0].step, RequestStep::Opened), "{opened:?}");
}

#[tokio::test]
async fn a_request_with_nothing_left_to_change_is_closed_with_its_branch() {
    for loses_state in [false, true] {
        let world = World::new(&["1", "2"]);
        let inventory = asking(Grouping::Automation);
        pass(&world, &inventory).await;
        world.git.merge("branch");
        if loses_state {
            world.lose_state();
        }
        let closed = pass(&world, &inventory).await;
        assert!(matches!(closed[0].step, RequestStep::Closed), "{closed:?}");
        assert_eq!(world.forge.all()[0].state, State::Closed);
        assert_eq!(world.forge.deleted_branches(), ["branch"]);
        assert!(pass(&world, &inventory).await.is_empty());
        // We closed it, nobody refused it: should the old value come back from
        // elsewhere, it is for the base branch to say whether that was a revert.
        assert!(world.refused().is_empty());
    }
}

#[tokio::test]
async fn a_request_stays_open_while_the_policy_cannot_tell_what_it_wants() {
    let world = World::new(&["1", "2"]);
    let inventory = asking(Grouping::Automation);
    pass(&world, &inventory).await;
    let mut broken = inventory.clone();
    broken.repositories.clear();
    broken.policies[0].policy.settings = r#"{"other": true}"#.into();
    let report = world.pass(&broken, Mode::Write).await;
    assert!(matches!(report.automations[0].update, Update::UpToDate { .. }), "{report:?}");
    assert_eq!(world.forge.all()[0].state, State::Open);
}

#[tokio::test]
async fn a_merged_request_that_is_undone_is_not_proposed_again() {
    let world = World::new(&["1", "2"]);
    let inventory = asking(Grouping::Automation);
    let before = world.file();
    pass(&world, &inventory).await;
    world.forge.end(1, State::Merged);
    world.git.merge("branch");
    assert!(pass(&world, &inventory).await.is_empty());
    assert_eq!(world.forge.deleted_branches(), ["branch"]);
    world.git.write(&before);
    for _ in 0..2 {
        assert!(pass(&world, &inventory).await.is_empty());
    }
    assert_eq!(world.forge.all().len(), 1);
    assert_eq!(world.refused()[0].file.as_deref(), Some("app.yaml"));
}

#[tokio::test]
async fn a_plan_shows_the_request_and_opens_none() {
    let world = World::new(&["1", "2"]);
    let report = world.pass(&asking(Grouping::Policy), Mode::Plan).await;
    let Update::Requests { requests } = &report.automations[0].update else {
        panic!("{report:?}");
    };
    assert!(matches!(requests[0].step, RequestStep::Planned), "{requests:?}");
    let request = requests[0].request.as_ref().unwrap();
    assert_eq!((request.head.as_str(), request.base.as_str()), ("branch", "main"));
    assert_eq!(requests[0].group, "app");
    assert!(world.forge.all().is_empty() && world.git.branch("branch").is_none());
}

#[tokio::test]
async fn a_branch_that_somebody_moved_meanwhile_is_looked_at_again() {
    let world = World::new(&["1", "2"]);
    let inventory = asking(Grouping::Automation);
    world.git.outrun(3);
    let opened = pass(&world, &inventory).await;
    assert!(matches!(opened[0].step, RequestStep::Opened), "{opened:?}");
    assert_eq!(world.git.opened(), 4, "each time from a new look at the base");
    assert!(world.git.branch("branch").unwrap().contains("app:2 "));
    assert_eq!(world.forge.all().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_branch_that_moves_and_moves_is_left_to_the_next_pass() {
    let world = World::new(&["1", "2"]);
    let inventory = asking(Grouping::Automation);
    world.git.outrun(100);
    let failed = pass(&world, &inventory).await;
    assert!(failed[0].failure().is_some(), "{failed:?}");
    assert_eq!((world.git.opened(), world.forge.all().len()), (12, 0));
}

#[tokio::test]
async fn other_groups_make_way_for_each_other_in_one_pass() {
    let world = World::new(&["1", "2"]);
    let grouped = |per, branch: &str| {
        let mut inventory = asking(per);
        let pull = inventory.automations[0].pull_request.as_mut().unwrap();
        pull.branch = Some(tagwarden_core::spec::PluginCall::new("words", branch));
        inventory
    };
    pass(&world, &grouped(Grouping::Automation, "images")).await;
    for (per, branch) in [(Grouping::Policy, "images/app"), (Grouping::Automation, "images")] {
        // Git has no branch below another: the old one goes first.
        let requests = pass(&world, &grouped(per, branch)).await;
        let [old, new] = &requests[..] else { panic!("{requests:?}") };
        assert!(matches!(old.step, RequestStep::Closed), "{old:?}");
        assert!(matches!(new.step, RequestStep::Opened), "{new:?}");
        assert_eq!(new.head, branch);
    }
}

#[tokio::test]
async fn nothing_is_pushed_while_the_forge_is_away() {
    let world = World::new(&["1", "2"]);
    world.forge.set_away(true);
    let inventory = asking(Grouping::Automation);
    let failed = pass(&world, &inventory).await;
    assert_eq!(failed[0].failure().unwrap().reason, Reason::Unreachable);
    assert!(world.git.branch("branch").is_none());
    world.forge.set_away(false);
    assert!(matches!(pass(&world, &inventory).await[0].step, RequestStep::Opened));
}

#[tokio::test]
async fn the_request_of_another_automation_is_not_touched() {
    let world = World::new(&["1", "2"]);
    let inventory = asking(Grouping::Automation);
    pass(&world, &inventory).await;
    let mut other = inventory.clone();
    other.automations[0].name.name = "others".into();
    put(&world, "3");
    let failed = pass(&world, &other).await;
    assert_eq!(failed[0].failure().unwrap().reason, Reason::InvalidSpecification);
    assert!(world.git.branch("branch").unwrap().contains("app:2 "));
}

#[tokio::test]
async fn a_request_from_a_branch_to_itself_is_refused() {
    let world = World::new(&["1", "2"]);
    let mut inventory = asking(Grouping::Automation);
    let pull = inventory.automations[0].pull_request.as_mut().unwrap();
    pull.branch = Some(tagwarden_core::spec::PluginCall::new("words", "main"));
    let report = world.pass(&inventory, Mode::Write).await;
    let failed = report.automations[0].update.failure().unwrap();
    assert_eq!(failed.reason, Reason::InvalidSpecification);
}
