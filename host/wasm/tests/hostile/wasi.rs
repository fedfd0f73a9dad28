//! Guests that were granted an empty WASI, and what they do not find there.

use tagwarden_reconcile::ports::{Context, Failure};

use crate::stage::{DEADLINE, limit_of, refusal, select, select_from, tags};

fn trap(plugin: &str) -> String {
    match select(plugin, false).expect_err("the guest misbehaves") {
        Failure::Trap(said) => said,
        other => panic!("{plugin}: {other:?}"),
    }
}

#[test]
fn the_grant_that_is_missing_is_named() {
    for guest in ["wasi-time", "wasi-files", "wasi-network", "wasi-sleeper"] {
        let said = refusal(guest);
        assert!(said.contains("not granted `wasi`"), "{guest}: {said}");
    }
}

#[test]
fn clocks_and_randomness_repeat() {
    let at = |now| {
        let context = Context { now, ..Context::default() };
        select_from("granted-wasi-time", tags(), &context).unwrap().chosen
    };
    let first = at(1_000);
    for _ in 0..20 {
        assert_eq!(at(1_000), first);
    }
    let next = first.map(|chosen| (chosen + 1) % 3);
    assert_eq!(at(1_001), next, "the wall clock is the decision's");
}

#[test]
fn there_are_no_files_no_environment_and_no_arguments() {
    assert_eq!(select("granted-wasi-files", false).unwrap().chosen, Some(0));
}

#[test]
fn there_is_no_network() {
    let said = trap("granted-wasi-network");
    assert!(said.contains("wasi:sockets/instance-network#instance-network"), "{said}");
    assert!(said.contains("empty"), "{said}");
}

#[test]
fn sleep_takes_no_time_and_an_endless_sleeper_is_stopped() {
    let failure = select("granted-wasi-sleeper", false).unwrap_err();
    assert_eq!(failure, Failure::Timeout(DEADLINE));
}

#[test]
fn moments_are_capped() {
    let failure = select("granted-wasi-hoard", false).unwrap_err();
    assert!(matches!(failure, Failure::Limit(_)), "{failure:?}");
}

#[test]
fn what_is_printed_goes_to_the_log_and_is_capped() {
    let failure = select("granted-wasi-flood", false).unwrap_err();
    assert_eq!(limit_of(&failure), "a log of 100000 lines and 4 MiB");
    assert_eq!(trap("granted-wasi-exit"), "it exited; its last words: common");
}

#[test]
fn randomness_is_rationed() {
    let failure = select("granted-wasi-random-bomb", false).unwrap_err();
    assert!(matches!(failure, Failure::Limit(_)), "{failure:?}");
}
