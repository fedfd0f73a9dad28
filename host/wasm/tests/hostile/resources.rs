//! Guests that take more than their share.

use tagwarden_reconcile::ports::Failure;

use crate::stage::{DEADLINE, OWN_DEADLINE, failure, limit, plugins, select};

const OUT_OF_MEMORY: Failure = Failure::OutOfMemory { limit_mib: 64 };

#[test]
fn an_endless_guest_is_stopped_wherever_it_loops() {
    for guest in ["infinite-loop", "start-loop", "looping-allocator"] {
        assert_eq!(failure(guest), Failure::Timeout(DEADLINE), "{guest}");
    }
}

#[test]
fn a_guest_gets_no_more_than_its_memory() {
    assert_eq!(failure("memory-bomb"), OUT_OF_MEMORY);
    assert_eq!(failure("many-memories"), OUT_OF_MEMORY);
}

#[test]
fn a_guests_own_limits_hold_where_they_are_smaller() {
    assert_eq!(failure("limited-infinite-loop"), Failure::Timeout(OWN_DEADLINE));
    assert_eq!(failure("limited-memory-bomb"), Failure::OutOfMemory { limit_mib: 2 });
    assert_eq!(failure("memory-bomb"), OUT_OF_MEMORY);
}

#[test]
fn a_guests_own_limits_never_widen_the_engines() {
    assert_eq!(failure("limited-start-loop"), Failure::Timeout(DEADLINE));
    assert_eq!(failure("limited-many-memories"), OUT_OF_MEMORY);
}

#[test]
fn a_guest_that_starts_too_large_does_not_load() {
    match failure("large-memory") {
        Failure::Load(reason) => assert!(reason.contains("memory"), "{reason}"),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_panic_is_a_trap_with_its_message() {
    let Failure::Trap(trap) = failure("panic") else { panic!("not a trap") };
    assert!(trap.contains("unreachable"), "{trap}");
    assert!(trap.contains("panicked at src/lib.rs:1\u{fffd}[2J"), "{trap}");
}

#[test]
fn endless_recursion_meets_the_end_of_the_stack() {
    assert_eq!(limit("stack-overflow"), "a call stack of 512 KiB");
}

#[test]
fn tables_are_capped() {
    assert_eq!(limit("table-growth"), "tables of 100000 elements");
}

#[test]
fn handles_are_capped() {
    assert_eq!(limit("handle-growth"), "256 resource handles");
}

#[test]
fn a_log_is_cut_and_a_flood_is_stopped() {
    assert_eq!(limit("log-flood"), "a log of 100000 lines and 4 MiB");
    assert_eq!(limit("log-bomb"), "1024 KiB of answer");
}

#[test]
fn an_answer_is_only_as_large_as_the_question_calls_for() {
    assert_eq!(limit("large-answer"), "1024 KiB of answer");
    assert_eq!(limit("many-rejections"), "1024 KiB of answer");
}

#[test]
fn a_trap_at_the_start_is_a_trap() {
    assert!(matches!(failure("start-trap"), Failure::Trap(_)));
    assert!(matches!(failure("trapping-allocator"), Failure::Trap(_)));
}

#[test]
fn hostile_guests_side_by_side_leave_the_others_alone() {
    let hostile = ["infinite-loop", "memory-bomb", "log-flood", "panic", "stack-overflow"];
    std::thread::scope(|scope| {
        for guest in hostile {
            scope.spawn(move || assert!(select(guest, false).is_err()));
        }
        for _ in 0..100 {
            assert_eq!(select("second", false).unwrap().chosen, Some(1));
        }
    });
}

#[test]
fn no_state_reaches_the_next_call() {
    // A bump allocator that started over each time answers the thousandth call.
    for _ in 0..1_000 {
        assert_eq!(select("first", false).unwrap().chosen, Some(0));
    }
    assert_eq!(plugins().sandbox().names().filter(|name| *name == "first").count(), 1);
}

#[test]
fn neither_globals_nor_memory_outlive_a_call() {
    for _ in 0..200 {
        assert_eq!(select("counter", false).unwrap().chosen, Some(0));
    }
}

#[test]
fn the_bits_of_not_a_number_are_everywhere_the_same() {
    assert_eq!(select("not-a-number", false).unwrap().chosen, Some(1));
}
