//! Plugins that misbehave, run by the program: each fails clearly and in time,
//! nothing of its policy is pushed, and the other policies go on.

use std::{fs, process::Stdio};

use anyhow::{Context, Result};
use serde_json::Value;
use tagwarden_tests::{
    measured,
    sample_image::digest,
    scene::{REPOSITORY, Scene},
};

/// The most memory of the whole process, in KiB, with all of them in one run. Two are
/// evaluated at a time, and each may have 64 MiB.
const MEMORY: u64 = 256 << 10;

/// One component: what it does is in its name, or in the remark of its source.
struct Hostile {
    guest: &'static str,
    kind: Kind,
    /// What it is granted, so that it comes to what it wants to do.
    grants: &'static str,
    /// The reason of the policy's condition.
    reason: &'static str,
    /// What its message says.
    said: &'static str,
}

#[derive(PartialEq)]
enum Kind {
    Policy,
    Filter,
}

const fn policy(guest: &'static str, said: &'static str) -> Hostile {
    Hostile { guest, kind: Kind::Policy, grants: "", reason: "PluginFailed", said }
}

const fn filter(guest: &'static str, said: &'static str) -> Hostile {
    Hostile { kind: Kind::Filter, ..policy(guest, said) }
}

const fn granted(guest: &'static str, grants: &'static str, said: &'static str) -> Hostile {
    Hostile { grants, ..policy(guest, said) }
}

const HOSTILE: &[Hostile] = &[
    // Time.
    policy("infinite-loop", "gave no answer within 300ms"),
    policy("start-loop", "gave no answer within 300ms"),
    policy("looping-allocator", "gave no answer within 300ms"),
    granted("wasi-sleeper", "wasi", "gave no answer within 300ms"),
    granted("lookup-again", "metadata", "gave no answer within 300ms"),
    // Memory, stack, tables, handles.
    policy("memory-bomb", "wanted more than its 64 MiB of memory"),
    policy("many-memories", "wanted more than its 64 MiB of memory"),
    policy("large-memory", "cannot be loaded"),
    policy("stack-overflow", "a call stack of 512 KiB"),
    policy("table-growth", "tables of 100000 elements"),
    policy("handle-growth", "256 resource handles"),
    granted("wasi-hoard", "wasi", "went past a limit: "),
    granted("wasi-random-bomb", "wasi", "went past a limit: "),
    // Answers and logs.
    policy("large-answer", "1024 KiB of answer"),
    policy("many-rejections", "of answer"),
    policy("huge-answer", ""),
    policy("answer-outside", ""),
    policy("lying-allocator", ""),
    policy("unknown-variant", ""),
    policy("out-of-range-index", "it chose candidate"),
    policy("invalid-utf8", "utf-8"),
    policy("error-escape", "fake: ok"),
    policy("log-flood", "a log of 100000 lines and 4 MiB"),
    policy("log-bomb", "1024 KiB of answer"),
    granted("wasi-flood", "wasi", "a log of 100000 lines and 4 MiB"),
    filter("duplicate-index", "it kept tag 0 twice"),
    filter("descending-index", "it kept tag 1 before tag 0"),
    filter("key-count", "it kept 1 tags but gave 2 keys"),
    filter("key-escape", "control character"),
    // Traps and exits.
    policy("panic", "trapped"),
    policy("start-trap", "trapped"),
    policy("trapping-allocator", "trapped"),
    granted("wasi-exit", "wasi", "it exited"),
    // Reaching for what it was not given.
    policy("sleeper", "was not granted `wasi`"),
    policy("wasi-time", "was not granted `wasi`"),
    policy("wasi-files", "was not granted `wasi`"),
    policy("lookup-first", "was not granted `metadata`"),
    granted("wasi-network", "wasi", "wasi:sockets"),
    granted("lookup-outside", "metadata", "it asked about tag"),
    // No plugin at all, or one of another world.
    policy("other-world", "cannot be loaded"),
    policy("nothing", "it exports nothing"),
    policy("wrong-signature", ""),
    policy("memory64", "must be enabled"),
    policy("shared-memory", "must be enabled"),
    policy("keep-first", "it is a tag-filter"),
    // The compiler.
    policy("bomb-of-instances", "cannot be loaded"),
    policy("bomb-of-nesting", "cannot be loaded"),
];

impl Hostile {
    fn component(&self) -> Result<Vec<u8>> {
        match tagwarden_fixture_plugins::BOMBS.contains(&self.guest) {
            true => tagwarden_fixture_plugins::bomb(self.guest),
            false => tagwarden_fixture_plugins::component(self.guest),
        }
    }

    /// What is odd about the condition that its policy ended in.
    fn odd<'a>(&self, decision: impl Fn(&str) -> Option<&'a Value>) -> Option<String> {
        let Some(decision) = decision(self.guest) else {
            return Some(format!("{}: no condition", self.guest));
        };
        let message = decision["message"].as_str().unwrap_or_default();
        let fine = decision["state"] == "not-ready"
            && decision["reason"] == self.reason
            && message.starts_with(&format!("plugin {}: ", self.guest))
            && message.contains(self.said)
            && !message.contains(|c: char| c.is_control());
        (!fine).then(|| format!("{}: {decision}", self.guest))
    }

    /// Its PolicyPlugin, and a policy that asks it.
    fn manifests(&self, digest: &str) -> String {
        let Self { guest, grants, .. } = self;
        // Short only for those that would use up whatever they get.
        let endless = self.said.ends_with("within 300ms");
        let limits = if endless { ", limits: {deadline: 300ms}" } else { "" };
        let (kind, decides) = match self.kind {
            Kind::Policy => ("policy", format!("policy: {{plugin: {{name: {guest}}}}}")),
            Kind::Filter => (
                "filter",
                format!(
                    "filterTags: {{plugin: {{name: {guest}}}}}, policy: {{alphabetical: {{}}}}"
                ),
            ),
        };
        format!(
            "---\napiVersion: plugins.tagwarden.dev/v1alpha1\nkind: PolicyPlugin\n\
             metadata: {{name: {guest}, namespace: flux-system}}\n\
             spec: {{kind: {kind}, source: {guest}.wasm, digest: '{digest}', \
             grants: [{grants}]{limits}}}\n\
             ---\napiVersion: image.toolkit.fluxcd.io/v1\nkind: ImagePolicy\n\
             metadata: {{name: {guest}, namespace: flux-system}}\n\
             spec: {{imageRepositoryRef: {{name: checkout}}, {decides}}}\n"
        )
    }
}

/// The example with a policy for each, and a marked value that it would write.
fn scene() -> Result<Scene> {
    let scene = Scene::with(|text| {
        let Some(image) = text.lines().find_map(|line| line.trim().strip_prefix("image: ")) else {
            return text;
        };
        let Some((image, _)) = image.split_once(" # ") else { return text };
        let mut all =
            format!("{text}---\napiVersion: v1\nkind: ConfigMap\nmetadata: {{name: all}}\ndata:\n");
        for Hostile { guest, .. } in HOSTILE {
            let marker = format!("{{\"$imagepolicy\": \"flux-system:{guest}\"}}");
            all.push_str(&format!("  {guest}: {image} # {marker}\n"));
        }
        all
    })?;
    let mut manifests = String::new();
    for hostile in HOSTILE {
        let component = hostile.component()?;
        manifests.push_str(&hostile.manifests(&digest(&component)));
        fs::write(scene.manifests().join(format!("{}.wasm", hostile.guest)), component)?;
    }
    scene.add("hostile.yaml", &manifests)?;
    Ok(scene)
}

/// All of them in one run: each ends in a condition of its own, the others go on and
/// are pushed, and the process stays within its bounds.
#[test]
fn all_at_once_are_contained_and_told_apart() -> Result<()> {
    let scene = scene()?;
    let deployed = || scene.remote.file("main", "clusters/prod/apps/checkout.yaml");
    let before = deployed()?;
    let said = scene.home.path().join("said.json");
    let manifests = scene.manifests().display().to_string();
    let mut run = scene.home.command(["run", "--once", "-o", "json", "-f", &manifests])?;
    let cost = measured::run_to_end(run.stdout(fs::File::create(&said)?).stderr(Stdio::null()))?;
    let report: Value = serde_json::from_str(&fs::read_to_string(said)?)?;
    let decision = |name: &str| {
        let mut policies = report["policies"].as_array().into_iter().flatten();
        policies.find(|p| p["name"]["name"] == name).map(|p| &p["decision"])
    };
    let wrong: Vec<_> = HOSTILE.iter().filter_map(|hostile| hostile.odd(decision)).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    for (policy, tag) in [("checkout", "1.2.4"), ("checkout-nightly", "2026.07.13-6045cf1")] {
        let decision = decision(policy).context("no condition")?;
        assert_eq!(decision["selection"]["tag"], tag, "{policy} goes on: {decision}");
    }
    // The one line of the policy that works, and none of the others.
    assert_eq!(deployed()?, before.replacen(":1.2.3 #", ":1.2.4 #", 1));
    assert_eq!(scene.commits("main")?, 2);
    println!("{} components, {:?}, {} MiB", HOSTILE.len(), cost.took, cost.memory >> 10);
    assert!(!cost.success, "the exit code tells of failures");
    assert!(cost.memory < MEMORY, "the process took {} KiB", cost.memory);
    assert!(cost.took.as_secs() < 120, "it took {:?}", cost.took);
    Ok(())
}

#[test]
fn the_component_that_is_named_decides() -> Result<()> {
    for (guest, chosen) in [("first", "1.0.0"), ("second", "1.2.3")] {
        let scene = Scene::new()?;
        let path = scene.home.path().join(format!("{guest}.wasm"));
        fs::write(&path, tagwarden_fixture_plugins::component(guest)?)?;
        let plugin = format!("semver={}", path.display());
        let ran = scene.run("run --once", &["--plugin", &plugin])?;
        assert_eq!(ran.code, 0, "{ran:?}");
        let image = scene.registry.image(REPOSITORY);
        assert_eq!(scene.deployed("main")?, format!("{image}:{chosen}"));
    }
    Ok(())
}

#[test]
fn a_policy_that_breaks_keeps_its_last_good_selection() -> Result<()> {
    let scene = Scene::new()?;
    scene.run_once()?;
    scene.registry.push(REPOSITORY, &["1.5.0"]);
    let path = scene.home.path().join("panic.wasm");
    fs::write(&path, tagwarden_fixture_plugins::component("panic")?)?;
    let ran = scene.run("run --once", &["--plugin", &format!("semver={}", path.display())])?;
    assert_eq!(ran.code, 1, "{ran:?}");
    assert!(ran.stdout.contains("held: plugin semver"), "{ran:?}");
    assert!(scene.deployed("main")?.ends_with(":1.2.4"));
    Ok(())
}
