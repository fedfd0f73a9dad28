//! The program under test, built once a test process.

use std::{
    ffi::OsStr,
    io::Write,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
    sync::OnceLock,
};

use anyhow::{Context, Result, ensure};

/// `tagwarden`, as built from this tree in the profile of the tests.
pub fn binary() -> Result<&'static Path> {
    static BUILT: OnceLock<Result<PathBuf, String>> = OnceLock::new();
    let built = BUILT.get_or_init(|| build().map_err(|error| format!("{error:#}")));
    built.as_deref().map_err(|error| anyhow::anyhow!("{error}"))
}

/// Asks Cargo for the program: an integration test of another package is not
/// given one, and a stale one would test nothing. Whoever has just built it
/// says where it is with `TAGWARDEN_BINARY`.
fn build() -> Result<PathBuf> {
    if let Some(built) = std::env::var_os("TAGWARDEN_BINARY") {
        return Ok(PathBuf::from(built));
    }
    let test = std::env::current_exe()?;
    let folder = test.ancestors().nth(2).context("the test runs outside a target folder")?;
    let mut cargo = Command::new(env!("CARGO"));
    // With its tests, so that its libraries have the features that tests ask for:
    // else all of them would be built twice.
    cargo.args(["build", "--quiet", "--locked"]);
    cargo.args(["-p", "tagwarden", "--bin", "tagwarden", "--tests"]);
    cargo.arg("--manifest-path").arg(concat!(env!("CARGO_MANIFEST_DIR"), "/../Cargo.toml"));
    cargo.arg("--target-dir").arg(folder.parent().context("no target folder")?);
    if folder.ends_with("release") {
        cargo.arg("--release");
    }
    let output = cargo.output().context("cannot run cargo")?;
    ensure!(output.status.success(), "cargo build: {}", String::from_utf8_lossy(&output.stderr));
    Ok(folder.join("tagwarden"))
}

/// What a run of the program came to.
#[derive(Debug)]
pub struct Ran {
    /// Its exit code.
    pub code: i32,
    /// Its standard output.
    pub stdout: String,
    /// Its standard error.
    pub stderr: String,
}

impl Ran {
    fn from(output: &Output) -> Result<Self> {
        Ok(Self {
            code: output.status.code().context("ended by a signal")?,
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        })
    }

    /// Everything it said, for a look at what must never be said.
    #[must_use]
    pub fn said(&self) -> String {
        format!("{}{}", self.stdout, self.stderr)
    }

    /// Its standard output as JSON.
    pub fn json(&self) -> Result<serde_json::Value> {
        serde_json::from_str(&self.stdout).with_context(|| format!("not JSON: {self:?}"))
    }
}

/// A home of its own for the program: no configuration of this machine is seen.
#[derive(Debug)]
pub struct Home {
    folder: tempfile::TempDir,
}

impl Home {
    /// An empty home.
    pub fn new() -> Result<Self> {
        Ok(Self { folder: tempfile::tempdir()? })
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// The program with arguments, in this home.
    pub fn command<S: AsRef<OsStr>>(&self, args: impl IntoIterator<Item = S>) -> Result<Command> {
        let mut command = Command::new(binary()?);
        command
            .args(args)
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("HOME", self.path())
            .env("TAGWARDEN_STATE", self.path().join("state"))
            .env("NO_COLOR", "1")
            .current_dir(self.path());
        Ok(command)
    }

    /// Runs the program to its end.
    pub fn run<S: AsRef<OsStr>>(&self, args: impl IntoIterator<Item = S>) -> Result<Ran> {
        Ran::from(&self.command(args)?.stdin(Stdio::null()).output()?)
    }

    /// Runs the program with `input` on its standard input.
    pub fn run_with<S: AsRef<OsStr>>(
        &self,
        args: impl IntoIterator<Item = S>,
        input: &[u8],
    ) -> Result<Ran> {
        let mut command = self.command(args)?;
        let mut child =
            command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()?;
        let mut stdin = child.stdin.take().context("no standard input")?;
        let input = input.to_vec();
        // A program that stops reading early is no failure of the test.
        let writer = std::thread::spawn(move || {
            let _closed_early = stdin.write_all(&input);
        });
        let output = child.wait_with_output()?;
        writer.join().map_err(|_| anyhow::anyhow!("the writer panicked"))?;
        Ran::from(&output)
    }
}
