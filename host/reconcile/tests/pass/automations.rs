//! Automations that share a repository and a branch.

use tagwarden_core::spec::{Inventory, LabelSelector};
use tagwarden_reconcile::{Mode, Update};

use crate::world::{World, inventory};

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
