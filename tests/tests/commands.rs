//! The small tools: select, set, message, scan, plugin, completions.

use std::fs;

use anyhow::Result;
use serde_json::json;
use tagwarden_tests::{program::Home, registry::TestRegistry};

#[test]
fn select_prints_tag_key_and_place_in_the_input() -> Result<()> {
    let home = Home::new()?;
    let input = b"2026.07.13-6045cf1\nlatest\n2026.05.28-2249688\n";
    let args = [
        "select",
        "--alphabetical",
        "asc",
        "--filter",
        "^(?P<ts>[0-9.]+)-[a-f0-9]+$",
        "--extract",
        "$ts",
    ];
    let ran = home.run_with(args.iter().chain(&["-o", "json"]), input)?;
    assert_eq!(ran.json()?, json!({"tag": "2026.07.13-6045cf1", "key": "2026.07.13", "index": 0}));
    assert_eq!(home.run_with(args, input)?.stdout, "2026.07.13-6045cf1\n");
    Ok(())
}

#[test]
fn select_exits_with_3_when_nothing_is_selected() -> Result<()> {
    let home = Home::new()?;
    for input in ["", "0.1.0\n", "latest\n"] {
        let ran = home.run_with(["select", "--semver", ">=1.0.0"], input.as_bytes())?;
        assert_eq!(ran.code, 3, "{input:?}: {ran:?}");
        assert_eq!(ran.stdout, "", "{input:?}");
    }
    Ok(())
}

#[test]
fn select_fails_on_a_tag_that_is_no_number_and_names_it() -> Result<()> {
    let ran = Home::new()?.run_with(["select", "--numerical", "asc"], b"1\n2a\n3\n")?;
    assert_eq!(ran.code, 1, "{ran:?}");
    assert!(ran.stderr.contains("2a"), "{ran:?}");
    Ok(())
}

#[test]
fn select_compares_long_numbers_exactly() -> Result<()> {
    let input = b"20260601000000001\n20260601000000003\n20260601000000002\n";
    let ran = Home::new()?.run_with(["select", "--numerical", "asc"], input)?;
    assert_eq!(ran.stdout, "20260601000000003\n");
    Ok(())
}

#[test]
fn select_reads_a_hundred_thousand_tags() -> Result<()> {
    let tags: String = (0..100_000).map(|n| format!("1.{}.{}\n", n / 1000, n % 1000)).collect();
    let args = ["select", "--semver", ">=1.0.0 <2.0.0", "-o", "json"];
    let ran = Home::new()?.run_with(args, tags.as_bytes())?;
    assert_eq!(ran.json()?, json!({"tag": "1.99.999", "key": "1.99.999", "index": 99_999}));
    Ok(())
}

#[test]
fn select_explains_each_tag() -> Result<()> {
    let args = ["select", "--semver", "1.x", "--filter", "^[0-9]", "--explain", "-o", "json"];
    let explained = Home::new()?.run_with(args, b"1.0.0\nlatest\n2.0.0\n1.0.1\n1.1.0\n")?.json()?;
    let verdicts: Vec<_> =
        explained.as_array().unwrap().iter().map(|t| t["verdict"].as_str().unwrap()).collect();
    assert_eq!(verdicts, ["outranked", "runner-up", "selected", "rejected", "filtered"]);
    Ok(())
}

const MANIFEST: &str = "\
apiVersion: apps/v1\r
kind: Deployment\r
metadata: {name: app, namespace: shop}\r
image: 'x/app:1'   # {\"$imagepolicy\": \"flux-system:app\"}\r
tag: v1 # {\"$imagepolicy\": \"flux-system:app:tag\"}";

#[test]
fn set_edits_marked_values_and_no_other_byte() -> Result<()> {
    let home = Home::new()?;
    let file = home.path().join("app.yaml");
    fs::write(&file, MANIFEST)?;
    let args = ["set", "app.yaml", "--policy", "flux-system/app=x/app:1.10"];
    let dry = home.run(args.iter().chain(&["--dry-run"]))?;
    assert!(dry.stdout.contains("+tag: \"1.10\""), "{dry:?}");
    assert_eq!(fs::read_to_string(&file)?, MANIFEST, "a dry run writes nothing");
    let changes = home.run(args.iter().chain(&["-o", "json"]))?.json()?;
    assert_eq!(
        changes,
        json!([
            {"file": "app.yaml", "apiVersion": "apps/v1", "kind": "Deployment", "name": "app",
             "namespace": "shop", "old": "x/app:1", "new": "x/app:1.10", "setter": "flux-system:app"},
            {"file": "app.yaml", "apiVersion": "apps/v1", "kind": "Deployment", "name": "app",
             "namespace": "shop", "old": "v1", "new": "1.10", "setter": "flux-system:app:tag"},
        ])
    );
    let expected =
        MANIFEST.replace("'x/app:1'", "'x/app:1.10'").replace("tag: v1", "tag: \"1.10\"");
    assert_eq!(fs::read_to_string(&file)?, expected);
    let again = home.run(args.iter().chain(&["-o", "json"]))?;
    assert_eq!(again.json()?, json!([]));
    Ok(())
}

#[test]
fn set_follows_no_link_out_of_the_folder() -> Result<()> {
    let home = Home::new()?;
    let outside = home.path().join("outside.yaml");
    fs::write(&outside, MANIFEST)?;
    fs::create_dir(home.path().join("repo"))?;
    std::os::unix::fs::symlink(&outside, home.path().join("repo/link.yaml"))?;
    let ran = home.run(["set", "repo", "--policy", "flux-system/app=x/app:2"])?;
    assert_eq!(ran.code, 0, "{ran:?}");
    assert_eq!(fs::read_to_string(&outside)?, MANIFEST);
    Ok(())
}

#[test]
fn message_renders_a_template_over_changes() -> Result<()> {
    let home = Home::new()?;
    fs::write(
        home.path().join("t"),
        "{{ range .Changed.Changes }}{{ .OldValue }} -> {{ .NewValue }}\n{{ end }}{{ .Values.cluster }}",
    )?;
    let changes = json!({
        "automation": {"namespace": "flux-system", "name": "apps"},
        "values": {"cluster": "prod"},
        "changes": [{"file": "a.yaml", "apiVersion": "v1", "kind": "Pod", "name": "a", "namespace": "",
                     "old": "x:1", "new": "x:2", "setter": "flux-system:x"}],
    });
    fs::write(home.path().join("changes.json"), changes.to_string())?;
    let ran = home.run(["message", "--template-file", "t", "--changes", "changes.json"])?;
    assert_eq!(ran.stdout, "x:1 -> x:2\nprod", "{ran:?}");
    let broken = home.run(["message", "--template", "{{ .Nope }}", "--changes", "changes.json"])?;
    assert_eq!(broken.code, 1, "{broken:?}");
    assert!(broken.stderr.contains("Nope"), "{broken:?}");
    Ok(())
}

#[test]
fn scan_lists_the_tags_of_an_image() -> Result<()> {
    let registry = TestRegistry::start();
    registry.push("team/app", &["2.0.0", "1.0.0"]);
    let image = registry.image("team/app");
    let home = Home::new()?;
    assert_eq!(home.run(["scan", &image])?.stdout, "1.0.0\n2.0.0\n");
    let selected = home.run(["select", "--image", &image, "--semver", "1.x"])?;
    assert_eq!(selected.stdout, "1.0.0\n", "{selected:?}");
    let wrong = home.run(["scan", "team/app:1.0"])?;
    assert_eq!(wrong.code, 2, "{wrong:?}");
    Ok(())
}

#[test]
fn plugin_list_and_inspect_show_what_there_is() -> Result<()> {
    let home = Home::new()?;
    let list = home.run(["plugin", "list", "-o", "json"])?.json()?;
    let names: Vec<_> =
        list.as_array().unwrap().iter().map(|p| p["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["alphabetical", "go-template", "numerical", "regex-filter", "semver"]);
    let semver = home.run(["plugin", "inspect", "semver", "-o", "json"])?.json()?;
    assert_eq!(semver["kind"], "policy");
    assert!(semver["settingsSchema"]["properties"]["range"].is_object(), "{semver}");
    Ok(())
}

#[test]
fn completions_are_printed_for_each_shell() -> Result<()> {
    let home = Home::new()?;
    for shell in ["bash", "zsh", "fish"] {
        assert!(home.run(["completions", shell])?.stdout.contains("tagwarden"), "{shell}");
    }
    Ok(())
}
