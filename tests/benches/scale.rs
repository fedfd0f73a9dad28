//! What 5,000 image repositories with 2,000,000 tags cost the program as a
//! whole: memory, disk, start-up, decisions, scans. The program is the real
//! one, and the registry a process of its own.
//! `cargo bench -p tagwarden-tests --bench scale`, with `TAGWARDEN_BINARY` for a
//! program, and `TAGWARDEN_REGISTRY` for a `demo-registry`, built otherwise.

use std::{
    fs,
    io::{BufRead, BufReader},
    path::Path,
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use anyhow::{Context, Result, ensure};
use tagwarden_tests::{
    demo_registry, fleet,
    measured::{self, Cost, Ended, cpu_of_children, peak},
    program,
};

const REPOSITORIES: usize = 5_000;
const TAGS: usize = 400;
const ROUNDS: usize = 3;

fn main() -> Result<()> {
    let (_registry, host) = registry()?;
    let folder = tempfile::tempdir()?;
    fs::write(folder.path().join("fleet.yaml"), fleet::manifests(&host, REPOSITORIES))?;
    println!("| What | time, s | CPU, s | memory, MiB |\n| --- | ---: | ---: | ---: |");
    let idle = run_to_end(folder.path(), &["plugin", "list"])?;
    row("nothing: `plugin list`", &idle);
    let first = run_to_end(folder.path(), &["run", "--once", "-f", "."])?;
    row("first scan and decision of all: `run --once`", &first);
    let again = run_to_end(folder.path(), &["run", "--once", "-f", "."])?;
    row("the same again, nothing new", &again);
    let get = run_to_end(folder.path(), &["get", "-o", "json", "-f", "."])?;
    row("start-up alone, manifests and store read: `get`", &get);
    let mut decided = (0..ROUNDS).map(|_| decide(folder.path())).collect::<Result<Vec<_>>>()?;
    decided.sort_by_key(|(took, _)| *took);
    let (took, cost) = &decided[ROUNDS / 2];
    row("start, then decide all from the store: `run`", cost);
    let tags = (REPOSITORIES * TAGS) as f64;
    let file = fs::metadata(folder.path().join("state/state.redb"))?.len();
    let text: usize =
        (0..REPOSITORIES).flat_map(|n| fleet::tags(n, TAGS)).map(|t| t.len() + 1).sum();
    let most = [&first, &again, cost].map(|cost| cost.memory).into_iter().max().unwrap_or(0);
    println!("\n| Derived | figure | aim |\n| --- | ---: | ---: |");
    derived(
        &format!("deciding all {REPOSITORIES} policies from the store, median of {ROUNDS}"),
        &format!("{:.2} s", took.as_secs_f64()),
        "5 s",
    );
    derived("most memory of a pass", &format!("{:.0} MiB", most as f64 / 1024.0), "128 MiB");
    let scanned = tags / first.took.as_secs_f64();
    derived("first scan, its decisions included", &format!("{scanned:.0} tags a second"), "");
    let cpu = first.cpu.as_secs_f64() * 1e6 / tags;
    derived("CPU of the same", &format!("{cpu:.2} ms per 1,000 tags"), "");
    let (kept, told) = (file as f64 / tags, text as f64 / tags);
    derived(
        "store after two scans of everything",
        &format!("{:.0} MB, {kept:.0} bytes a tag for {told:.0} of text", file as f64 / 1e6),
        "",
    );
    Ok(())
}

fn row(what: &str, cost: &Cost) {
    println!(
        "| {what} | {:.2} | {:.2} | {:.0} |",
        cost.took.as_secs_f64(),
        cost.cpu.as_secs_f64(),
        cost.memory as f64 / 1024.0
    );
}

fn derived(what: &str, figure: &str, aim: &str) {
    println!("| {what} | {figure} | {aim} |");
}

fn command(folder: &Path, arguments: &[&str]) -> Result<Command> {
    let mut command = Command::new(program::binary()?);
    command.args(arguments).current_dir(folder).env("HOME", folder);
    command.env("TAGWARDEN_STATE", folder.join("state")).env("NO_COLOR", "1");
    command.stdin(Stdio::null()).stdout(Stdio::null());
    Ok(command)
}

fn run_to_end(folder: &Path, arguments: &[&str]) -> Result<Cost> {
    let cost = measured::run_to_end(command(folder, arguments)?.stderr(Stdio::null()))?;
    ensure!(cost.success, "{arguments:?} failed");
    Ok(cost)
}

/// Starts `run`, which decides all policies from the stored lists, for none is
/// due; how long the pass took, and what the process cost until then.
fn decide(folder: &Path) -> Result<(Duration, Cost)> {
    let (started, before) = (Instant::now(), cpu_of_children()?);
    let mut child =
        Ended(command(folder, &["-v", "run", "-f", "."])?.stderr(Stdio::piped()).spawn()?);
    let said = BufReader::new(child.0.stderr.take().context("a pipe was asked for")?);
    let mut scans = 0;
    for line in said.lines() {
        let line = line?;
        scans += usize::from(line.contains("listed"));
        let Some((_, rest)) = line.split_once("everything is decided") else { continue };
        let (_, rest) = rest.split_once("duration_ms=").context("a pass has a duration")?;
        let took = Duration::from_millis(rest.split(' ').next().unwrap_or_default().parse()?);
        let (elapsed, memory) = (started.elapsed(), peak(child.0.id())?);
        drop(child);
        ensure!(scans == 0, "{scans} repositories were scanned");
        let cpu = cpu_of_children()?.saturating_sub(before);
        return Ok((took, Cost { took: elapsed, cpu, memory, success: true }));
    }
    anyhow::bail!("`run` ended by itself")
}

fn registry() -> Result<(Ended, String)> {
    let built = std::env::var_os("TAGWARDEN_REGISTRY");
    let program = built.unwrap_or_else(|| env!("CARGO_BIN_EXE_demo-registry").into());
    demo_registry::start(program, &format!("--fleet={REPOSITORIES}x{TAGS}"))
}
