//! The plugins of `examples/plugins`: each with a README, tests of its own and cases,
//! which its component answers.

use std::fs;

use anyhow::{Context, Result, ensure};
use tagwarden_tests::{
    author::{Author, LANGUAGES, Language, top},
    program::Home,
};

/// The examples in a language, found by what their manifests say.
fn examples(language: &Language) -> Result<Vec<std::path::PathBuf>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(top().join("examples/plugins"))? {
        let folder = entry?.path();
        let manifest = folder.join("plugin.yaml");
        let text = fs::read_to_string(&manifest).with_context(|| manifest.display().to_string())?;
        if text.lines().any(|line| line == format!("language: {}", language.id)) {
            found.push(folder);
        }
    }
    Ok(found)
}

fn answer_their_cases(language: &str) -> Result<()> {
    let language = Language::named(language)?;
    if !language.is_there()? {
        return Ok(());
    }
    let home = Home::new()?;
    let author = Author::at(&home);
    let examples = examples(language)?;
    ensure!(!examples.is_empty(), "there is no example in {}", language.id);
    for folder in examples {
        author.tagwarden(&folder, &["plugin", "build"])?;
        author.tests(language, &folder)?;
        author.tagwarden(&folder, &["plugin", "test"])?;
    }
    Ok(())
}

#[test]
fn those_in_rust_pass_their_tests_and_answer_their_cases() -> Result<()> {
    answer_their_cases("rust")
}

#[test]
fn those_in_go_pass_their_tests_and_answer_their_cases() -> Result<()> {
    answer_their_cases("go")
}

#[test]
fn those_in_javascript_pass_their_tests_and_answer_their_cases() -> Result<()> {
    answer_their_cases("javascript")
}

#[test]
fn those_in_python_pass_their_tests_and_answer_their_cases() -> Result<()> {
    answer_their_cases("python")
}

#[test]
fn those_in_c_pass_their_tests_and_answer_their_cases() -> Result<()> {
    answer_their_cases("c")
}

#[test]
fn every_one_is_of_a_language_that_is_tried_and_says_what_it_is_for() -> Result<()> {
    let mut tried = Vec::new();
    for language in &LANGUAGES {
        tried.extend(examples(language)?);
    }
    for entry in fs::read_dir(top().join("examples/plugins"))? {
        let folder = entry?.path();
        ensure!(tried.contains(&folder), "{} is not tried", folder.display());
        let readme = fs::read_to_string(folder.join("README.md"))?;
        ensure!(readme.contains("tagwarden plugin test"), "{} does not say how", folder.display());
    }
    Ok(())
}
