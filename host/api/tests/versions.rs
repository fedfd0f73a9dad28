//! Every kind in every version, with every field it has there.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use tagwarden_api::{Level, Reading, SourceFile, read};

fn manifest(name: &str) -> Reading {
    let path = format!("{}/tests/manifests/{name}", env!("CARGO_MANIFEST_DIR"));
    let reading =
        read(&[SourceFile { path: name.to_owned(), bytes: std::fs::read(path).unwrap() }]);
    let errors: Vec<_> = reading.errors.iter().map(ToString::to_string).collect();
    assert!(errors.is_empty(), "{errors:#?}");
    reading
}

#[test]
fn image_repositories_are_read_in_every_version() {
    let repositories = manifest("repositories.yaml").inventory.repositories;
    // How an image name is taken apart is another crate's business.
    let shown = repositories.iter().map(|r| {
        let shown = format!("{r:#?}");
        let (before, after) = (shown.find("image: "), shown.find("interval: "));
        format!("{}image: {}\n    {}", &shown[..before.unwrap()], r.image, &shown[after.unwrap()..])
    });
    insta::assert_snapshot!(shown.collect::<Vec<_>>().join("\n"));
}

#[test]
fn image_policies_are_read_in_every_version() {
    insta::assert_debug_snapshot!(manifest("policies.yaml").inventory.policies);
}

#[test]
fn image_update_automations_are_read_in_every_version() {
    insta::assert_debug_snapshot!(manifest("automations.yaml").inventory.automations);
}

#[test]
fn git_repositories_are_read_in_every_version() {
    insta::assert_debug_snapshot!(manifest("sources.yaml").inventory.git_repositories);
}

#[test]
fn what_a_list_holds_is_read_as_if_it_stood_alone() {
    let inventory = manifest("sources.yaml").inventory;
    let secret = &inventory.secrets[0];
    assert_eq!(secret.name.to_string(), "shop/mixed");
    assert_eq!(secret.kind, "Opaque");
    assert_eq!(secret.text("token"), Some("hunter2"));
    assert_eq!(secret.text("note"), Some("two"), "stringData goes over data");
    assert_eq!(secret.text("empty"), Some(""));
    let env = ("env".to_owned(), "prod".to_owned());
    assert_eq!(inventory.namespaces, [("shop".to_owned(), vec![env])]);
    assert_eq!(inventory.service_accounts[0].1, ["ghcr", "quay"]);
}

#[test]
fn fields_without_effect_and_foreign_kinds_are_noted() {
    let notes = manifest("sources.yaml").notes;
    let told = |level| {
        let told = notes.iter().filter(move |note| note.level == level);
        told.map(ToString::to_string).collect::<Vec<_>>()
    };
    insta::assert_debug_snapshot!((told(Level::Warning), told(Level::Debug)));
}
