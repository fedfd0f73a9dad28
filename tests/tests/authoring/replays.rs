//! Evaluations recorded and made again: by the same plugin, by another, by none.

use std::fs;

use anyhow::Result;
use tagwarden_tests::program::Home;

/// A home with a record of one decision by `semver`.
fn recorded() -> Result<Home> {
    let home = Home::new()?;
    let args = ["select", "--semver", "<2.0.0", "--record", "record.jsonl"];
    let ran = home.run_with(args, b"1.0.0\n1.2.0\n2.0.0\n")?;
    assert_eq!((ran.code, ran.stdout.trim()), (0, "1.2.0"), "{ran:?}");
    Ok(home)
}

#[test]
fn the_same_plugin_gives_the_same_answer() -> Result<()> {
    let ran = recorded()?.run(["plugin", "replay", "record.jsonl"])?;
    assert_eq!(ran.code, 0, "{ran:?}");
    assert!(ran.stdout.contains("1 the same, 0"), "{ran:?}");
    Ok(())
}

#[test]
fn what_another_plugin_answers_is_shown_beside_what_was_recorded() -> Result<()> {
    let home = recorded()?;
    let other = home.path().join("other.wasm");
    fs::write(&other, tagwarden_fixture_plugins::component("first")?)?;
    let other = format!("semver={}", other.display());
    let args = ["plugin", "replay", "record.jsonl", "--plugin", &other];
    let ran = home.run(args)?;
    assert_eq!(ran.code, 1, "{ran:?}");
    assert!(ran.stdout.contains("another component answers differently"), "{ran:?}");
    assert!(ran.stdout.contains(r#"recorded: {"chosen":{"tag":"1.2.0"}}"#), "{ran:?}");
    assert!(ran.stdout.contains(r#"now:      {"chosen":{"tag":"1.0.0"}}"#), "{ran:?}");
    let ran = home.run(args.into_iter().chain(["-o", "json"]))?;
    assert_eq!(ran.json()?[0]["outcome"], "differs-from-another");
    Ok(())
}

#[test]
fn a_line_that_is_no_evaluation_is_named() -> Result<()> {
    let home = recorded()?;
    let record = home.path().join("record.jsonl");
    fs::write(&record, fs::read_to_string(&record)? + "{\"plugin\": 1}\n")?;
    let ran = home.run(["plugin", "replay", "record.jsonl"])?;
    assert_eq!(ran.code, 1, "{ran:?}");
    assert!(ran.stderr.contains("record.jsonl: line 2: "), "{ran:?}");
    fs::write(&record, "")?;
    let ran = home.run(["plugin", "replay", "record.jsonl"])?;
    assert_eq!(ran.code, 2, "{ran:?}");
    Ok(())
}
