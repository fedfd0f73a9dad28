//! `tagwarden plugin bench`: what a plugin takes.

mod measuring;

use std::{num::NonZeroUsize, thread, time::Instant};

use serde::Serialize;
use tagwarden_author::{
    Kind,
    bench::{self, Measured, SIZES},
};
use tagwarden_core::spec::PluginCall;
use tagwarden_wasm::EngineOptions;

use super::target::Target;
use crate::{
    args::{Bench, Global},
    output,
    problem::{Exit, Outcome},
    world,
};

/// What a plugin takes, for programs.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Report {
    plugin: String,
    size: usize,
    compile_ms: u64,
    /// How many asked at once for `perSecond`.
    threads: usize,
    measured: Vec<Measured>,
}

pub fn bench(global: &Global, args: &Bench) -> Outcome {
    let target = Target::of(&args.plugin)?;
    let bytes = world::component(&target.component)?;
    // Neither engine has a cache: compiling is measured, too.
    let plugins = target.load_into(global, EngineOptions::default())?;
    let start = Instant::now();
    let kind = target.kind(&plugins)?;
    let compile_ms = start.elapsed().as_millis().try_into().unwrap_or(u64::MAX);
    let metered = EngineOptions { metered: true, ..EngineOptions::default() };
    let metered = target.load_into(global, metered)?;
    let with = target.cases(kind, args.cases.as_deref())?.bench;
    let call = PluginCall::new(target.name.clone(), with.settings);
    let threads = args.threads.or_else(|| thread::available_parallelism().ok());
    let threads = threads.map_or(1, NonZeroUsize::get);
    let mut measured = Vec::new();
    for size in SIZES {
        let question = bench::question(kind, size, &with.tags);
        let usage = measuring::used(&metered, &call, &question)?;
        let times = measuring::times(plugins.sandbox(), &call, &question, args.time)?;
        let per_second =
            measuring::per_second(plugins.sandbox(), &call, &question, threads, args.time)?;
        measured.push(Measured::new(size, times, per_second, usage.fuel, usage.memory));
    }
    let report = Report { plugin: target.name, size: bytes.len(), compile_ms, threads, measured };
    if !output::structured(global.output, &report)? {
        print(&report, kind);
    }
    Ok(Exit::Done)
}

fn print(report: &Report, kind: Kind) {
    output::line(&format!(
        "{}: {} KiB, compiled in {} ms; evaluations a second by {} threads\n",
        report.plugin,
        report.size.div_ceil(1024),
        report.compile_ms,
        report.threads
    ));
    let sized = if kind == Kind::Message { "CHANGES" } else { "TAGS" };
    let rows: Vec<_> = report.measured.iter().map(row).collect();
    output::table([sized, "P50", "P90", "P99", "ROUNDS", "A SECOND", "FUEL", "MEMORY"], &rows);
}

fn row(measured: &Measured) -> [String; 8] {
    [
        measured.size.to_string(),
        time(measured.p50_ns),
        time(measured.p90_ns),
        time(measured.p99_ns),
        measured.rounds.to_string(),
        match measured.per_second {
            few if few < 100.0 => format!("{few:.1}"),
            many => format!("{many:.0}"),
        },
        measured.fuel.to_string(),
        format!("{} KiB", measured.memory.div_ceil(1024)),
    ]
}

/// A time with three digits that matter.
fn time(nanoseconds: u64) -> String {
    let micros = nanoseconds as f64 / 1_000.0;
    match micros {
        micros if micros < 10.0 => format!("{micros:.2} µs"),
        micros if micros < 1_000.0 => format!("{micros:.0} µs"),
        micros if micros < 10_000.0 => format!("{:.2} ms", micros / 1_000.0),
        micros => format!("{:.0} ms", micros / 1_000.0),
    }
}
