//! The example's manifests, which are a user's first setup.

use std::{path::Path, time::Duration};

use tagwarden_api::{Level, Reading, load};
use tagwarden_core::{
    object::ObjectName,
    spec::{GitReference, PluginCall},
};

fn example() -> Reading {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../examples/gitops/clusters/prod");
    load(Path::new(folder))
}

fn flux(name: &str) -> ObjectName {
    ObjectName::new("flux-system", name)
}

#[test]
fn the_example_reads_without_a_complaint() {
    let reading = example();
    assert!(reading.errors.is_empty(), "{}", reading.errors[0]);
    assert!(reading.notes.iter().all(|note| note.level == Level::Debug));
    let inventory = reading.inventory;
    let counts = [
        inventory.repositories.len(),
        inventory.policies.len(),
        inventory.automations.len(),
        inventory.git_repositories.len(),
        inventory.secrets.len(),
        inventory.namespaces.len(),
    ];
    assert_eq!(counts, [1, 2, 1, 1, 1, 2]);
}

#[test]
fn the_examples_image_is_scanned_with_its_secret() {
    let inventory = example().inventory;
    let repository = inventory.repository(&flux("checkout")).unwrap();
    assert_eq!(repository.image.to_string(), "registry.example.com/team/checkout");
    assert_eq!(repository.interval, Duration::from_secs(300));
    assert_eq!(repository.timeout, repository.interval);
    assert_eq!(repository.exclusion[0], r"^.*\.sig$");
    let secret = inventory.secret(&repository.name.sibling(repository.secret.clone().unwrap()));
    assert!(secret.unwrap().text(".dockerconfigjson").unwrap().contains("demo-password"));
}

#[test]
fn the_examples_decisions_are_calls_of_plugins() {
    let inventory = example().inventory;
    let release = inventory.policy(&flux("checkout")).unwrap();
    assert_eq!(release.policy, PluginCall::new("semver", r#"{"range":">=1.0.0 <2.0.0"}"#));
    assert_eq!(release.filter, None);
    let nightly = inventory.policy(&flux("checkout-nightly")).unwrap();
    assert_eq!(nightly.policy, PluginCall::new("alphabetical", r#"{"order":"asc"}"#));
    let settings = r#"{"extract":"$timestamp","pattern":"^(?P<timestamp>[0-9]{4}\\.[0-9]{2}\\.[0-9]{2})-[a-f0-9]+$"}"#;
    assert_eq!(nightly.filter, Some(PluginCall::new("regex-filter", settings)));
}

#[test]
fn the_examples_updates_go_to_main() {
    let inventory = example().inventory;
    let automation = &inventory.automations[0];
    assert_eq!(automation.source, flux("flux-system"));
    assert_eq!(automation.checkout, Some(GitReference::Branch("main".into())));
    assert_eq!(automation.push.branch.as_deref(), Some("main"));
    assert_eq!(automation.author.name, "fluxcdbot");
    assert_eq!(automation.path, "clusters/prod");
    assert_eq!(automation.message.plugin, "go-template");
    let template =
        r#"{"template":"Auto-update images\n{{ range .Updated.Images }}\n- {{.}}\n{{ end }}"}"#;
    assert_eq!(automation.message.settings, template);
    assert!(inventory.git_repository(&automation.source).is_some());
}
