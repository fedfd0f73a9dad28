//! Bare repositories, made and read with the `git` binary.

use std::{
    ffi::OsStr,
    io::Write,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use anyhow::{Context, Result, ensure};

/// A bare repository on disk, as a forge would hold it.
#[derive(Clone, Debug)]
pub struct Bare {
    path: PathBuf,
}

/// A file to commit.
#[derive(Clone, Copy, Debug)]
pub struct Entry<'a> {
    /// The mode, e.g. `100644`, `100755`, `120000` (a symlink).
    pub mode: &'a str,
    /// The path from the root.
    pub path: &'a str,
    /// The content; of a symlink, where it points.
    pub content: &'a [u8],
}

impl<'a> Entry<'a> {
    /// An ordinary file.
    #[must_use]
    pub fn file(path: &'a str, content: &'a str) -> Self {
        Self { mode: "100644", path, content: content.as_bytes() }
    }
}

impl Bare {
    /// An empty repository whose default branch is `main`.
    pub fn empty(path: impl Into<PathBuf>) -> Result<Self> {
        let bare = Self { path: path.into() };
        let folder = bare.path.to_str().context("a path in UTF-8")?;
        run(git().args(["init", "-q", "--bare", "-b", "main", folder]), b"")?;
        // As forges are set up.
        bare.git(["config", "receive.advertisePushOptions", "true"])?;
        Ok(bare)
    }

    /// A repository that is there already.
    #[must_use]
    pub fn at(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into() }
    }

    /// A repository with these files in one commit on `main`.
    pub fn with_files(path: impl Into<PathBuf>, files: &[(&str, &str)]) -> Result<Self> {
        let bare = Self::empty(path)?;
        let entries: Vec<_> = files.iter().map(|(p, c)| Entry::file(p, c)).collect();
        bare.commit("main", &entries, "initial")?;
        Ok(bare)
    }

    /// A repository with everything in `folder` in one commit on `main`.
    pub fn from_folder(path: impl Into<PathBuf>, folder: &Path) -> Result<Self> {
        let bare = Self::empty(path)?;
        let scratch = tempfile::tempdir()?;
        let mut add = git();
        add.arg("--git-dir")
            .arg(&bare.path)
            .arg("--work-tree")
            .arg(folder)
            .env("GIT_INDEX_FILE", scratch.path().join("index"))
            .current_dir(folder);
        run(add.args(["add", "-A", "-f", "."]), b"")?;
        bare.commit_index(scratch.path(), "main", "initial")?;
        Ok(bare)
    }

    /// Takes in what `git fast-import` reads.
    pub fn import(&self, stream: &[u8]) -> Result<()> {
        run(self.command().args(["fast-import", "--quiet"]), stream).map(drop)
    }

    /// Commits on top of a branch, as somebody else would; gives the commit.
    pub fn commit(&self, branch: &str, entries: &[Entry<'_>], message: &str) -> Result<String> {
        let scratch = tempfile::tempdir()?;
        let index = |args: &[&str]| self.indexed(scratch.path(), args);
        if self.head(branch).is_ok() {
            index(&["read-tree", &format!("refs/heads/{branch}")])?;
        }
        for entry in entries {
            let id = run(self.command().args(["hash-object", "-w", "--stdin"]), entry.content)?;
            let info = format!("{},{},{}", entry.mode, id.trim(), entry.path);
            index(&["update-index", "--add", "--cacheinfo", &info])?;
        }
        self.commit_index(scratch.path(), branch, message)
    }

    fn commit_index(&self, scratch: &Path, branch: &str, message: &str) -> Result<String> {
        let tree = self.indexed(scratch, &["write-tree"])?;
        self.commit_tree(branch, tree.trim(), message)
    }

    /// Commits a tree by its id on top of a branch; gives the commit.
    pub fn commit_tree(&self, branch: &str, tree: &str, message: &str) -> Result<String> {
        let mut commit = self.command();
        commit.args(["commit-tree", tree]);
        if let Ok(parent) = self.head(branch) {
            commit.args(["-p", &parent]);
        }
        let id = run(&mut commit, message.as_bytes())?.trim().to_owned();
        self.git(["update-ref", &format!("refs/heads/{branch}"), &id])?;
        Ok(id)
    }

    fn indexed(&self, scratch: &Path, args: &[&str]) -> Result<String> {
        let mut command = self.command();
        command.env("GIT_INDEX_FILE", scratch.join("index"));
        run(command.args(args), b"")
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The commit a branch is at.
    pub fn head(&self, branch: &str) -> Result<String> {
        let id = self.git(["rev-parse", "--verify", "-q", &format!("refs/heads/{branch}")])?;
        Ok(id.trim().to_owned())
    }

    /// The messages of a branch, the newest first.
    pub fn log(&self, branch: &str) -> Result<Vec<String>> {
        let text = self.git(["log", "-z", "--format=%B", &format!("refs/heads/{branch}")])?;
        Ok(text.split('\0').map(|m| m.trim_end().to_owned()).filter(|m| !m.is_empty()).collect())
    }

    /// A commit as it is stored, headers and message, byte by byte.
    pub fn raw(&self, commit: &str) -> Result<String> {
        self.git(["cat-file", "commit", commit])
    }

    /// A file on a branch.
    pub fn file(&self, branch: &str, path: &str) -> Result<String> {
        self.git(["cat-file", "blob", &format!("refs/heads/{branch}:{path}")])
    }

    /// The mode of an entry on a branch, e.g. `100755`.
    pub fn mode(&self, branch: &str, path: &str) -> Result<String> {
        let line = self.git(["ls-tree", &format!("refs/heads/{branch}"), path])?;
        Ok(line.split(' ').next().unwrap_or_default().to_owned())
    }

    /// The lines two commits differ in, without context.
    pub fn diff(&self, from: &str, to: &str) -> Result<String> {
        self.git(["diff", "-U0", "--no-color", from, to])
    }

    /// Installs a hook, a shell script.
    pub fn hook(&self, name: &str, script: &str) -> Result<()> {
        use std::os::unix::fs::PermissionsExt;
        let path = self.path.join("hooks").join(name);
        std::fs::create_dir_all(self.path.join("hooks"))?;
        std::fs::write(&path, format!("#!/bin/sh\n{script}\n"))?;
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755))?;
        Ok(())
    }

    /// Runs `git` in the repository and gives its standard output.
    pub fn git<S: AsRef<OsStr>>(&self, args: impl IntoIterator<Item = S>) -> Result<String> {
        run(self.command().args(args), b"")
    }

    fn command(&self) -> Command {
        let mut command = git();
        command.arg("--git-dir").arg(&self.path);
        command
    }
}

/// `git` that reads no configuration of this machine.
#[must_use]
pub fn git() -> Command {
    let mut command = Command::new("git");
    command
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_TERMINAL_PROMPT", "0");
    for role in ["AUTHOR", "COMMITTER"] {
        command
            .env(format!("GIT_{role}_NAME"), "Somebody")
            .env(format!("GIT_{role}_EMAIL"), "somebody@example.com")
            .env(format!("GIT_{role}_DATE"), "1700000000 +0000");
    }
    command
}

fn run(command: &mut Command, input: &[u8]) -> Result<String> {
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .context("these tests need the program `git`")?;
    child.stdin.take().context("a pipe")?.write_all(input)?;
    let output = child.wait_with_output()?;
    let (said, complaint) = (&output.stdout, &output.stderr);
    ensure!(
        output.status.success(),
        "{command:?}: {}{}",
        String::from_utf8_lossy(complaint),
        String::from_utf8_lossy(said)
    );
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}
