//! One byte changed, at several places, of everything that stands between a
//! registry and a decision: the blob, the signature, the lock file, the compiled code.
//! Each is refused and named; nothing is pushed, and the last good selection stands.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::Result;
use tagwarden_tests::scene::REPOSITORY;

use crate::stage::{Stage, flip, sha256};

/// Begin, middle and end.
fn places(path: &Path) -> Result<[usize; 3]> {
    let length = usize::try_from(fs::metadata(path)?.len())?;
    Ok([0, length / 2, length - 1])
}

/// The plugin has decided, and would decide otherwise now: it takes the first tag.
fn decided() -> Result<(Stage, String)> {
    let (stage, manifest) = Stage::vetted()?;
    stage.scene.run_once()?;
    assert!(stage.scene.deployed("main")?.ends_with(":1.0.0"));
    stage.scene.registry.push(REPOSITORY, &["0.9.0"]);
    Ok((stage, manifest))
}

/// The run refuses the plugin, pushes nothing for it, and holds what it selected.
fn refuses_and_holds(stage: &Stage, at: usize, reason: &str) -> Result<()> {
    stage.refuses(reason).inspect_err(|_| eprintln!("byte {at}"))?;
    let ran = stage.scene.run("get policies", &["-o", "json"])?;
    let policy = &ran.json()?["policies"][0];
    assert_eq!(policy["selection"]["tag"], "1.0.0", "the last good selection: {ran:?}");
    Ok(())
}

/// Changes a byte of the file at each place, sees that it is refused, and changes it back.
fn tamper(stage: &Stage, path: &Path, reason: &str) -> Result<()> {
    for at in places(path)? {
        flip(path, at)?;
        refuses_and_holds(stage, at, reason)?;
        flip(path, at)?;
    }
    Ok(())
}

/// Whole again, the plugin decides anew.
fn recovers(stage: &Stage) -> Result<()> {
    stage.scene.run_once()?;
    assert!(stage.scene.deployed("main")?.ends_with(":0.9.0"));
    Ok(())
}

#[test]
fn a_byte_of_the_blob() -> Result<()> {
    let (stage, manifest) = decided()?;
    let component = stage.component()?;
    tamper(&stage, &stage.kept("blobs", &component), "was changed: its bytes are sha256:")?;
    tamper(&stage, &stage.kept("blobs", &manifest), "was changed: its bytes are sha256:")?;
    for digest in [&component, &manifest] {
        let stored = stage.registry.file(digest);
        for at in places(&stored)? {
            flip(&stored, at)?;
            // Nothing was kept meanwhile, for nothing was good.
            if stage.kept("blobs", &component).exists() {
                stage.unfetch()?;
            }
            refuses_and_holds(&stage, at, "")?;
            assert!(!stage.kept("blobs", &component).exists(), "byte {at}");
            flip(&stored, at)?;
        }
    }
    recovers(&stage)
}

#[test]
fn a_byte_of_the_signature() -> Result<()> {
    let (stage, manifest) = decided()?;
    let kept = stage.kept("signatures", &manifest);
    tamper(&stage, &kept, "remove this file once you know why")?;
    let ran = stage.verify()?;
    assert_eq!(ran.code, 0, "{ran:?}");
    // The same in the registry, where it is found when nothing was kept.
    let bundle = signature(&fs::read_to_string(&kept)?)?;
    stage.unfetch()?;
    tamper(&stage, &stage.registry.file(&bundle), "the registry sent other bytes")?;
    recovers(&stage)
}

/// The digest of the bundle among kept signatures.
fn signature(kept: &str) -> Result<String> {
    let (_, json) = kept.split_once('\n').unwrap();
    let signatures: serde_json::Value = serde_json::from_str(json)?;
    Ok(format!("sha256:{}", sha256(signatures[0]["bundle"].as_str().unwrap().as_bytes())))
}

#[test]
fn a_byte_of_the_lock_file() -> Result<()> {
    let (stage, _) = decided()?;
    let lock = stage.lock();
    let before = stage.scene.remote.head("main")?;
    let text = fs::read_to_string(&lock)?;
    // One in each line, remarks too, and the last of all.
    let mut lines = text.match_indices('\n').map(|(at, _)| at).collect::<Vec<_>>();
    lines.push(0);
    for at in lines.into_iter().map(|at| at.saturating_sub(1)).chain([text.len() - 1]) {
        flip(&lock, at)?;
        let ran = stage.scene.run("run --once", &[])?;
        assert_eq!(ran.code, 1, "byte {at}: {ran:?}");
        assert!(ran.stderr.contains("tagwarden.lock"), "byte {at}: {ran:?}");
        assert!(ran.stderr.contains("take the last good version out of Git"), "byte {at}: {ran:?}");
        assert_eq!(stage.scene.remote.head("main")?, before, "byte {at}: something was pushed");
        flip(&lock, at)?;
    }
    flip(&lock, text.len() / 2)?;
    assert_eq!(stage.verify()?.code, 1);
    let got = stage.scene.run("get policies", &["-o", "json"])?;
    assert_eq!(got.json()?["policies"][0]["selection"]["tag"], "1.0.0", "{got:?}");
    assert_eq!(got.code, 1, "{got:?}");
    // What somebody wrote by hand is no better than damage.
    for (from, to) in [("grants: []", "grants: [wasi]"), ("plugins/pick", "plugins/pack")] {
        fs::write(&lock, text.replacen(from, to, 1))?;
        let ran = stage.scene.run("run --once", &[])?;
        assert!(ran.code == 1 && ran.stderr.contains("checksum: is not that of"), "{ran:?}");
    }
    fs::write(&lock, text)?;
    recovers(&stage)
}

#[test]
fn a_byte_of_compiled_code() -> Result<()> {
    let (stage, _) = decided()?;
    stage.scene.run_once()?;
    let entries = used(&stage)?;
    let whole: Vec<_> = entries.iter().map(fs::read).collect::<Result<_, _>>()?;
    for (place, entry) in (0..3).zip(entries.iter().cycle()) {
        flip(entry, places(entry)?[place])?;
        let ran = stage.scene.run("run --once", &[])?;
        assert_eq!(ran.code, 0, "{ran:?}");
        assert!(ran.stderr.contains("WARN tampered: refused and removed: "), "{ran:?}");
        assert!(ran.stderr.contains(&entry.display().to_string()), "it is named: {ran:?}");
        assert_eq!(ran.stderr.matches("WARN").count(), 1, "no other is: {ran:?}");
        // Compiled again from the verified component, it is there as before.
        let again: Vec<_> = entries.iter().map(fs::read).collect::<Result<_, _>>()?;
        assert!(again.iter().zip(&whole).all(|(again, whole)| again.len() == whole.len()));
        let ran = stage.scene.run("run --once", &[])?;
        assert!(ran.code == 0 && ran.stderr.is_empty(), "{ran:?}");
    }
    assert!(stage.scene.deployed("main")?.ends_with(":0.9.0"));
    // Without the key that sealed them, no entry counts.
    let key = entries[0].with_file_name("key");
    flip(&key, 7)?;
    let ran = stage.scene.run("run --once", &[])?;
    assert_eq!(ran.code, 0, "{ran:?}");
    for entry in &entries {
        assert!(ran.stderr.contains(&entry.display().to_string()), "{ran:?}");
    }
    Ok(())
}

/// The entries of the cache of compiled code that a run loads: with a byte of each
/// changed, those that it names.
fn used(stage: &Stage) -> Result<Vec<PathBuf>> {
    let mut entries = vec![];
    for entry in fs::read_dir(stage.scene.home.path().join("state/compiled"))? {
        let path = entry?.path();
        if path.file_name().is_some_and(|name| name != "key") {
            flip(&path, 40)?;
            entries.push(path);
        }
    }
    let ran = stage.scene.run("run --once", &[])?;
    assert_eq!(ran.code, 0, "{ran:?}");
    entries.retain(|entry| ran.stderr.contains(&entry.display().to_string()));
    assert!(entries.len() >= 3, "the plugin, a filter and another policy: {ran:?}");
    Ok(entries)
}
