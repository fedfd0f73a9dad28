//! How long a scan of 100,000 tags takes against a registry on loopback, and
//! what it costs this process. `cargo bench -p tagwarden-tests --bench registry_scan`

use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use tagwarden_core::{
    object::ObjectName,
    tags::{Difference, FirstSeen},
};
use tagwarden_reconcile::ports::{Listing, Login, Registry, ScanState, Store, Target};
use tagwarden_registry::{Options, RegistryClient, StateStore};
use tagwarden_tests::demo_registry;

const TAGS: usize = 100_000;
const ROUNDS: usize = 5;

#[tokio::main]
async fn main() -> Result<()> {
    let many = format!("--many=team/app={TAGS}");
    let (_registry, host) = demo_registry::start(env!("CARGO_BIN_EXE_demo-registry"), &many)?;
    let target = Target {
        image: format!("{host}/team/app").parse()?,
        insecure: false,
        timeout: Duration::from_secs(60),
        login: Login::default(),
    };
    println!(
        "| Page size | pages | scan, ms | tags a second | CPU of the client, ms per 1,000 tags |"
    );
    println!("| ---: | ---: | ---: | ---: | ---: |");
    for page_size in [100, 1000, TAGS] {
        let client = RegistryClient::with(Options { page_size, ..Options::default() });
        let (took, cpu) = median(&client, &target).await?;
        let rate = TAGS as f64 / took.as_secs_f64();
        println!(
            "| {page_size} | {} | {:.0} | {rate:.0} | {:.2} |",
            TAGS.div_ceil(page_size),
            took.as_secs_f64() * 1e3,
            cpu.as_secs_f64() * 1e3 / (TAGS as f64 / 1e3),
        );
    }
    store(&target).await
}

async fn median(client: &RegistryClient, target: &Target) -> Result<(Duration, Duration)> {
    client.tags(target).await?;
    let mut rounds = vec![];
    for _ in 0..ROUNDS {
        let (started, before) = (Instant::now(), cpu()?);
        let tags = client.tags(target).await?;
        rounds.push((started.elapsed(), cpu()?.saturating_sub(before)));
        ensure!(tags.len() == TAGS, "{} tags", tags.len());
    }
    rounds.sort();
    Ok(rounds[ROUNDS / 2])
}

/// What the same list costs in the state store.
async fn store(target: &Target) -> Result<()> {
    let tags = RegistryClient::default().tags(target).await?;
    let folder = tempfile::tempdir()?;
    let store = StateStore::open(folder.path())?;
    let name = ObjectName::new("flux-system", "app");
    let listing = Listing {
        first_seen: FirstSeen::all(tags.len(), 0),
        state: ScanState {
            image: "a".into(),
            fingerprint: "f".into(),
            scanned_at: 0,
            listed: tags.len() as u64,
            tags: tags.len() as u64,
            changed_at: 0,
            difference: Difference::default(),
        },
        tags: tags.clone().into(),
    };
    let started = Instant::now();
    store.put_listing(&name, &listing)?;
    store.flush()?;
    let (put, started) = (started.elapsed(), Instant::now());
    let back = store.listing(&name)?;
    let got = started.elapsed();
    ensure!(back.as_ref() == Some(&listing), "the store gave back something else");
    let text = tags.lines().text().len();
    drop(store);
    let file = std::fs::metadata(folder.path().join("state.redb"))?.len();
    println!(
        "\nstore: put {put:.1?} with its fsync, get {got:.1?}, file {file} bytes for {text} of text"
    );
    Ok(())
}

/// The processor time of this process so far, from `/proc/self/stat`.
fn cpu() -> Result<Duration> {
    let stat = std::fs::read_to_string("/proc/self/stat")?;
    let (_, fields) = stat.rsplit_once(')').context("a stat line has a name")?;
    let fields: Vec<&str> = fields.split_whitespace().collect();
    // utime and stime, in ticks of a hundredth of a second.
    let ticks: u64 = fields[11].parse::<u64>()? + fields[12].parse::<u64>()?;
    Ok(Duration::from_millis(ticks * 10))
}
