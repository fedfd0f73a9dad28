//! Mistakes of whole objects and files: what is read beside them, and what is left out.

use super::{errors, object, reading};
use tagwarden_api::Level;

#[test]
fn every_mistake_is_told_at_once() {
    let text = "apiVersion: image.toolkit.fluxcd.io/v1\nkind: ImagePolicy\nmetdata: {}\nspec:\n  policy: {semver: {range: 1}, x: y}\n---\n\
        apiVersion: image.toolkit.fluxcd.io/v1\nkind: ImageRepository\nmetadata: {name: r, lables: {a: 1}}\nspec: {image: a/bb, interval: 1}\n";
    assert_eq!(
        errors(text),
        [
            "1:1: ImagePolicy: metadata: is missing",
            "3:1: ImagePolicy: metdata: is not a field of ImagePolicy v1 (did you mean `metadata`?)",
            "5:3: ImagePolicy: spec.imageRepositoryRef: is missing",
            "5:28: ImagePolicy: spec.policy.semver.range: must be a string, not a number (put it in quotes)",
            "5:32: ImagePolicy: spec.policy.x: is not a field of ImagePolicy v1",
            "9:21: ImageRepository: metadata.lables: is not a field of ImageRepository v1 (did you mean `labels`?)",
            "10:31: ImageRepository default/r: spec.interval: a duration needs a unit (write `1s` or `1m`)",
        ]
    );
}

#[test]
fn a_kind_or_version_that_is_meant_to_be_ours_is_told() {
    let head = |version: &str, kind: &str| format!("apiVersion: {version}\nkind: {kind}\n");
    for (text, expected) in [
        (
            head("image.toolkit.fluxcd.io/v1", "ImagePolcy"),
            "2:7: kind: `ImagePolcy` is not a kind of image.toolkit.fluxcd.io (did you mean `ImagePolicy`?)",
        ),
        (
            head("image.toolkit.fluxcd.io/v1alpha2", "ImagePolicy"),
            "1:13: apiVersion: `v1alpha2` is not a version that is known (write `image.toolkit.fluxcd.io/v1`; v1beta2 and v1beta1 are read too)",
        ),
        (
            head("image.toolkit.fluxcd.com/v1", "ImagePolicy"),
            "1:13: apiVersion: `image.toolkit.fluxcd.com` is not the group of ImagePolicy (did you mean `image.toolkit.fluxcd.io`?)",
        ),
        (
            head("source.toolkit.fluxcd.io/v1", "ImagePolicy"),
            "1:13: apiVersion: `source.toolkit.fluxcd.io` is not the group of ImagePolicy (write `image.toolkit.fluxcd.io/v1`)",
        ),
        ("kind: ImagePolicy\n".to_owned(), "1:1: apiVersion: is missing"),
        (
            "apiVersion: image.toolkit.fluxcd.io/v1\nkind: 3\n".to_owned(),
            "2:7: kind: must be a string, not a number",
        ),
        (
            head("plugins.tagwarden.dev/v1", "PolicyPlugin"),
            "1:13: apiVersion: `v1` is not a version that is known (write `plugins.tagwarden.dev/v1alpha1`)",
        ),
        (
            head("plugins.tagwarden.dev/v1alpha1", "PolicyPlugins"),
            "2:7: kind: `PolicyPlugins` is not a kind of plugins.tagwarden.dev (did you mean `PolicyPlugin`?)",
        ),
        (
            head("image.tagwarden.dev/v1alpha1", "ImagePolicy"),
            "1:13: apiVersion: `image.tagwarden.dev` is not the group of ImagePolicy (write `image.toolkit.fluxcd.io/v1`)",
        ),
        (
            head("v1beta1", "Secret"),
            "1:13: apiVersion: `v1beta1` is not a version that is known (write `v1`)",
        ),
    ] {
        assert_eq!(errors(&text), [expected]);
    }
}

#[test]
fn what_is_not_ours_is_let_pass() {
    for text in [
        "apiVersion: config.openshift.io/v1\nkind: ImagePolicy\nspec: {any: thing}\n",
        "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources: [a]\n",
        "replicas: 3\nreplicas: 4\n",
        "- a\n- b\n",
        "just text\n",
    ] {
        let reading = reading(text);
        assert!(reading.errors.is_empty(), "{text}");
        assert_eq!(reading.notes.len(), 1);
        assert_eq!(reading.notes[0].level, Level::Debug);
    }
    assert!(reading("---\n# nothing\n---\n...\n").notes.is_empty());
}

#[test]
fn an_object_with_a_mistake_is_left_out_and_its_neighbours_are_not() {
    let good = object("v1", "ImageRepository", "  image: a/bb\n  interval: 5m");
    let bad = good.replace("name: x", "name: z").replace("5m", "5x");
    let reading = reading(&format!("{bad}---\n{good}"));
    assert_eq!(reading.errors.len(), 1);
    assert_eq!(reading.inventory.repositories.len(), 1);
    assert_eq!(reading.inventory.repositories[0].name.name, "x");
}

#[test]
fn the_same_object_twice_is_told_with_both_places() {
    let text = object("v1", "ImageRepository", "  image: a/bb\n  interval: 5m");
    let told = errors(&format!("{text}---\n{}", text.replace("/v1", "/v1beta2")));
    assert_eq!(
        told,
        [
            "8:1: ImageRepository ns/x: is declared twice; first at 1:1 (remove or rename one of them)"
        ]
    );
}

#[test]
fn nothing_after_a_syntax_error_is_read_but_what_stands_before_is() {
    let good = object("v1", "ImageRepository", "  image: a/bb\n  interval: 5m");
    let other = good.replace("name: x", "name: z");
    let reading = reading(&format!("{good}---\na: {{{{ .Values.x }}}}: b\n---\n{other}"));
    assert_eq!(reading.inventory.repositories.len(), 1);
    assert_eq!(reading.errors.len(), 1);
    assert!(reading.errors[0].to_string().ends_with("(render templates first)"));
}
