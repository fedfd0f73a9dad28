//! What several automations of one repository and branch ask of its server.

use std::sync::Arc;

use anyhow::{Context, Result};
use tagwarden_reconcile::{Update, memory::MemoryRegistry, ports::ImageFacts};
use tagwarden_tests::{
    bare::Bare,
    git_http::{Access, GitHttp},
};

use crate::world::{World, manifests, plugins};

const AUTOMATIONS: [&str; 3] = ["red", "green", "blue"];

/// All automations over one repository, with or without a commit in common.
fn inventory(url: &str, batch: bool) -> Result<String> {
    let mut text = manifests(url, AUTOMATIONS[0], "apps/red");
    let (_, automation) = text.rsplit_once("---\n").context("an automation comes last")?;
    let automation =
        automation.replace("author: {name: red, email: red@", "author: {name: bot, email: bot@");
    text = text.replace("author: {name: red, email: red@", "author: {name: bot, email: bot@");
    for name in &AUTOMATIONS[1..] {
        text += &format!("---\n{}", automation.replace("red", name));
    }
    Ok(match batch {
        true => text.replace("  git:\n", "  git:\n    batch: true\n"),
        false => text,
    })
}

/// The requests of a pass that has something to push, of one after somebody else's
/// push, and of one that finds nothing new; and the commits.
fn asked(batch: bool) -> Result<([Vec<String>; 3], usize)> {
    let folder = tempfile::tempdir()?;
    let line = "image: r.example/team/app:0.9.0 # {\"$imagepolicy\": \"ns:app\"}\n";
    let files = AUTOMATIONS.map(|name| (format!("apps/{name}/app.yaml"), line));
    let files: Vec<_> = files.iter().map(|(path, line)| (path.as_str(), *line)).collect();
    let remote = Bare::with_files(folder.path().join("remote.git"), &files)?;
    let server = GitHttp::start(folder.path(), Access::default())?;
    let registry = Arc::new(MemoryRegistry::new(&["1.0.0"]));
    let manifests = inventory(&server.url("remote.git"), batch)?;
    let world = World::new(&folder.path().join("state"), &manifests, &registry, &plugins()?)?;
    let mut now = 1_750_000_000;
    let mut pass = || {
        let before = server.requests().len();
        now += 600;
        let report = world.pass(now);
        assert!(!report.failed(), "{report:?}");
        let updates: Vec<_> = report.automations.into_iter().map(|done| done.update).collect();
        let asked = server.requests().into_iter().skip(before).map(|request| {
            let path = request.target.trim_start_matches("/remote.git/");
            format!("{} {path}", request.method)
        });
        (asked.collect::<Vec<_>>(), updates)
    };
    // The first one fetches, and looks for what it had done before.
    pass();
    registry.put("1.1.0", ImageFacts { digest: "1.1.0".into(), ..ImageFacts::default() });
    let before = remote.log("main")?.len();
    let (changed, updates) = pass();
    assert!(updates.iter().all(|update| matches!(update, Update::Pushed(_))), "{updates:?}");
    let commits = remote.log("main")?.len() - before;
    remote.commit("main", &[tagwarden_tests::bare::Entry::file("a", "1")], "theirs")?;
    let (fetched, _) = pass();
    let (nothing, updates) = pass();
    assert!(updates.iter().all(|update| matches!(update, Update::UpToDate { .. })), "{updates:?}");
    Ok(([changed, fetched, nothing], commits))
}

const LOOK: &str = "GET info/refs?service=git-upload-pack";
const FETCH: &str = "POST git-upload-pack";
const PUSH: [&str; 2] = ["GET info/refs?service=git-receive-pack", "POST git-receive-pack"];

#[test]
fn automations_of_one_repository_share_a_look_and_a_fetch() -> Result<()> {
    let ([changed, fetched, nothing], commits) = asked(false)?;
    assert_eq!(changed[0], LOOK);
    assert_eq!(
        (changed[1..].to_vec(), commits),
        (PUSH.repeat(3).iter().map(|s| (*s).to_owned()).collect(), 3)
    );
    assert_eq!(fetched[0], LOOK);
    assert!(
        fetched[1..].iter().all(|request| request == FETCH) && fetched.len() <= 3,
        "{fetched:?}"
    );
    assert_eq!(nothing, [LOOK]);
    Ok(())
}

#[test]
fn those_that_batch_share_a_push_as_well() -> Result<()> {
    let ([changed, _, nothing], commits) = asked(true)?;
    assert_eq!(changed[0], LOOK);
    assert_eq!((&changed[1..], commits), (&PUSH.map(str::to_owned)[..], 1));
    assert_eq!(nothing, [LOOK]);
    Ok(())
}
