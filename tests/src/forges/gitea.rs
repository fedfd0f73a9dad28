//! A real Gitea on loopback, where its program is there.

use std::{
    fs,
    net::TcpListener,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail, ensure};
use serde_json::{Value, json};

use super::{Entry, Forge, State};
use crate::bare::{Bare, git};

const USER: &str = "bot";
/// Somebody who may review.
const PERSON: &str = "alice";
const PATIENCE: Duration = Duration::from_secs(60);

/// A server with one user and one repository; it ends when dropped.
#[derive(Debug)]
pub struct Gitea {
    child: Child,
    base_url: String,
    token: String,
    remote: Bare,
    runtime: tokio::runtime::Runtime,
    _folder: tempfile::TempDir,
}

/// `gitea` on the path, with a folder `gitea-root` of its static files beside it.
fn program() -> Option<(PathBuf, PathBuf)> {
    let path = std::env::var_os("PATH")?;
    let mut folders = std::env::split_paths(&path);
    let folder = folders.find(|folder| folder.join("gitea").is_file())?;
    let root = folder.join("gitea-root");
    root.is_dir().then(|| (folder.join("gitea"), root))
}

impl Gitea {
    /// Starts one with the branch `main` of `seed`; none where there is no program.
    ///
    /// # Errors
    /// When the program is there and does not work.
    pub fn start(seed: &Bare) -> Result<Option<Self>> {
        let Some((program, root)) = program() else {
            return Ok(None);
        };
        let folder = tempfile::tempdir()?;
        let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        fs::write(folder.path().join("app.ini"), settings(folder.path(), &root, port))?;
        let gitea = |args: &[&str]| {
            let mut command = Command::new(&program);
            command
                .arg("--config")
                .arg(folder.path().join("app.ini"))
                .arg("--work-path")
                .arg(folder.path())
                .args(args)
                .env("HOME", folder.path())
                .stdin(Stdio::null());
            command
        };
        run(&mut gitea(&["migrate"]))?;
        for name in [USER, PERSON] {
            let address = format!("{name}@example.com");
            let create = ["admin", "user", "create", "--must-change-password=false"];
            let user = ["--username", name, "--password", "b0t-password", "--email", &address];
            run(&mut gitea(&[&create[..], &user].concat()))?;
        }
        let token = ["--username", USER, "--raw", "--scopes", "all", "--token-name", "test"];
        let mut generate = vec!["admin", "user", "generate-access-token"];
        generate.extend(token);
        let token =
            run(&mut gitea(&generate))?.trim().lines().last().unwrap_or_default().to_owned();
        let log = fs::File::create(folder.path().join("web.log"))?;
        let child = gitea(&["web"]).stdout(log.try_clone()?).stderr(log).spawn()?;
        let server = Self {
            child,
            base_url: format!("http://127.0.0.1:{port}"),
            token,
            remote: Bare::at(folder.path().join("repositories").join(USER).join("gitops.git")),
            runtime: tokio::runtime::Builder::new_current_thread().enable_all().build()?,
            _folder: folder,
        };
        server.fill(seed)?;
        Ok(Some(server))
    }

    fn fill(&self, seed: &Bare) -> Result<()> {
        let end = Instant::now() + PATIENCE;
        while self.ask("GET", "/version", None).is_err() {
            ensure!(Instant::now() < end, "gitea does not start");
            thread::sleep(Duration::from_millis(100));
        }
        let repository = json!({"name": "gitops", "default_branch": "main"});
        self.ask("POST", "/user/repos", Some(&repository))?;
        let collaborator = format!("/repos/{USER}/gitops/collaborators/{PERSON}");
        self.ask("PUT", &collaborator, Some(&json!({"permission": "write"})))?;
        let url = self.git_url().replace("://", &format!("://{USER}:{}@", self.token));
        let mut push = git();
        push.arg("--git-dir").arg(seed.path()).args(["push", "-q", &url, "main"]);
        run(&mut push).map(drop)
    }

    /// The Git remote's address.
    #[must_use]
    pub fn git_url(&self) -> String {
        format!("{}/{USER}/gitops.git", self.base_url)
    }

    /// The user that the token belongs to.
    #[must_use]
    pub fn user(&self) -> &str {
        USER
    }

    /// The repository as it lies on disk.
    #[must_use]
    pub fn remote(&self) -> &Bare {
        &self.remote
    }

    fn ask(&self, method: &str, path: &str, body: Option<&Value>) -> Result<Value> {
        self.runtime.block_on(async {
            let url = format!("{}/api/v1{path}", self.base_url);
            let mut request = reqwest::Client::builder()
                .no_proxy()
                .build()?
                .request(method.parse()?, url)
                .header("authorization", format!("token {}", self.token));
            if let Some(body) = body {
                request = request.json(body);
            }
            let answer = request.send().await?;
            let status = answer.status();
            let text = answer.text().await?;
            ensure!(status.is_success(), "{method} {path}: {status} {text}");
            Ok(serde_json::from_str(&text).unwrap_or(Value::Null))
        })
    }

    /// Lets nothing be merged into `main` before the check `ci` succeeds.
    ///
    /// # Errors
    /// When the server refuses.
    pub fn protect(&self) -> Result<()> {
        let rule = json!({
            "rule_name": "main",
            "enable_push": true,
            "enable_status_check": true,
            "status_check_contexts": ["ci"],
        });
        let path = format!("/repos/{USER}/gitops/branch_protections");
        self.ask("POST", &path, Some(&rule)).map(drop)
    }

    /// Lets the check `ci` of a commit succeed.
    ///
    /// # Errors
    /// When the server refuses.
    pub fn succeed(&self, commit: &str) -> Result<()> {
        let path = format!("/repos/{USER}/gitops/statuses/{commit}");
        self.ask("POST", &path, Some(&json!({"context": "ci", "state": "success"}))).map(drop)
    }

    /// Waits until a request is merged.
    ///
    /// # Errors
    /// When it is not in time.
    pub fn merged(&self, number: u64) -> Result<()> {
        let end = Instant::now() + PATIENCE;
        while self.ask("GET", &self.pull(number), None)?["merged"] != true {
            ensure!(Instant::now() < end, "{number} is not merged");
            thread::sleep(Duration::from_millis(100));
        }
        Ok(())
    }

    /// Writes a comment, as a person would.
    ///
    /// # Errors
    /// When the server refuses.
    pub fn comment(&self, number: u64, text: &str) -> Result<()> {
        let path = format!("/repos/{USER}/gitops/issues/{number}/comments");
        self.ask("POST", &path, Some(&json!({"body": text}))).map(drop)
    }

    /// The comments of a request.
    ///
    /// # Errors
    /// When the server refuses.
    pub fn comments(&self, number: u64) -> Result<Vec<String>> {
        let path = format!("/repos/{USER}/gitops/issues/{number}/comments");
        let comments = self.ask("GET", &path, None)?;
        let text = |comment: &Value| comment["body"].as_str().unwrap_or_default().to_owned();
        Ok(comments.as_array().into_iter().flatten().map(text).collect())
    }

    /// Changes a request, as a person would.
    ///
    /// # Errors
    /// When the server refuses.
    pub fn edit(&self, number: u64, change: &Value) -> Result<()> {
        self.ask("PATCH", &self.pull(number), Some(change)).map(drop)
    }

    fn pull(&self, number: u64) -> String {
        format!("/repos/{USER}/gitops/pulls/{number}")
    }
}

impl Forge for Gitea {
    fn provider(&self) -> &str {
        "gitea"
    }

    fn base_url(&self) -> String {
        self.base_url.clone()
    }

    fn repository(&self) -> String {
        format!("{USER}/gitops")
    }

    fn token(&self) -> String {
        self.token.clone()
    }

    fn requests(&self) -> Vec<Entry> {
        let path = format!("/repos/{USER}/gitops/pulls?state=all&sort=oldest&limit=50");
        let pulls = self.ask("GET", &path, None).expect("a list");
        pulls.as_array().into_iter().flatten().map(entry).collect()
    }

    fn merge(&self, number: u64) {
        let path = format!("{}/merge", self.pull(number));
        let end = Instant::now() + PATIENCE;
        loop {
            match self.ask("POST", &path, Some(&json!({"Do": "merge"}))) {
                Ok(_) => return,
                // It first finds out whether it could.
                Err(error) if Instant::now() > end => panic!("{error:#}"),
                Err(_) => thread::sleep(Duration::from_millis(200)),
            }
        }
    }

    fn close(&self, number: u64) {
        let closed = json!({"state": "closed"});
        self.ask("PATCH", &self.pull(number), Some(&closed)).expect("a request to close");
    }
}

fn entry(pull: &Value) -> Entry {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let names = |list: &Value, key: &str| {
        list.as_array().into_iter().flatten().map(|item| text(&item[key])).collect()
    };
    Entry {
        number: pull["number"].as_u64().unwrap_or_default(),
        title: text(&pull["title"]),
        body: text(&pull["body"]),
        head: text(&pull["head"]["label"]),
        base: text(&pull["base"]["label"]),
        state: match (pull["merged"] == true, pull["state"] == "open") {
            (true, _) => State::Merged,
            (false, true) => State::Open,
            (false, false) => State::Closed,
        },
        draft: pull["draft"] == true,
        labels: names(&pull["labels"], "name"),
        reviewers: names(&pull["requested_reviewers"], "login"),
        assignees: names(&pull["assignees"], "login"),
        auto_merge: None,
        closed_by: None,
        version: 0,
        protected: false,
    }
}

impl Drop for Gitea {
    fn drop(&mut self) {
        // Nothing of it is to outlive the test.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn settings(folder: &Path, root: &Path, port: u16) -> String {
    let (folder, root) = (folder.display(), root.display());
    format!(
        "I_AM_BEING_UNSAFE_RUNNING_AS_ROOT = true\nRUN_MODE = prod\n\
         [server]\nHTTP_ADDR = 127.0.0.1\nHTTP_PORT = {port}\nDISABLE_SSH = true\n\
         ROOT_URL = http://127.0.0.1:{port}/\nSTATIC_ROOT_PATH = {root}\nOFFLINE_MODE = true\n\
         LFS_START_SERVER = false\n\
         [database]\nDB_TYPE = sqlite3\nPATH = {folder}/gitea.db\n\
         [repository]\nROOT = {folder}/repositories\n\
         [security]\nINSTALL_LOCK = true\nSECRET_KEY = test\n\
         INTERNAL_TOKEN = eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJuYmYiOjE3MDAwMDAwMDB9.0123456789012345678901234567890123456789012\n\
         PASSWORD_HASH_ALGO = pbkdf2$1000$50\n\
         [log]\nLEVEL = Warn\nMODE = console\n\
         [cron]\nENABLED = false\n[mailer]\nENABLED = false\n[packages]\nENABLED = false\n\
         [actions]\nENABLED = false\n[indexer]\nISSUE_INDEXER_TYPE = db\n"
    )
}

fn run(command: &mut Command) -> Result<String> {
    let output = command.output().with_context(|| format!("{command:?}"))?;
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    if !output.status.success() {
        bail!("{command:?}: {said}{}", String::from_utf8_lossy(&output.stderr));
    }
    Ok(said)
}
