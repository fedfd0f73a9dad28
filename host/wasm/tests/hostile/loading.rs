//! Files that are no plugins, and plugins that are not what they seem.

use tagwarden_reconcile::ports::Failure;

use crate::stage::{failure, filter_failure, plugins, refusal};

#[test]
fn says_what_a_file_is_that_is_no_component() {
    assert!(refusal("core-module").contains("wasm-tools component new"));
    assert!(refusal("script").contains("not WebAssembly"));
    assert!(refusal("giant").contains("64 MiB"));
    assert!(!refusal("truncated").is_empty());
}

#[test]
fn nothing_but_our_interfaces_is_offered() {
    let said = refusal("sleeper");
    assert!(said.contains("wasi:clocks/monotonic-clock@0.2.0"), "{said}");
    assert!(said.contains("not granted `wasi`") && said.contains("without WASI"), "{said}");
}

#[test]
fn a_component_of_another_world_is_no_plugin() {
    let said = refusal("other-world");
    assert!(said.contains("tagwarden:policy/policy"), "{said}");
    let wrong = failure("wrong-signature");
    assert!(matches!(wrong, Failure::BadAnswer(_)), "{wrong:?}");
}

#[test]
fn a_filter_is_no_policy() {
    let said = refusal("keep-first");
    assert_eq!(said, "it is a tag-filter, and a tag-policy is wanted here");
    assert!(matches!(filter_failure("first"), Failure::Load(_)));
}

#[test]
fn an_unknown_name_lists_those_there_are() {
    let Failure::Unknown { loaded } = failure("semvre") else { panic!("known") };
    assert!(loaded.contains("error-escape, first, giant"), "{loaded}");
}

#[test]
fn settings_are_checked_before_use() {
    let refused = failure("refusing");
    assert_eq!(refused, Failure::InvalidSettings("no settings please".into()));
}

#[test]
fn inspects_without_asking_for_a_decision() {
    let info = plugins().sandbox().inspect("infinite-loop").unwrap();
    assert_eq!(info.kind.unwrap().world(), "tag-policy");
    assert_eq!(info.description.unwrap().name, "common");
    assert!(info.digest.starts_with("sha256:"));
    assert!(info.imports.iter().any(|import| import.starts_with("tagwarden:policy/types")));
}

#[test]
fn inspects_what_cannot_be_loaded() {
    let info = plugins().sandbox().inspect("sleeper").unwrap();
    assert_eq!(info.imports, ["wasi:clocks/monotonic-clock@0.2.0"]);
    assert!(matches!(info.description, Err(Failure::Load(_))));
}

#[test]
fn a_lying_description_is_refused() {
    let info = plugins().sandbox().inspect("lying-describe").unwrap();
    assert!(matches!(info.description, Err(Failure::BadAnswer(_))));
}

#[test]
fn what_plugins_do_not_need_is_not_compiled() {
    for guest in ["memory64", "shared-memory"] {
        assert!(refusal(guest).contains("must be enabled"), "{guest}: {}", refusal(guest));
    }
    assert!(refusal("nothing").contains("it exports nothing"));
}
