//! What a plugin takes in each language: the five projects that `plugin new` writes,
//! built and measured by the program. `cargo bench -p tagwarden-tests --bench languages`
//!
//! `TAGWARDEN_BINARY` names another program to measure with; `TAGWARDEN_BENCH_TIME`
//! says how long to measure at each size (2s).

use anyhow::{Context, Result};
use serde::Deserialize;
use tagwarden_tests::{
    author::{Author, LANGUAGES, Language},
    program::Home,
};

/// What `plugin bench -o json` prints.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Report {
    size: u64,
    compile_ms: u64,
    threads: usize,
    measured: Vec<Measured>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Measured {
    size: usize,
    p50_ns: u64,
    p99_ns: u64,
    per_second: f64,
    fuel: u64,
    memory: usize,
}

fn main() -> Result<()> {
    let mut reports = Vec::new();
    for language in &LANGUAGES {
        if language.is_there()? {
            reports.push((language, measure(language)?));
        }
    }
    let (_, any) = reports.first().context("no language can be built here")?;
    println!(
        "| Language | component | compiled | tags | p50 | p99 | {} | fuel | memory |",
        asking(any)
    );
    println!("| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |");
    for (language, report) in &reports {
        print(language, report);
    }
    Ok(())
}

fn asking(report: &Report) -> String {
    match report.threads {
        1 => "a second, 1 thread".into(),
        threads => format!("a second, {threads} threads"),
    }
}

fn measure(language: &Language) -> Result<Report> {
    let home = Home::new()?;
    let author = Author::at(&home);
    let run = |args: &[&str]| author.tagwarden(home.path(), args);
    let time = std::env::var("TAGWARDEN_BENCH_TIME").unwrap_or_else(|_| "2s".into());
    run(&["plugin", "new", "bench", "--lang", language.id])?;
    run(&["plugin", "build", "bench"])?;
    let report = run(&["plugin", "bench", "bench", "--time", &time, "-o", "json"])?;
    serde_json::from_str(&report).with_context(|| format!("no report: {report}"))
}

fn print(language: &Language, report: &Report) {
    for (row, measured) in report.measured.iter().enumerate() {
        let of_all =
            [language.name.to_owned(), bytes(report.size), format!("{} ms", report.compile_ms)];
        // What is of all sizes stands in the first row.
        let of_all = if row == 0 { of_all } else { Default::default() };
        println!(
            "| {} | {} | {} | {} | {:.0} | {:.2} M | {} |",
            of_all.join(" | "),
            measured.size,
            time(measured.p50_ns),
            time(measured.p99_ns),
            measured.per_second,
            measured.fuel as f64 / 1e6,
            bytes(measured.memory as u64),
        );
    }
}

fn bytes(bytes: u64) -> String {
    match bytes as f64 / 1024.0 {
        kib if kib < 1024.0 => format!("{kib:.0} KiB"),
        kib => format!("{:.1} MiB", kib / 1024.0),
    }
}

/// A time with two or three digits that matter.
fn time(nanoseconds: u64) -> String {
    match nanoseconds as f64 / 1e3 {
        micros if micros < 100.0 => format!("{micros:.1} µs"),
        micros if micros < 1e3 => format!("{micros:.0} µs"),
        micros if micros < 1e5 => format!("{:.2} ms", micros / 1e3),
        micros => format!("{:.0} ms", micros / 1e3),
    }
}
