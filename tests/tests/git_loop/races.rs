//! Many writers on one branch, of whom three are automations.

use std::{
    collections::BTreeSet,
    path::Path,
    sync::{Arc, Mutex},
};

use anyhow::{Context, Result, ensure};
use git2::{ErrorCode, FileMode, Repository, Signature, build::TreeUpdateBuilder};
use tagwarden_reconcile::{Report, Update, memory::MemoryRegistry, ports::ImageFacts};
use tagwarden_tests::{
    bare::Bare,
    git_http::{Access, GitHttp},
};

use crate::world::{World, manifests, plugins};

/// How often, unless `TAGWARDEN_RACES` says otherwise.
const ROUNDS: usize = 3;
const WRITERS: usize = 8;
const AUTOMATIONS: [&str; 3] = ["red", "green", "blue"];
const MAIN: &str = "refs/heads/main";

#[test]
fn no_commit_is_lost_and_all_converge() -> Result<()> {
    let rounds = match std::env::var("TAGWARDEN_RACES") {
        Ok(rounds) => rounds.parse().context("TAGWARDEN_RACES is a number")?,
        Err(_) => ROUNDS,
    };
    let folder = tempfile::tempdir()?;
    let files: Vec<_> = AUTOMATIONS.iter().map(|name| (path(name), line("0.9.0"))).collect();
    let files: Vec<_> = files.iter().map(|(p, c)| (p.as_str(), c.as_str())).collect();
    let remote = Bare::with_files(folder.path().join("remote.git"), &files)?;
    let server = GitHttp::start(folder.path(), Access::default())?;
    let registry = Arc::new(MemoryRegistry::new(&["0.9.0"]));
    let plugins = plugins()?;
    let mut worlds = Vec::new();
    for name in AUTOMATIONS {
        let manifests = manifests(&server.url("remote.git"), name, &format!("apps/{name}"));
        worlds.push(World::new(&folder.path().join(name), &manifests, &registry, &plugins)?);
    }
    let pushed = Mutex::new(Vec::new());
    let mut outrun = 0;
    for round in 1..=rounds {
        let version = format!("1.0.{round}");
        registry.put(&version, ImageFacts { digest: version.clone(), ..ImageFacts::default() });
        outrun += race(&worlds, remote.path(), round, &pushed)?;
        calm(&worlds, &remote, round, &version).with_context(|| format!("round {round}"))?;
    }
    check(&remote, rounds, &pushed.into_inner().unwrap_or_default())?;
    println!(
        "{rounds} rounds of {WRITERS} writers and {} automations: nothing lost; \
         {outrun} passes were outrun to their end and done by the next",
        AUTOMATIONS.len()
    );
    Ok(())
}

fn path(name: &str) -> String {
    format!("apps/{name}/app.yaml")
}

fn line(version: &str) -> String {
    format!("image: r.example/team/app:{version} # {{\"$imagepolicy\": \"ns:app\"}}\n")
}

/// All at once; gives the number of passes that were outrun to their end.
fn race(
    worlds: &[World],
    remote: &Path,
    round: usize,
    pushed: &Mutex<Vec<String>>,
) -> Result<usize> {
    std::thread::scope(|scope| {
        let writers: Vec<_> =
            (0..WRITERS).map(|writer| scope.spawn(move || write(remote, writer, round))).collect();
        let passes: Vec<_> =
            worlds.iter().map(|world| scope.spawn(move || world.pass(now(round)))).collect();
        let mut pushed = pushed.lock().expect("no writer panicked");
        for writer in writers {
            pushed.push(writer.join().expect("a writer does not panic")?);
        }
        let mut outrun = 0;
        for pass in passes {
            match commit_of(&pass.join().expect("a pass does not panic")) {
                Some(commit) => pushed.push(commit),
                None => outrun += 1,
            }
        }
        Ok(outrun)
    })
}

fn now(round: usize) -> u64 {
    1_750_000_000 + 600 * round as u64
}

fn commit_of(report: &Report) -> Option<String> {
    match &report.automations[0].update {
        Update::Pushed(proposal) => proposal.commit.clone(),
        _ => None,
    }
}

/// Nobody else writes: whoever has something left to do does it now.
fn calm(worlds: &[World], remote: &Bare, round: usize, version: &str) -> Result<()> {
    for world in worlds {
        let report = world.pass(now(round) + 1);
        ensure!(!report.failed(), "{report:?}");
        let report = world.pass(now(round) + 2);
        ensure!(matches!(report.automations[0].update, Update::UpToDate { .. }), "{report:?}");
    }
    for name in AUTOMATIONS {
        ensure!(remote.file("main", &path(name))? == line(version), "{name}");
    }
    Ok(())
}

/// Commits as a forge does for somebody: on top of whatever is there.
fn write(remote: &Path, writer: usize, round: usize) -> Result<String> {
    let remote = Repository::open_bare(remote)?;
    let author = Signature::now("writer", "writer@example.com")?;
    loop {
        let head = remote.refname_to_id(MAIN)?;
        let parent = remote.find_commit(head)?;
        let blob = remote.blob(format!("{writer} {round}\n").as_bytes())?;
        let mut update = TreeUpdateBuilder::new();
        update.upsert(format!("writers/{writer}"), blob, FileMode::Blob);
        let tree = update.create_updated(&remote, &parent.tree()?)?;
        let tree = remote.find_tree(tree)?;
        let message = format!("writer {writer}, round {round}");
        let id = remote.commit(None, &author, &author, &message, &tree, &[&parent])?;
        match remote.reference_matching(MAIN, id, true, head, "push") {
            Ok(_) => return Ok(id.to_string()),
            Err(e) if matches!(e.code(), ErrorCode::Modified | ErrorCode::Locked) => {}
            Err(error) => return Err(error.into()),
        }
    }
}

/// Every commit that anybody pushed is on the branch, in one line.
fn check(remote: &Bare, rounds: usize, pushed: &[String]) -> Result<()> {
    remote.git(["fsck", "--strict"])?;
    let listed = |args: &[&str]| -> Result<BTreeSet<String>> {
        Ok(remote.git(args)?.lines().map(str::to_owned).collect())
    };
    let there = listed(&["rev-list", "main"])?;
    for commit in pushed {
        ensure!(there.contains(commit), "{commit} was lost");
    }
    ensure!(listed(&["rev-list", "--merges", "main"])?.is_empty(), "the history is not linear");
    let expected = 1 + rounds * (WRITERS + AUTOMATIONS.len());
    ensure!(there.len() == expected, "{} commits, not {expected}", there.len());
    Ok(())
}
