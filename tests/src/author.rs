//! An author at work: the program among the tools of a language.
//!
//! The tools are installed by `tests/install-tools.sh`.

use std::{
    ffi::OsString,
    fs,
    path::{Path, PathBuf},
    process::Command,
    sync::Mutex,
};

use anyhow::{Context, Result, ensure};

use crate::{program::Home, skipped::skipped};

/// A language that plugins are written in.
#[derive(Debug)]
pub struct Language {
    /// What it is called.
    pub name: &'static str,
    /// What `plugin new --lang` calls it.
    pub id: &'static str,
    /// The programs that build and test a plugin.
    tools: &'static [&'static str],
    /// What runs a project's own tests, without Wasm, as its README says.
    test: &'static str,
}

/// All of them.
pub const LANGUAGES: [Language; 5] = [
    Language { name: "Rust", id: "rust", tools: &["cargo"], test: "cargo test --quiet" },
    Language { name: "Go", id: "go", tools: &["go"], test: "go test ./..." },
    Language {
        name: "JavaScript",
        id: "javascript",
        tools: &["node", "componentize-qjs"],
        test: "node --test",
    },
    Language {
        name: "Python",
        id: "python",
        tools: &["python3", "componentize-py"],
        test: "python3 -m unittest --quiet",
    },
    Language {
        name: "C",
        id: "c",
        tools: &["cc", "zig"],
        test: "cc -I bindings tests/*.c -o tests/run && tests/run",
    },
];

impl Language {
    /// The language of that name.
    pub fn named(id: &str) -> Result<&'static Self> {
        let language = LANGUAGES.iter().find(|language| language.id == id);
        language.with_context(|| format!("there is no language {id}"))
    }

    /// Whether its tools are on this machine; where they are not, it says so.
    pub fn is_there(&self) -> Result<bool> {
        let folders: Vec<_> = std::env::split_paths(&path()?).collect();
        let there = |tool: &str| folders.iter().any(|folder| folder.join(tool).is_file());
        let Some(missing) = self.tools.iter().find(|tool| !there(tool)) else {
            return Ok(true);
        };
        skipped(&format!("plugins in {}: there is no {missing} here", self.id))?;
        Ok(false)
    }
}

/// The top of this repository.
#[must_use]
pub fn top() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// Folders of tools: what was installed for the tests, and what is on the path.
fn path() -> Result<OsString> {
    let tools = top().join(".tools");
    let own = ["venv/bin", "node_modules/.bin"].map(|folder| tools.join(folder));
    let path = std::env::var_os("PATH").unwrap_or_default();
    Ok(std::env::join_paths(own.into_iter().chain(std::env::split_paths(&path)))?)
}

/// Somebody who writes plugins, in a home of their own.
#[derive(Debug)]
pub struct Author<'h> {
    home: &'h Home,
    transcript: Mutex<String>,
}

impl<'h> Author<'h> {
    /// An author at home.
    #[must_use]
    pub fn at(home: &'h Home) -> Self {
        Self { home, transcript: Mutex::default() }
    }

    /// Runs the program in a folder and returns what it printed; it must go well.
    pub fn tagwarden(&self, folder: &Path, args: &[&str]) -> Result<String> {
        let command = self.home.command(args)?;
        self.run(folder, command, &format!("tagwarden {}", args.join(" ")))
    }

    /// Runs a project's own tests; they must go well.
    pub fn tests(&self, language: &Language, project: &Path) -> Result<String> {
        let mut command = Command::new("sh");
        command.args(["-c", language.test]).env_clear().env("HOME", self.home.path());
        self.run(project, command, language.test)
    }

    fn run(&self, folder: &Path, mut command: Command, shown: &str) -> Result<String> {
        let shared = std::path::absolute(top().join("target/authoring"))?;
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
            .env("CARGO_PROFILE_DEV_DEBUG", "0")
            .env("GOCACHE", shared.join("go"))
            .env("GOFLAGS", "-mod=mod")
            .env("GOPROXY", "off")
            .env("PYTHONDONTWRITEBYTECODE", "1")
            .env("ZIG_GLOBAL_CACHE_DIR", shared.join("zig"));
        let output = command.output().with_context(|| format!("cannot run {shown}"))?;
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        let errors = String::from_utf8_lossy(&output.stderr);
        ensure!(output.status.success(), "{shown}:\n{said}\n{errors}");
        let mut transcript = self.transcript.lock().expect("nobody panics while writing");
        *transcript += &format!("$ {shown}\n{said}\n");
        Ok(said)
    }

    /// Writes down what was run and said, for `.ci` and whoever wants to see it.
    pub fn keep_transcript(&self, name: &str) -> Result<()> {
        let folder = top().join("target/transcripts");
        fs::create_dir_all(&folder)?;
        let transcript = self.transcript.lock().expect("nobody panics while writing");
        Ok(fs::write(folder.join(format!("{name}.txt")), transcript.as_str())?)
    }
}
