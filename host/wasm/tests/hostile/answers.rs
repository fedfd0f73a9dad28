//! Guests whose answers make no sense.

use tagwarden_reconcile::ports::Failure;

use crate::stage::{complaint, failure, filter_failure, message, select};

#[test]
fn an_index_lies_within_the_tags() {
    let said = complaint(failure("out-of-range-index"));
    assert_eq!(said, "it chose candidate 7 of 3");
}

#[test]
fn kept_tags_ascend() {
    assert_eq!(complaint(filter_failure("duplicate-index")), "it kept tag 0 twice");
    assert_eq!(complaint(filter_failure("descending-index")), "it kept tag 1 before tag 0");
}

#[test]
fn keys_match_the_tags_and_are_fit_to_print() {
    let said = complaint(filter_failure("key-count"));
    assert_eq!(said, "it kept 1 tags but gave 2 keys");
    assert!(complaint(filter_failure("key-escape")).contains("control character"));
}

#[test]
fn reasons_are_fit_to_print() {
    assert!(complaint(failure("reason-escape")).contains("control character"));
    assert_eq!(select("reason-escape", false).unwrap().chosen, None);
}

#[test]
fn an_error_message_is_made_fit_to_print() {
    let Failure::Plugin(said) = failure("error-escape") else { panic!("not the plugin's error") };
    assert_eq!(said, "\u{fffd}]0;owned\u{fffd} no \u{fffd}fake: ok");
}

#[test]
fn a_message_is_fit_for_a_commit() {
    assert_eq!(message("greeting").unwrap(), "hello\n");
    assert!(complaint(message("message-escape").unwrap_err()).contains("control character"));
}

#[test]
fn text_is_utf8() {
    assert!(complaint(failure("invalid-utf8")).contains("utf-8"));
}

#[test]
fn an_answer_lies_within_the_guests_memory() {
    for guest in ["huge-answer", "answer-outside", "lying-allocator", "unknown-variant"] {
        let failure = failure(guest);
        assert!(
            matches!(failure, Failure::BadAnswer(_) | Failure::Trap(_)),
            "{guest}: {failure:?}"
        );
    }
}
