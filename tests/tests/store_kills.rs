//! A process that writes to the state store is killed, again and again: what
//! was flushed is there, and nothing wrong is ever read back.

use std::{
    io::{BufRead, BufReader},
    path::Path,
    process::{Command, Stdio},
    thread,
    time::Duration,
};

use anyhow::{Context, Result, ensure};
use tagwarden_reconcile::ports::Store;
use tagwarden_registry::StateStore;
use tagwarden_tests::generations::{OBJECTS, before, listing, name, policy};

/// How often, unless `TAGWARDEN_KILLS` says otherwise.
const KILLS: u64 = 20;
/// The longest that a writer may go on after its first flush.
const LONGEST: Duration = Duration::from_millis(40);

#[test]
fn nothing_wrong_is_read_back_after_a_kill() -> Result<()> {
    let kills = match std::env::var("TAGWARDEN_KILLS") {
        Ok(kills) => kills.parse().context("TAGWARDEN_KILLS is a number")?,
        Err(_) => KILLS,
    };
    let folder = tempfile::tempdir()?;
    let mut random = fastrand::Rng::with_seed(kills);
    let (mut writes, mut unheard) = (0, 0);
    for kill in 0..kills {
        let wait = LONGEST.mul_f64(random.f64());
        let flushed = write_until_killed(folder.path(), wait)?;
        let found = check(folder.path(), flushed).with_context(|| format!("kill {kill}"))?;
        unheard += u64::from(found > flushed);
        writes = found + 1;
    }
    println!(
        "{kills} kills, {writes} commits; {unheard} kills between a commit and the word of it"
    );
    Ok(())
}

/// Starts a writer and kills it; the last turn that it said is flushed.
fn write_until_killed(folder: &Path, wait: Duration) -> Result<u64> {
    let mut writer = Command::new(env!("CARGO_BIN_EXE_store-writer"))
        .arg(folder)
        .stdout(Stdio::piped())
        .spawn()?;
    let mut said = BufReader::new(writer.stdout.take().context("a pipe was asked for")?).lines();
    let first: u64 = said.next().context("the writer wrote nothing")??.parse()?;
    thread::sleep(wait);
    writer.kill()?;
    writer.wait()?;
    let rest = said.map_while(Result::ok).filter_map(|line| line.parse().ok());
    Ok(rest.last().unwrap_or(first))
}

/// The last turn there is a trace of. Each entry is exactly what was put, is as
/// new as what was flushed, and list and selection of an object are of one turn.
fn check(folder: &Path, flushed: u64) -> Result<u64> {
    let store = StateStore::open(folder)?;
    ensure!(!folder.join("state.redb.damaged").exists(), "the file was damaged");
    let mut latest = flushed;
    for object in 0..OBJECTS {
        let read = store.listing(&name(object))?;
        let generation = read.as_ref().map_or(0, |read| read.state.scanned_at);
        let (oldest, newest) = (before(object, flushed + 1), before(object, flushed + 2));
        ensure!(
            (oldest..=newest).contains(&generation),
            "object {object} is of generation {generation}, not {oldest} to {newest}"
        );
        let put = (generation > 0).then(|| listing(object, generation));
        ensure!(read == put, "the list of object {object} is not what was put");
        let put = (generation > 0).then(|| policy(object, generation));
        ensure!(store.policy(&name(object))? == put, "the selection is not of the list");
        if generation > oldest {
            latest = flushed + 1;
        }
    }
    Ok(latest)
}
