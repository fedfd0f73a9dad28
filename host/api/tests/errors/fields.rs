//! A mistake in each field of each kind.

use super::{errors, object};

fn assert_errors(version: &str, kind: &str, cases: &[(&str, &str)]) {
    for (spec, expected) in cases {
        let told = errors(&object(version, kind, spec));
        let prefix = format!("{kind} ns/x: ");
        let told: Vec<_> = told.iter().map(|e| e.replacen(&prefix, "", 1)).collect();
        assert_eq!(told, [*expected], "{spec}");
    }
}

#[test]
fn mistakes_in_an_image_repository_are_told() {
    let cases = [
        ("  interval: 5m", "5:3: spec.image: is missing"),
        ("  image: a/bb", "5:3: spec.interval: is missing"),
        ("  image: [a]\n  interval: 5m", "5:10: spec.image: must be a string, not a list"),
        (
            "  image: 1.10\n  interval: 5m",
            "5:10: spec.image: must be a string, not a number (put it in quotes)",
        ),
        (
            "  image: https://ghcr.io/a/b\n  interval: 5m",
            "5:10: spec.image: `https://ghcr.io/a/b` has a URL scheme (write `ghcr.io/a/b`)",
        ),
        (
            "  image: http://r:5000/a/b\n  interval: 5m",
            "5:10: spec.image: `http://r:5000/a/b` has a URL scheme (write `r:5000/a/b`, and `insecure: true` for plain HTTP)",
        ),
        (
            "  image: r:5000/a/b:1.2\n  interval: 5m",
            "5:10: spec.image: `r:5000/a/b:1.2` names a tag or digest (write `r:5000/a/b`: a policy selects the tag)",
        ),
        (
            "  image: a/bb\n  interval: 5 minutes",
            "6:13: spec.interval: `5 minutes` is not a duration that this field takes (write a number with `h`, `m`, `s` or `ms`, e.g. `5m` or `1h30m`)",
        ),
        (
            "  image: a/bb\n  interval: 5",
            "6:13: spec.interval: a duration needs a unit (write `5s` or `5m`)",
        ),
        (
            "  image: a/bb\n  interval: 1d",
            "6:13: spec.interval: `1d` is not a duration that this field takes (days are no unit: write hours, e.g. `24h` for a day)",
        ),
        (
            "  image: a/bb\n  interval: ${interval}",
            "6:13: spec.interval: `${interval}` is not a duration that this field takes (substitute the variable before these files are read)",
        ),
        (
            "  image: a/bb\n  interval: 5m\n  timeout: 1h",
            "7:12: spec.timeout: `1h` is not a duration that this field takes (write minutes: hours are no unit here)",
        ),
        (
            "  image: a/bb\n  interval: 5m\n  provider: amazon",
            "7:13: spec.provider: `amazon` is not one of generic, aws, azure, gcp",
        ),
        (
            "  image: a/bb\n  interval: 5m\n  insecure: \"true\"",
            "7:13: spec.insecure: must be `true` or `false`, not a string",
        ),
        (
            "  image: a/bb\n  interval: 5m\n  secretRef: pull",
            "7:14: spec.secretRef: must be a mapping, not a string",
        ),
        (
            "  image: a/bb\n  interval: 5m\n  secretRef: {nmae: pull, name: x}",
            "7:15: spec.secretRef.nmae: is not a field of ImageRepository v1 (did you mean `name`?)",
        ),
        (
            "  image: a/bb\n  interval: 5m\n  accessFrom: {}",
            "7:15: spec.accessFrom.namespaceSelectors: is missing",
        ),
        (
            "  image: a/bb\n  interval: 5m\n  accessFrom:\n    namespaceSelectors:\n      - matchExpressions: []",
            "9:9: spec.accessFrom.namespaceSelectors[0].matchExpressions: is not a field of ImageRepository v1 (an access list knows `matchLabels` alone)",
        ),
        (
            "  image: a/bb\n  interval: 5m\n  interval: 6m",
            "7:3: spec.interval: stands twice; first in line 6",
        ),
    ];
    assert_errors("v1", "ImageRepository", &cases);
}

#[test]
fn mistakes_in_an_image_policy_are_told() {
    let cases = [
        (
            "  imageRepositoryRef: {name: r}\n  policy:\n    semver:\n      rnage: 1.x\n      range: 1.x",
            "8:7: spec.policy.semver.rnage: is not a field of ImagePolicy v1 (did you mean `range`?)",
        ),
        (
            "  imageRepositoryRef: {name: r}\n  policy: {semver: {}}",
            "6:20: spec.policy.semver.range: is missing",
        ),
        (
            "  imageRepositoryRef: {name: r}\n  policy: {semver: {range: 1.10}}",
            "6:28: spec.policy.semver.range: must be a string, not a number (put it in quotes)",
        ),
        (
            "  imageRepositoryRef: {name: r}\n  policy: {alphabetical: {order: ASC}}",
            "6:34: spec.policy.alphabetical.order: `ASC` is not one of asc, desc (did you mean `asc`?)",
        ),
        (
            "  imageRepositoryRef: {name: r}\n  policy:\n    numerical:",
            "7:5: spec.policy: needs exactly one of semver, alphabetical, numerical, plugin, and has none (one without settings is written `alphabetical: {}`)",
        ),
        (
            "  imageRepositoryRef: {name: r}\n  policy: {semver: {range: '1'}, numerical: {}}",
            "6:11: spec.policy: needs exactly one of semver, alphabetical, numerical, plugin, and has semver and numerical (Flux goes by `semver` and ignores the rest: keep it alone)",
        ),
        (
            "  imageRepositoryRef: {}\n  policy: {numerical: {}}",
            "5:23: spec.imageRepositoryRef.name: is missing",
        ),
        (
            "  imageRepositoryRef: {name: R}\n  policy: {numerical: {}}",
            "5:30: spec.imageRepositoryRef.name: `R` is not a name that Kubernetes takes (use lower-case letters, digits, `-` and `.`, at most 253)",
        ),
        (
            "  imageRepositoryRef: {name: r}\n  policy: {numerical: {}}\n  interval: 5m",
            "7:13: spec.interval: is only taken with `digestReflectionPolicy: Always` (remove it: how often tags are listed is the ImageRepository's interval)",
        ),
        (
            "  imageRepositoryRef: {name: r}\n  policy: {numerical: {}}\n  digestReflectionPolicy: Always",
            "5:3: spec.interval: is missing (`digestReflectionPolicy: Always` needs one, e.g. `interval: 10m`)",
        ),
        (
            "  imageRepositoryRef: {name: r}\n  policy: {numerical: {}}\n  filterTags: {pattern: x, plugin: {name: p}}",
            "7:15: spec.filterTags: needs exactly one of pattern, plugin, and has both",
        ),
        (
            "  imageRepositoryRef: {name: r}\n  policy: {plugin: {settings: {}}}",
            "6:20: spec.policy.plugin.name: is missing",
        ),
        (
            "  imageRepositoryRef: {name: r}\n  policy: {plugin: {name: p, settings: {a: [.inf]}}}",
            "6:40: spec.policy.plugin.settings: holds a number that JSON cannot express (put it in quotes)",
        ),
    ];
    assert_errors("v1", "ImagePolicy", &cases);
}

#[test]
fn mistakes_in_guards_are_told() {
    let policy = "  imageRepositoryRef: {name: a}\n  policy: {alphabetical: {}}\n  guards:\n";
    let cases = [
        ("    hold: {tag: a}", "8:11: spec.guards.hold.until: is missing"),
        (
            "    hold: {until: tomorrow}",
            "8:19: spec.guards.hold.until: `tomorrow` is not a date (write date, time and zone, e.g. `2027-01-31T18:00:00Z`)",
        ),
        (
            "    hold: {tag: a/b, until: 2027-01-31T18:00:00Z}",
            "8:17: spec.guards.hold.tag: is not a tag",
        ),
        ("    ageFrom: Created", "8:14: spec.guards.ageFrom: is only taken with `minimumAge`"),
    ];
    for (guards, expected) in cases {
        assert_errors("v1", "ImagePolicy", &[(&format!("{policy}{guards}"), expected)]);
    }
}

#[test]
fn mistakes_in_an_image_update_automation_are_told() {
    const GIT: &str = "  git: {commit: {author: {email: a@b}}}";
    let with_git = |spec: &str| format!("{GIT}\n  interval: 5m\n{spec}");
    let cases = [
        (with_git("  sourceRef: {kind: Bucket, name: s}"), "7:21: spec.sourceRef.kind: `Bucket` is not one of GitRepository"),
        (
            with_git("  sourceRef: {name: s}\n  update: {strategy: setters}"),
            "8:22: spec.update.strategy: `setters` is not one of Setters (did you mean `Setters`?)",
        ),
        (
            with_git("  sourceRef: {name: s}\n  push: {branch: b}"),
            "8:3: spec.push: is not a field of ImageUpdateAutomation v1 (it moved to `spec.git.push`)",
        ),
        (
            with_git("  sourceRef: {name: s}\n  policySelector: {matchExpressions: [{key: k, operator: In}]}"),
            "8:39: spec.policySelector.matchExpressions[0]: `values` must not be empty for this operator",
        ),
        (
            "  sourceRef: {name: s}\n  interval: 5m\n  git: {commit: {author: {name: a}}}".to_owned(),
            "7:26: spec.git.commit.author.email: is missing",
        ),
        ("  sourceRef: {name: s}\n  interval: 5m".to_owned(), "5:3: spec.git: is missing"),
        (
            "  sourceRef: {name: s}\n  interval: 5m\n  git:\n    commit: {author: {email: a@b}}\n    pullRequest: {}".to_owned(),
            "9:18: spec.git.pullRequest.provider: is missing",
        ),
        (
            "  sourceRef: {name: s}\n  interval: 5m\n  git:\n    commit: {author: {email: a@b}}\n    pullRequest: {provider: gitthub}".to_owned(),
            "9:29: spec.git.pullRequest.provider: `gitthub` is not one of github, gitlab, gitea, forgejo, bitbucket, bitbucketserver (did you mean `github`?)",
        ),
        (
            "  sourceRef: {name: s}\n  interval: 5m\n  git:\n    commit: {author: {email: a@b}}\n    pullRequest: {provider: github, baseURL: git.example.com}".to_owned(),
            "9:46: spec.git.pullRequest.baseURL: is not an http:// or https:// URL without a user, query or fragment (write the forge's address, e.g. `https://git.example.com`)",
        ),
        (
            "  sourceRef: {name: s}\n  interval: 5m\n  git:\n    commit: {author: {email: a@b}}\n    pullRequest: {provider: github, title: x, titlePlugin: {name: p}}".to_owned(),
            "9:18: spec.git.pullRequest: needs exactly one of title, titlePlugin, and has both (remove one of them)",
        ),
        (
            "  sourceRef: {name: s}\n  interval: 5m\n  git:\n    commit: {author: {email: a@b}, messageTemplate: x, messagePlugin: {name: p}}".to_owned(),
            "8:13: spec.git.commit: needs exactly one of messageTemplate, messagePlugin, and has both (remove one of them)",
        ),
    ];
    let cases: Vec<_> = cases.iter().map(|(spec, expected)| (spec.as_str(), *expected)).collect();
    assert_errors("v1", "ImageUpdateAutomation", &cases);
}

#[test]
fn mistakes_in_a_git_repository_are_told() {
    let cases = [
        (
            "  url: git@github.com:org/repo\n  interval: 1m",
            "5:8: spec.url: is not a URL (write `ssh://git@host/path` instead of `git@host:path`)",
        ),
        (
            "  url: ftp://user:hunter2@host/path\n  interval: 1m",
            "5:8: spec.url: `ftp` is not a scheme that is known (write `https://…`, `http://…`, `ssh://…`, or `file:///…` for a local path)",
        ),
        (
            "  url: https://host/path\n  interval: 1m\n  gitImplementation: go-git",
            "7:3: spec.gitImplementation: is not a field of GitRepository v1 (it was dropped after v1beta2: remove it)",
        ),
        (
            "  url: https://host/path\n  interval: 1m\n  serviceAccountName: a",
            "7:23: spec.serviceAccountName: is only taken with `provider: aws` or `provider: azure`",
        ),
        (
            "  url: https://host/path\n  interval: 1m\n  ref: {brnach: main}",
            "7:9: spec.ref.brnach: is not a field of GitRepository v1 (did you mean `branch`?)",
        ),
    ];
    assert_errors("v1", "GitRepository", &cases);
}

#[test]
fn a_field_of_a_later_version_is_told_as_such() {
    let cases = [(
        "  image: a/bb\n  interval: 5m\n  provider: aws",
        "7:3: spec.provider: is not a field of ImageRepository v1beta1 (it came with v1beta2: raise the object's apiVersion)",
    )];
    assert_errors("v1beta1", "ImageRepository", &cases);
    let cases = [(
        "  url: https://h/p\n  interval: -1m\n  ref: {name: refs/heads/main}",
        "6:13: spec.interval: `-1m` is not a duration that this field takes (a duration cannot be negative)",
    )];
    assert_errors("v1beta2", "GitRepository", &cases);
}
