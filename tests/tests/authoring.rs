//! From an empty folder to a decision, in each language; and the examples.
//!
//! The languages' tools are installed by `tests/install-tools.sh`. Where one is
//! missing, the test says so on standard error and ends.

use std::{
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result, ensure};
use tagwarden_tests::{
    program::Home,
    scene::{REPOSITORY, Scene},
};

/// What is looked for to tell whether a language can be built.
const TOOLS: [(&str, &str); 5] = [
    ("rust", "cargo"),
    ("go", "go"),
    ("javascript", "componentize-qjs"),
    ("python", "componentize-py"),
    ("c", "zig"),
];

fn top() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// Folders of tools: what is on the path, and what was installed for the tests.
fn path() -> Result<std::ffi::OsString> {
    let tools = top().join(".tools");
    let own = ["venv/bin", "node_modules/.bin"].map(|folder| tools.join(folder));
    let path = std::env::var_os("PATH").unwrap_or_default();
    Ok(std::env::join_paths(own.into_iter().chain(std::env::split_paths(&path)))?)
}

fn is_there(language: &str) -> Result<bool> {
    let tool = TOOLS.iter().find(|(id, _)| *id == language).context("a known language")?.1;
    let there = std::env::split_paths(&path()?).any(|folder| folder.join(tool).is_file());
    if !there {
        eprintln!("skipped: there is no {tool} to build {language} plugins with");
    }
    Ok(there)
}

/// Runs the program as an author would, with their tools, and prints what it said.
fn tagwarden(home: &Home, folder: &Path, args: &[&str]) -> Result<String> {
    let mut command: Command = home.command(args)?;
    let shared = top().join("target/authoring");
    let user = std::env::home_dir().context("there is a home folder")?;
    let inherited = |name: &str, default: &str| {
        std::env::var_os(name).unwrap_or_else(|| user.join(default).into())
    };
    command
        .current_dir(folder)
        .env("PATH", path()?)
        .env("CARGO_HOME", inherited("CARGO_HOME", ".cargo"))
        .env("RUSTUP_HOME", inherited("RUSTUP_HOME", ".rustup"))
        // The one that builds this project has the target that Rust plugins need.
        .envs(std::env::var_os("RUSTUP_TOOLCHAIN").map(|chain| ("RUSTUP_TOOLCHAIN", chain)))
        .env("CARGO_NET_OFFLINE", "true")
        .env("CARGO_TARGET_DIR", shared.join("cargo"))
        .env("GOCACHE", std::path::absolute(shared.join("go"))?)
        .env("GOFLAGS", "-mod=mod")
        .env("GOPROXY", "off")
        .env("ZIG_GLOBAL_CACHE_DIR", std::path::absolute(shared.join("zig"))?);
    let output = command.output()?;
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    println!("$ tagwarden {}\n{said}", args.join(" "));
    let errors = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "tagwarden {}:\n{said}\n{errors}", args.join(" "));
    Ok(said)
}

/// new, build, test, bench, and a run in which the plugin decides.
fn from_an_empty_folder(language: &str) -> Result<()> {
    if !is_there(language)? {
        return Ok(());
    }
    let scene = Scene::new()?;
    scene.registry.push(REPOSITORY, &["build-9", "build-10"]);
    let folder = scene.home.path();
    let run = |args: &[&str]| tagwarden(&scene.home, folder, args);
    run(&["plugin", "new", "my-policy", "--lang", language])?;
    run(&["plugin", "build", "my-policy"])?;
    let tested = run(&["plugin", "test", "my-policy"])?;
    ensure!(tested.contains("5 passed, 0 failed"), "{tested}");
    let measured = run(&["plugin", "bench", "my-policy", "--time", "100ms"])?;
    ensure!(measured.contains("100000"), "{measured}");
    scene.edit("flux-system/images.yaml", |text| {
        let at = text.find("    semver:").unwrap_or_default();
        let end = text[at..].find("---").map_or(text.len(), |end| at + end);
        let plugin = "    plugin: {name: my-policy, settings: {prefix: build-}}\n";
        format!("{}{plugin}{}", &text[..at], &text[end..])
    })?;
    let manifests = scene.manifests().display().to_string();
    let plugin = "my-policy=my-policy/my-policy.wasm";
    run(&["run", "--once", "-f", &manifests, "--plugin", plugin, "--record", "record.jsonl"])?;
    let deployed = scene.deployed("main")?;
    ensure!(deployed.ends_with(":build-10"), "{deployed}");
    let replayed = run(&["plugin", "replay", "record.jsonl", "--plugin", plugin])?;
    ensure!(replayed.contains("0 differing"), "{replayed}");
    Ok(())
}

#[test]
fn rust_goes_from_an_empty_folder_to_a_pushed_commit() -> Result<()> {
    from_an_empty_folder("rust")
}

#[test]
fn go_goes_from_an_empty_folder_to_a_pushed_commit() -> Result<()> {
    from_an_empty_folder("go")
}

#[test]
fn javascript_goes_from_an_empty_folder_to_a_pushed_commit() -> Result<()> {
    from_an_empty_folder("javascript")
}

#[test]
fn python_goes_from_an_empty_folder_to_a_pushed_commit() -> Result<()> {
    from_an_empty_folder("python")
}

#[test]
fn c_goes_from_an_empty_folder_to_a_pushed_commit() -> Result<()> {
    from_an_empty_folder("c")
}

#[test]
fn the_examples_answer_their_cases() -> Result<()> {
    let examples = [
        ("calver-window", "rust"),
        ("conventional-commit", "rust"),
        ("minimum-age", "go"),
        ("channels", "javascript"),
        ("platform", "javascript"),
        ("approved", "python"),
        ("natural-order", "c"),
    ];
    let home = Home::new()?;
    for (example, language) in examples {
        if !is_there(language)? {
            continue;
        }
        let folder = top().join("examples/plugins").join(example);
        tagwarden(&home, &folder, &["plugin", "build"])?;
        tagwarden(&home, &folder, &["plugin", "test"])?;
    }
    Ok(())
}
