use super::*;

fn selection(chosen: Option<u32>, rejected: &[(u32, &str)]) -> policy::wire::Selection {
    policy::wire::Selection { chosen, rejected: wire(rejected) }
}

fn wire(rejected: &[(u32, &str)]) -> Vec<types::Rejection> {
    let wire = |(index, reason): &(u32, &str)| types::Rejection {
        index: *index,
        reason: (*reason).into(),
    };
    rejected.iter().map(wire).collect()
}

fn kept(kept: &[u32], keys: Option<&str>) -> filter::wire::Filtered {
    filter::wire::Filtered { kept: kept.into(), keys: keys.map(Into::into), rejected: Vec::new() }
}

fn complaint<T: std::fmt::Debug>(answer: Result<T, Failure>) -> String {
    match answer {
        Err(Failure::BadAnswer(complaint)) => complaint,
        other => panic!("expected a bad answer, got {other:?}"),
    }
}

#[test]
fn a_choice_lies_within_the_candidates() {
    assert_eq!(choice(selection(Some(4), &[]), 5, false).unwrap().chosen, Some(4));
    assert_eq!(choice(selection(None, &[]), 0, false).unwrap().chosen, None);
    let outside = choice(selection(Some(5), &[]), 5, false);
    assert_eq!(complaint(outside), "it chose candidate 5 of 5");
}

#[test]
fn a_choice_is_not_rejected_too() {
    let both = choice(selection(Some(1), &[(0, "a"), (1, "b")]), 2, true);
    assert_eq!(complaint(both), "it both chose and rejected candidate 1");
}

#[test]
fn reasons_nobody_asked_for_are_not_read() {
    let unasked = choice(selection(Some(1), &[(9, "\u{1b}")]), 2, false).unwrap();
    assert!(unasked.rejected.is_empty());
}

#[test]
fn reasons_are_short_lines_about_tags_in_order() {
    let asked = |rejected| choice(selection(None, rejected), 5, true);
    assert_eq!(asked(&[(0, "no"), (4, "nö")]).unwrap().rejected[1].reason, "nö");
    assert_eq!(complaint(asked(&[(3, "a"), (3, "b")])), "it rejected tag 3 twice");
    assert_eq!(complaint(asked(&[(3, "a"), (1, "b")])), "it rejected tag 3 before tag 1");
    assert_eq!(complaint(asked(&[(5, "a")])), "it rejected tag 5 of 5");
    assert!(complaint(asked(&[(0, "a\u{1b}[2J")])).contains(r"'\u{1b}'"));
    assert!(complaint(asked(&[(0, &"x".repeat(2_000))])).contains("2000 bytes"));
}

#[test]
fn tags_are_kept_in_order_and_once() {
    assert_eq!(filtered(kept(&[0, 2], None), 3, false).unwrap().kept, [0, 2]);
    assert_eq!(complaint(filtered(kept(&[2, 2], None), 3, false)), "it kept tag 2 twice");
    assert_eq!(complaint(filtered(kept(&[1, 3], None), 3, false)), "it kept tag 3 of 3");
}

#[test]
fn every_tag_kept_has_one_key() {
    let keys = filtered(kept(&[0, 2], Some("\nb")), 3, false).unwrap().keys.unwrap();
    assert_eq!(keys.iter().collect::<Vec<_>>(), ["", "b"]);
    let few = filtered(kept(&[0, 2], Some("a")), 3, false);
    assert_eq!(complaint(few), "it kept 2 tags but gave 1 keys");
    let none = filtered(kept(&[], Some("a")), 3, false);
    assert_eq!(complaint(none), "it kept 0 tags but gave 1 keys");
    assert!(complaint(filtered(kept(&[0], Some("\u{7}")), 3, false)).contains("control"));
}

#[test]
fn a_message_is_text() {
    assert_eq!(message("a\n\tb\n".into()).unwrap(), "a\n\tb\n");
    assert!(complaint(message("\u{1b}[31m".into())).contains("control character"));
    assert!(matches!(message("x".repeat(MESSAGE_BYTES + 1)), Err(Failure::Limit(_))));
}

#[test]
fn a_refusal_names_the_tag() {
    let tags = ["a", "b"];
    let name = |index: usize| tags.get(index).map(|tag| (*tag).to_owned());
    let invalid =
        |index| types::Error::InvalidTag(types::Rejection { index, reason: "too\nodd".into() });
    assert_eq!(refusal(invalid(1), name), Failure::InvalidTag("b: too odd".into()));
    assert!(matches!(refusal(invalid(2), name), Failure::BadAnswer(_)));
    let silent = refusal(types::Error::Other(String::new()), name);
    assert_eq!(silent, Failure::Plugin("it did not say why".into()));
}
