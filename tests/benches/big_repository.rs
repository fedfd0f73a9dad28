//! What a repository of 10,000 manifests with 1,000 markers and 5,000 commits
//! costs the program, beside a shallow clone and a walk over the files, which is
//! what there is without a mirror. The program is the real one; both ask the same
//! `git http-backend`, in turn.
//! `cargo bench -p tagwarden-tests --bench big_repository`

use std::{
    fmt::Write,
    fs,
    path::Path,
    time::{Duration, Instant},
};

use anyhow::{Result, ensure};
use tagwarden_tests::{
    bare::{Bare, git},
    git_http::{Access, GitHttp},
    program::{self, Home},
    registry::TestRegistry,
};

const FILES: usize = 10_000;
const MARKERS: usize = 1_000;
const COMMITS: usize = 5_000;
/// Each has as many markers as the next.
const IMAGES: usize = 100;
const ROUNDS: usize = 3;

/// The remote, and the registry with the images.
struct Bench {
    remote: Bare,
    server: GitHttp,
    registry: TestRegistry,
    manifests: String,
}

/// How long something took, and what it asked of the server.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Cost {
    took: Duration,
    requests: usize,
}

fn main() -> Result<()> {
    program::binary()?;
    let folder = tempfile::tempdir()?;
    let bench = Bench::new(folder.path())?;
    let mut costs: [Vec<Cost>; 4] = Default::default();
    for round in 1..=ROUNDS {
        let home = Home::new()?;
        fs::write(home.path().join("manifests.yaml"), &bench.manifests)?;
        bench.release(0..IMAGES, &format!("1.{round}.0"));
        costs[0].push(bench.run(&home, MARKERS)?);
        bench.release(round..=round, &format!("1.{round}.1"));
        costs[1].push(bench.run(&home, MARKERS / IMAGES)?);
        costs[2].push(bench.run(&home, 0)?);
        costs[3].push(bench.clone_and_walk(&folder.path().join("clone"))?);
    }
    ensure!(costs[2].iter().all(|cost| cost.requests == 1), "more than one ls-remote");
    table(&mut costs);
    Ok(())
}

fn table(costs: &mut [Vec<Cost>; 4]) {
    costs.iter_mut().for_each(|costs| costs.sort());
    let clone = costs[3][ROUNDS / 2].took.as_secs_f64();
    println!("| What | ms | least and most | requests | clone and walk takes |");
    println!("| --- | ---: | ---: | ---: | ---: |");
    let names = [
        "first run, all 1,000 markers changed",
        "one image changed, in ten files",
        "nothing changed",
        "`git clone --depth 1`, checkout, walk",
    ];
    for (name, costs) in names.iter().zip(costs) {
        let ms = |cost: &Cost| cost.took.as_secs_f64() * 1e3;
        let median = costs[ROUNDS / 2];
        println!(
            "| {name} | {:.0} | {:.0}–{:.0} | {} | {:.1} times as long |",
            ms(&median),
            ms(&costs[0]),
            ms(&costs[ROUNDS - 1]),
            median.requests,
            clone / median.took.as_secs_f64(),
        );
    }
}

impl Bench {
    fn new(folder: &Path) -> Result<Self> {
        let registry = TestRegistry::start();
        let remote = Bare::empty(folder.join("big.git"))?;
        remote.import(history(&registry).as_bytes())?;
        // As a forge keeps it.
        remote.git(["repack", "-a", "-d", "-q", "--write-bitmap-index"])?;
        let server = GitHttp::start(folder, Access::default())?;
        let manifests = manifests(&server.url("big.git"), &registry);
        Ok(Self { remote, server, registry, manifests })
    }

    /// Puts a new version of images into the registry.
    fn release(&self, images: impl IntoIterator<Item = usize>, version: &str) {
        for number in images {
            self.registry.push(&repository(number), &[version]);
        }
    }

    /// A run that must change so many files.
    fn run(&self, home: &Home, changed: usize) -> Result<Cost> {
        let before = self.remote.head("main")?;
        let mut ran = None;
        let cost = self.measure(|| {
            ran = Some(home.run(["run", "--once", "-f", "manifests.yaml"])?);
            Ok(())
        })?;
        ensure!(ran.as_ref().is_some_and(|ran| ran.code == 0), "{ran:?}");
        let files = self.remote.git(["diff", "--name-only", &before, "main"])?.lines().count();
        ensure!(files == changed, "{files} files changed, not {changed}: {ran:?}");
        Ok(cost)
    }

    fn clone_and_walk(&self, folder: &Path) -> Result<Cost> {
        let url = self.server.url("big.git");
        let cost = self.measure(|| {
            let clone = git().args(["clone", "-q", "--depth", "1", &url]).arg(folder).status()?;
            ensure!(clone.success(), "git clone failed");
            let files = read_all(folder)?;
            ensure!(files == FILES, "{files} files, not {FILES}");
            Ok(())
        })?;
        fs::remove_dir_all(folder)?;
        Ok(cost)
    }

    fn measure(&self, what: impl FnOnce() -> Result<()>) -> Result<Cost> {
        let before = self.server.requests().len();
        let started = Instant::now();
        what()?;
        let took = started.elapsed();
        Ok(Cost { took, requests: self.server.requests().len() - before })
    }
}

/// Reads every file that was checked out, as a search for markers must.
fn read_all(folder: &Path) -> Result<usize> {
    let mut files = 0;
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        files += match entry.file_type()?.is_dir() {
            true if entry.file_name() == ".git" => 0,
            true => read_all(&entry.path())?,
            false => fs::read(entry.path()).map(|_read| 1)?,
        };
    }
    Ok(files)
}

fn repository(number: usize) -> String {
    format!("team/app-{number:03}")
}

/// All commits, as `git fast-import` reads them: the first has all the files, each
/// of the others changes one.
fn history(registry: &TestRegistry) -> String {
    let mut stream = String::new();
    for commit in 0..COMMITS {
        let message = format!("Commit {commit}\n");
        let time = 1_700_000_000 + 600 * commit;
        let who = "committer Somebody <somebody@example.com>";
        push(&mut stream, &format!("commit refs/heads/main\n{who} {time} +0000"), &message);
        let changed = match commit {
            0 => 0..FILES,
            _ => commit * 7 % FILES..commit * 7 % FILES + 1,
        };
        for file in changed {
            let (team, app, part) = (file / 1000, file / 10, file % 10);
            let path = format!("clusters/prod/team-{team}/app-{app:04}/part-{part}.yaml");
            push(
                &mut stream,
                &format!("M 100644 inline {path}"),
                &manifest(registry, file, commit),
            );
        }
    }
    stream
}

fn push(stream: &mut String, command: &str, data: &str) {
    // Writing to a string cannot fail.
    let _infallible = write!(stream, "{command}\ndata {}\n{data}\n", data.len());
}

/// One in ten has a marker.
fn manifest(registry: &TestRegistry, file: usize, commit: usize) -> String {
    let (app, part) = (file / 10, file % 10);
    let head = format!(
        "metadata:\n  name: app-{app:04}-{part}\n  namespace: team-{}\n  annotations:\n    \
         example.com/revision: \"{commit}\"\n",
        app / 100
    );
    if file.is_multiple_of(FILES / MARKERS) {
        let number = app % IMAGES;
        let image = registry.image(&repository(number));
        return format!(
            "apiVersion: apps/v1\nkind: Deployment\n{head}spec:\n  replicas: 2\n  template:\n    \
             spec:\n      containers:\n        - name: app\n          image: {image}:1.0.0 \
             # {{\"$imagepolicy\": \"flux-system:app-{number:03}\"}}\n"
        );
    }
    let lines = (0..20).map(|line| format!("  setting-{line}: \"{}\"\n", file * 7919 + line * 31));
    format!("apiVersion: v1\nkind: ConfigMap\n{head}data:\n{}", lines.collect::<String>())
}

/// What the program reads: the remote, the automation, and the images.
fn manifests(url: &str, registry: &TestRegistry) -> String {
    let mut text = format!(
        "apiVersion: source.toolkit.fluxcd.io/v1
kind: GitRepository
metadata: {{name: big, namespace: flux-system}}
spec: {{url: {url}, interval: 1m, ref: {{branch: main}}}}
---
apiVersion: image.toolkit.fluxcd.io/v1
kind: ImageUpdateAutomation
metadata: {{name: big, namespace: flux-system}}
spec:
  interval: 1m
  sourceRef: {{kind: GitRepository, name: big}}
  git: {{commit: {{author: {{name: bot, email: bot@example.com}}}}}}
  update: {{path: .}}
"
    );
    for number in 0..IMAGES {
        let image = registry.image(&repository(number));
        // Writing to a string cannot fail.
        let _infallible = write!(
            text,
            "---
apiVersion: image.toolkit.fluxcd.io/v1
kind: ImageRepository
metadata: {{name: app-{number:03}, namespace: flux-system}}
spec: {{image: {image}, interval: 1m}}
---
apiVersion: image.toolkit.fluxcd.io/v1
kind: ImagePolicy
metadata: {{name: app-{number:03}, namespace: flux-system}}
spec:
  imageRepositoryRef: {{name: app-{number:03}}}
  policy: {{semver: {{range: '>=1.0.0'}}}}
"
        );
    }
    text
}
