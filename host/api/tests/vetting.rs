//! Our own kinds and fields: who may run, and what must be signed.

use std::path::Path;

use tagwarden_api::{Reading, SourceFile, read};
use tagwarden_core::spec::{Grant, KeySource, PluginSource};

const KEY: &str = "-----BEGIN PUBLIC KEY-----\nMFkw\n-----END PUBLIC KEY-----\n";

fn reading(text: &str) -> Reading {
    let bytes = text.as_bytes().to_vec();
    read(&[SourceFile { path: "clusters/prod/f.yaml".to_owned(), bytes }])
}

fn errors(text: &str) -> Vec<String> {
    let errors = reading(text).errors;
    errors.iter().map(|error| error.to_string().replace("clusters/prod/f.yaml:", "")).collect()
}

fn plugin(spec: &str) -> String {
    format!(
        "apiVersion: plugins.tagwarden.dev/v1alpha1\nkind: PolicyPlugin\nmetadata: {{name: calver}}\nspec: {{{spec}}}\n"
    )
}

fn policy(verify: &str) -> String {
    format!(
        "apiVersion: image.toolkit.fluxcd.io/v1\nkind: ImagePolicy\nmetadata: {{name: app}}\nspec: {{imageRepositoryRef: {{name: app}}, policy: {{alphabetical: {{}}}}, verify: {verify}}}\n"
    )
}

fn rule(spec: &str) -> String {
    format!(
        "apiVersion: image.tagwarden.dev/v1alpha1\nkind: ImageVerification\nmetadata: {{name: all}}\nspec: {{{spec}}}\n"
    )
}

#[test]
fn a_plugin_is_read_with_everything_that_can_be_said_of_it() {
    let digest = format!("sha256:{}", "a".repeat(64));
    let text = plugin(&format!(
        "kind: policy, source: 'oci://r.example/plugins/calver:1.0', digest: '{digest}', \
         grants: [wasi, metadata], limits: {{deadline: 2s, memory: 32Mi, size: 8Mi}}, \
         secretRef: {{name: pull}}, verify: {{secretRef: {{name: keys}}}}"
    ));
    let reading = reading(&text);
    assert!(reading.errors.is_empty() && reading.notes.is_empty(), "{reading:?}");
    let plugin = &reading.inventory.plugins[0];
    assert_eq!(plugin.source.to_string(), "oci://r.example/plugins/calver:1.0");
    assert_eq!(plugin.digest.as_ref(), Some(&digest));
    assert!(plugin.grants.iter().eq(&[Grant::Metadata, Grant::Wasi]));
    assert_eq!(plugin.limits.memory, Some(32 << 20));
    assert_eq!(plugin.limits.deadline.unwrap().as_secs(), 2);
    assert_eq!(plugin.secret.as_deref(), Some("pull"));
    let verification = plugin.verification.as_ref().unwrap();
    assert_eq!(verification.any_of, [KeySource::Secret("keys".into())]);
}

#[test]
fn a_path_is_from_the_manifests_own_folder() {
    let reading = reading(&plugin("kind: filter, source: ../plugins/calver.wasm"));
    let PluginSource::File(path) = &reading.inventory.plugins[0].source else { panic!() };
    assert_eq!(path, Path::new("clusters/prod/../plugins/calver.wasm"));
}

#[test]
fn mistakes_in_a_plugin_are_told_with_their_fields() {
    for (spec, expected) in [
        ("kind: policy", "spec.source: is missing"),
        ("kind: decider, source: a", "spec.kind: `decider` is not one of policy, filter, message"),
        ("kind: policy, source: 'https://x/y'", "spec.source: `https://x/y` is no source"),
        ("kind: policy, source: 'oci://r.example/a/../b'", "spec.source: invalid image"),
        ("kind: policy, source: a, digest: sha256:12", "spec.digest: `sha256:12` is no digest"),
        ("kind: policy, source: a, grants: [network]", "spec.grants[0]: `network` is not one of"),
        ("kind: policy, source: a, limits: {memory: 1G}", "spec.limits.memory: `1G` is no size"),
        ("kind: policy, source: a, limits: {cpu: 1}", "spec.limits.cpu: is not a field of"),
        ("kind: policy, source: a, verify: {}", "spec.verify: needs exactly one of secretRef"),
    ] {
        let errors = errors(&plugin(spec));
        assert_eq!(errors.len(), 1, "{spec}: {errors:?}");
        assert!(errors[0].contains(expected), "{spec}: {errors:?}");
        assert!(errors[0].starts_with("4:"), "the line: {errors:?}");
    }
    let odd = plugin("kind: policy, source: a").replace("name: calver", "name: cal.ver");
    assert!(errors(&odd)[0].contains("`cal.ver` is no name for a plugin"));
}

#[test]
fn verify_is_read_as_flux_has_it_and_with_lists_of_keys() {
    let flux = reading(&policy("{provider: cosign, secretRef: {name: keys}}"));
    let verification = flux.inventory.policies[0].verification.clone().unwrap();
    assert_eq!(verification.any_of, [KeySource::Secret("keys".into())]);
    let key = serde_json::to_string(KEY).unwrap();
    let lists = reading(&policy(&format!(
        "{{anyOf: [{{publicKey: {key}}}], allOf: [{{secretRef: {{name: keys}}}}]}}"
    )));
    let verification = lists.inventory.policies[0].verification.clone().unwrap();
    assert_eq!(verification.any_of, [KeySource::Inline(KEY.into())]);
    assert_eq!(verification.all_of, [KeySource::Secret("keys".into())]);
}

#[test]
fn mistakes_in_verify_are_told_and_no_key_is_quoted() {
    for (verify, expected) in [
        ("{}", "needs exactly one of secretRef, anyOf, allOf, and has none"),
        ("{provider: notation, secretRef: {name: a}}", "`notation` is not one of cosign"),
        ("{secretRef: {name: a}, anyOf: [{secretRef: {name: b}}]}", "has both"),
        ("{secretRef: {name: a}, matchOIDCIdentity: []}", "only public keys are supported"),
        ("{anyOf: [{}]}", "spec.verify.anyOf[0]: needs exactly one of publicKey, secretRef"),
        ("{allOf: []}", "spec.verify.allOf: names no key"),
        ("{anyOf: [{publicKey: hunter2}]}", "publicKey: is no public key in PEM"),
    ] {
        let errors = errors(&policy(verify));
        assert!(errors.iter().any(|e| e.contains(expected)), "{verify}: {errors:?}");
        assert!(!errors.concat().contains("hunter2"), "{errors:?}");
    }
}

#[test]
fn a_rule_for_images_needs_images_and_keys() {
    let good = reading(&rule("images: ['ghcr.io/org/**'], verify: {secretRef: {name: keys}}"));
    let rule_ = &good.inventory.image_verifications[0];
    assert!(rule_.concerns(&"ghcr.io/org/team/app".parse().unwrap()));
    for (spec, expected) in [
        ("images: [a/b]", "spec.verify: is missing"),
        ("images: [], verify: {secretRef: {name: a}}", "spec.images: names no image"),
        ("images: ['https://a/b'], verify: {secretRef: {name: a}}", "a pattern is of a name alone"),
    ] {
        let errors = errors(&rule(spec));
        assert!(errors.iter().any(|e| e.contains(expected)), "{spec}: {errors:?}");
    }
}

#[test]
fn what_is_verified_and_not_pinned_is_told() {
    let verify = "{secretRef: {name: keys}}";
    let notes = reading(&policy(verify)).notes;
    assert_eq!(notes.len(), 1, "{notes:?}");
    let told = notes[0].to_string();
    assert!(
        told.contains("ImagePolicy default/app: spec.verify: what is verified is not pinned"),
        "{told}"
    );
    let pinned = policy(&format!("{verify}, digestReflectionPolicy: IfNotPresent"));
    assert!(reading(&pinned).notes.is_empty());
}

#[test]
fn a_policy_whose_image_a_rule_wants_signed_is_told_too() {
    let repository = "apiVersion: image.toolkit.fluxcd.io/v1\nkind: ImageRepository\nmetadata: {name: app}\nspec: {image: r.example/team/app, interval: 1h}\n";
    let loose = policy("none").replace(", verify: none", "");
    for (images, told) in [("[r.example/**]", 1), ("[r.other/**]", 0)] {
        let rule = rule(&format!("images: {images}, verify: {{secretRef: {{name: keys}}}}"));
        let notes = reading(&[repository, &loose, &rule].join("---\n")).notes;
        assert_eq!(notes.len(), told, "{notes:?}");
    }
}
