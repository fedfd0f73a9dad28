//! Projects of plugins that need a grant.

use std::fs;

use anyhow::{Result, ensure};
use tagwarden_tests::{
    author::{Author, Language},
    program::Home,
};

/// A policy that chooses the image that was built last.
const NEWEST: &str = r#"//! Chooses the image that was built last.

use schemars::JsonSchema;
use serde::Deserialize;
use tagwarden_sdk::{About, Context, Error, Plugin, Policy, Selection, Tags, about, export_policy};

#[derive(Debug, Deserialize, JsonSchema)]
pub struct Newest {}

impl Plugin for Newest {
    type Settings = Self;

    const ABOUT: About = about!();

    fn new(settings: Self) -> Result<Self, String> {
        Ok(settings)
    }
}

impl Policy for Newest {
    fn select(&self, tags: &Tags, context: &Context) -> Result<Selection, Error> {
        let created = |index| context.images.lookup(index).and_then(|image| image.created);
        let chosen = tags.iter().map(|(index, _)| index).max_by_key(|index| created(*index));
        Ok(Selection { chosen, ..Selection::default() })
    }
}

export_policy!(Newest);
"#;

const CASES: &str = "
context:
  images:
    a: { created: 2026-06-01T09:00:00Z }
    b: { created: 2026-06-03T09:00:00Z }
    c: { created: 2026-06-02T09:00:00Z }
cases:
  - name: the newest image wins
    tags: [a, b, c, d]
    expect: { chosen: b }
";

/// The grants that a component calls for.
fn needs(author: &Author<'_>, home: &Home, component: &str) -> Result<serde_json::Value> {
    let shown = author.tagwarden(home.path(), &["plugin", "inspect", component, "-o", "json"])?;
    let shown: serde_json::Value = serde_json::from_str(&shown)?;
    ensure!(shown["settingsSchema"].is_object(), "a look needs no grant: {shown}");
    Ok(shown["needs"].clone())
}

#[test]
fn rust_looks_images_up_and_calls_for_the_grant_only_then() -> Result<()> {
    let rust = Language::named("rust")?;
    if !rust.is_there()? {
        return Ok(());
    }
    let home = Home::new()?;
    let author = Author::at(&home);
    let run = |args: &[&str]| author.tagwarden(home.path(), args);
    run(&["plugin", "new", "newest", "--lang", "rust", "--needs", "metadata"])?;
    run(&["plugin", "build", "newest"])?;
    ensure!(needs(&author, &home, "newest/newest.wasm")? == serde_json::json!([]));
    fs::write(home.path().join("newest/src/lib.rs"), NEWEST)?;
    fs::write(home.path().join("newest/cases.yaml"), CASES)?;
    run(&["plugin", "build", "newest"])?;
    run(&["plugin", "test", "newest"])?;
    ensure!(needs(&author, &home, "newest/newest.wasm")? == serde_json::json!(["metadata"]));
    Ok(())
}

#[test]
fn what_a_project_needs_it_is_built_for_and_given_in_its_tests_alone() -> Result<()> {
    let javascript = Language::named("javascript")?;
    if !javascript.is_there()? {
        return Ok(());
    }
    for grant in ["metadata", "wasi"] {
        let home = Home::new()?;
        let author = Author::at(&home);
        let run = |args: &[&str]| author.tagwarden(home.path(), args);
        let new = ["plugin", "new", "my-filter", "--lang", "javascript", "--kind", "filter"];
        run(&[&new[..], &["--needs", grant]].concat())?;
        run(&["plugin", "build", "my-filter"])?;
        run(&["plugin", "test", "my-filter"])?;
        let component = "my-filter/my-filter.wasm";
        ensure!(needs(&author, &home, component)? == serde_json::json!([grant]));
        let alone = home.run(["plugin", "test", component])?;
        let missing = format!("was not granted `{grant}`");
        ensure!(alone.code == 1 && alone.stderr.contains(&missing), "{alone:?}");
    }
    Ok(())
}
