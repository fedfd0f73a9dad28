//! Where plugins stand, as `plugin list`, `get` and `explain` show it.

use std::fs;

use anyhow::Result;
use serde_json::Value;

use crate::stage::Stage;

fn named<'a>(listed: &'a Value, name: &str) -> &'a Value {
    let mut all = listed.as_array().unwrap().iter();
    all.find(|plugin| plugin["name"] == name).unwrap()
}

#[test]
fn a_vetted_plugin_is_shown_with_digest_source_and_signer() -> Result<()> {
    let (stage, _) = Stage::vetted()?;
    let manifests = stage.scene.manifests().display().to_string();
    stage.scene.run_once()?;
    let listed = stage.plugin(&["list", "-f", &manifests, "-o", "json"])?.json()?;
    let got = stage.scene.run("get plugins", &["-o", "json"])?.json()?;
    let explained = stage.scene.run("explain checkout", &["-o", "json"])?.json()?;
    for shown in [
        named(&listed, "pick"),
        named(&got["plugins"], "pick"),
        named(&explained["vetting"], "pick"),
    ] {
        assert_eq!(shown["state"], "vetted", "{shown}");
        assert_eq!(shown["digest"], stage.component()?, "{shown}");
        assert_eq!(shown["source"], stage.source(), "{shown}");
        assert_eq!(shown["signedBy"].as_array().unwrap().len(), 1, "{shown}");
        assert_eq!((&shown["grants"], &shown["limits"]), (&"none".into(), &"none".into()));
    }
    assert_eq!(named(&listed, "semver")["state"], "first-party");
    let table = stage.plugin(&["list", "-f", &manifests])?.stdout;
    assert!(table.lines().next().unwrap().contains("STATE"), "{table}");
    let line = table.lines().find(|line| line.starts_with("pick ")).unwrap();
    assert!(line.contains("vetted") && line.contains(&stage.component()?[..19]), "{line}");
    let policies = stage.scene.run("get policies", &[])?.stdout;
    assert!(policies.contains("pick (vetted)") && policies.contains("alphabetical"), "{policies}");
    let table = stage.scene.run("explain checkout", &[])?.stdout;
    assert!(table.contains("pick     vetted   policy"), "{table}");
    Ok(())
}

#[test]
fn a_plugin_that_was_not_fetched_yet_is_pinned() -> Result<()> {
    let (stage, _) = Stage::vetted()?;
    stage.unfetch()?;
    let got = stage.scene.run("get plugins", &["-o", "json"])?.json()?;
    assert_eq!(named(&got["plugins"], "pick")["state"], "pinned");
    assert_eq!(named(&got["plugins"], "pick")["digest"], stage.component()?);
    Ok(())
}

#[test]
fn a_refused_plugin_is_shown_with_the_reason() -> Result<()> {
    let (stage, _) = Stage::vetted()?;
    stage.scene.run_once()?;
    crate::stage::flip(&stage.kept("blobs", &stage.component()?), 40)?;
    let manifests = stage.scene.manifests().display().to_string();
    let listed = stage.plugin(&["list", "-f", &manifests, "-o", "json"])?.json()?;
    let got = stage.scene.run("get", &["-o", "json"])?.json()?;
    for shown in [named(&listed, "pick"), named(&got["plugins"], "pick")] {
        assert_eq!(shown["state"], "refused", "{shown}");
        assert!(shown["refused"].as_str().unwrap().contains("was changed"), "{shown}");
    }
    assert_eq!(got["policies"][0]["vetting"], "refused");
    assert_eq!(got["policies"][0]["selection"]["tag"], "1.0.0");
    let ran = stage.scene.run("explain checkout", &[])?;
    assert_eq!(ran.code, 1, "{ran:?}");
    let said = ["plugin pick: is refused: ", "was changed", "hint: `tagwarden plugin verify`"];
    assert!(said.iter().all(|said| ran.stderr.contains(said)), "{ran:?}");
    Ok(())
}

#[test]
fn a_list_without_manifests_reads_no_lock_file() -> Result<()> {
    let stage = Stage::new()?;
    fs::write(stage.scene.home.path().join("tagwarden.lock"), "no lock file at all")?;
    let ran = stage.plugin(&["list"])?;
    assert!(ran.code == 0 && ran.stdout.contains("first-party"), "{ran:?}");
    let ran = stage.plugin(&["list", "-f", "."])?;
    assert!(ran.code == 1 && ran.stderr.contains("tagwarden.lock:1:1: "), "{ran:?}");
    Ok(())
}

#[test]
fn a_plugin_of_the_command_line_is_unvetted() -> Result<()> {
    let stage = Stage::new()?;
    let plugin = format!("pick={}", stage.file("first")?.display());
    let more = ["--plugin", &plugin, "-o", "json"];
    let explained = stage.scene.run("explain checkout", &more)?.json()?;
    let shown = named(&explained["vetting"], "pick");
    assert_eq!(shown["state"], "unvetted", "{shown}");
    let digest = format!("sha256:{}", crate::stage::sha256(&fs::read(stage.file("first")?)?));
    assert_eq!(shown["digest"], digest);
    let unknown = stage.scene.run("get policies", &["-o", "json"])?.json()?;
    assert_eq!(unknown["policies"][0]["vetting"], "unknown");
    Ok(())
}
