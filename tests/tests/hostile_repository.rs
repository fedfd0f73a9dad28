//! A repository whose content is meant to do harm: each piece is named in the
//! report, and the rest is done.

use std::{fs::File, io::Write, process::Stdio};

use anyhow::{Context, Result, ensure};
use tagwarden_tests::{bare::git, scene::Scene};

const MARKER: &str = r#"# {"$imagepolicy": "flux-system:checkout"}"#;

/// An entry of a tree: mode, kind, object, name.
struct Entry(&'static str, &'static str, String, &'static [u8]);

fn run(scene: &Scene, args: &[&str], input: &[u8]) -> Result<String> {
    let mut child = git()
        .arg("--git-dir")
        .arg(scene.remote.path())
        .args(args)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()?;
    child.stdin.take().context("a pipe")?.write_all(input)?;
    let output = child.wait_with_output()?;
    ensure!(output.status.success(), "git {args:?}");
    Ok(String::from_utf8(output.stdout)?.trim().to_owned())
}

fn blob(scene: &Scene, content: &[u8]) -> Result<String> {
    run(scene, &["hash-object", "-w", "--stdin"], content)
}

fn tree(scene: &Scene, entries: &[Entry]) -> Result<String> {
    let mut listing = Vec::new();
    for Entry(mode, kind, id, name) in entries {
        listing.extend_from_slice(format!("{mode} {kind} {id}\t").as_bytes());
        listing.extend_from_slice(name);
        listing.push(0);
    }
    run(scene, &["mktree", "-z"], &listing)
}

/// A gigabyte of zeros, which a pack holds in a megabyte.
fn sparse(scene: &Scene) -> Result<String> {
    let path = scene.home.path().join("sparse");
    File::create(&path)?.set_len(1 << 30)?;
    let path = path.to_str().context("a path in UTF-8")?;
    run(scene, &["hash-object", "-w", "--no-filters", path], b"")
}

/// A billion laughs, by nine references at nine levels.
fn bomb() -> String {
    let mut text = format!("a0: &a0 [x] {MARKER}\n");
    for level in 1..=9 {
        let below = format!("*a{}", level - 1);
        let list = [below.as_str(); 9].join(", ");
        text += &format!("a{level}: &a{level} [{list}]\n");
    }
    text
}

#[test]
fn each_hostile_file_is_named_and_the_rest_is_done() -> Result<()> {
    let scene = Scene::new()?;
    let honest = blob(&scene, format!("image: x:1 {MARKER}\n").as_bytes())?;
    let inner = tree(&scene, &[Entry("100644", "blob", honest.clone(), b"config.yaml")])?;
    let nested = format!("{}{} {MARKER}\n", "[".repeat(100_000), "]".repeat(100_000));
    let hostile = tree(
        &scene,
        &[
            Entry("040000", "tree", inner, b".git"),
            Entry("100644", "blob", blob(&scene, bomb().as_bytes())?, b"bomb.yaml"),
            Entry("100644", "blob", blob(&scene, nested.as_bytes())?, b"deep.yaml"),
            Entry("100644", "blob", sparse(&scene)?, b"huge.yaml"),
            Entry(
                "100644",
                "blob",
                blob(&scene, &[b"a: \xff\xfe ", MARKER.as_bytes(), b"\n"].concat())?,
                b"invalid.yaml",
            ),
            Entry("100644", "blob", honest, b"line\nbreak.yaml"),
            Entry("120000", "blob", blob(&scene, b"../../../../../etc/passwd")?, b"link.yaml"),
        ],
    )?;
    // Put beside the deployment, by rebuilding the trees above it.
    let mut above = hostile;
    let mut name: &[u8] = b"hostile";
    for folder in ["clusters/prod/apps", "clusters/prod", "clusters", ""] {
        let listing = scene.remote.git(["ls-tree", "-z", &format!("main:{folder}")])?;
        let entries = listing.split('\0').filter(|entry| !entry.is_empty());
        let mut kept: Vec<u8> = entries
            .filter(|entry| entry.as_bytes().split(|b| *b == b'\t').nth(1) != Some(name))
            .flat_map(|entry| [entry.as_bytes(), b"\0"].concat())
            .collect();
        kept.extend_from_slice(format!("040000 tree {above}\t").as_bytes());
        kept.extend_from_slice(name);
        kept.push(0);
        above = run(&scene, &["mktree", "-z"], &kept)?;
        name = folder.rsplit('/').next().unwrap_or_default().as_bytes();
    }
    scene.remote.commit_tree("main", &above, "hostile")?;

    let ran = scene.run("run --once", &["-o", "json"])?;
    assert_eq!(ran.code, 0, "{ran:?}");
    assert!(scene.deployed("main")?.ends_with(":1.2.4"), "the rest is done");
    let report = ran.json()?;
    let automation = &report["automations"][0];
    let named: Vec<(String, String)> = ["skipped", "markers"]
        .iter()
        .flat_map(|list| automation[list].as_array().into_iter().flatten())
        .map(|entry| (entry["file"].as_str().unwrap_or_default().to_owned(), entry.to_string()))
        .collect();
    for (file, words) in [
        ("hostile/.git", "a meaning to Git"),
        ("hostile/bomb.yaml", "line"),
        ("hostile/deep.yaml", "unparsable"),
        ("hostile/huge.yaml", "1073741824 bytes"),
        ("hostile/invalid.yaml", "not UTF-8"),
        ("hostile/line\u{fffd}break.yaml", "control character"),
        ("hostile/link.yaml", "symlink"),
    ] {
        let path = format!("clusters/prod/apps/{file}");
        let found = named.iter().find(|(name, _)| *name == path);
        let (_, said) = found.with_context(|| format!("{file} is not named: {named:?}"))?;
        ensure!(said.contains(words), "{file}: {said}");
    }
    let changed = scene.remote.git(["diff", "--name-only", "main~1", "main"])?;
    assert_eq!(changed, "clusters/prod/apps/checkout.yaml\n");
    Ok(())
}
