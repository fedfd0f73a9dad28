//! `tagwarden plugin bench`: what a plugin takes.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use serde::Serialize;
use tagwarden_author::{
    Kind,
    bench::{self, Measured, SIZES},
    question::{Answer, Question, ask},
};
use tagwarden_core::{
    spec::PluginCall,
    tags::{Candidates, TagSet},
};
use tagwarden_reconcile::ports::{Context, EvaluationError, MessageInput};
use tagwarden_wasm::{EngineOptions, Plugins, Sandbox, Usage};

use super::target::Target;
use crate::{
    args::{Bench, Global},
    output,
    problem::{Exit, Outcome, Problem},
    world,
};

/// The most evaluations that are timed at one size.
const ROUNDS: usize = 100_000;

/// What a plugin takes, for programs.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Report {
    plugin: String,
    size: usize,
    compile_ms: u64,
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
    let mut measured = Vec::new();
    for size in SIZES {
        let question = bench::question(kind, size, &with.tags);
        let usage = used(&metered, &call, &question)?;
        let times = times(plugins.sandbox(), &call, &question, args.time)?;
        measured.push(Measured::new(size, times, usage.fuel, usage.memory));
    }
    let report = Report { plugin: target.name, size: bytes.len(), compile_ms, measured };
    if !output::structured(global.output, &report)? {
        print(&report, kind);
    }
    Ok(Exit::Done)
}

/// Asks once, on an engine that counts; a plugin that fails is not measured.
fn used(plugins: &Plugins, call: &PluginCall, question: &Question) -> Result<Usage, Problem> {
    match world::runtime()?.block_on(ask(plugins, call, question)) {
        Answer::Error(error) => {
            Err(Problem::failed(format!("there is nothing to measure: {error}"))
                .hint("`bench:` in cases.yaml says which settings and tags to measure with"))
        }
        _ => Ok(plugins.sandbox().usage().unwrap_or_default()),
    }
}

/// The times of whole evaluations, each in a fresh sandbox, for as long as asked.
fn times(
    sandbox: &Sandbox,
    call: &PluginCall,
    question: &Question,
    limit: Duration,
) -> Result<Vec<Duration>, Problem> {
    let evaluate = evaluation(sandbox, call, question);
    let failed = |error: EvaluationError| Problem::failed(error.to_string());
    // The first one brings code and pages into memory.
    evaluate().map_err(failed)?;
    let (start, mut times) = (Instant::now(), Vec::new());
    while times.len() < ROUNDS && (times.is_empty() || start.elapsed() < limit) {
        let before = Instant::now();
        evaluate().map_err(failed)?;
        times.push(before.elapsed());
    }
    Ok(times)
}

/// One evaluation, with all that goes in prepared.
fn evaluation<'a>(
    sandbox: &'a Sandbox,
    call: &'a PluginCall,
    question: &'a Question,
) -> Box<dyn Fn() -> Result<(), EvaluationError> + 'a> {
    match question {
        Question::Policy { tags, context, .. } => {
            let candidates = Candidates::all(Arc::new(TagSet::new(tags)));
            let context = Context::from(context);
            Box::new(move || sandbox.select(call, &candidates, &context).map(drop))
        }
        Question::Filter { tags, context } => {
            let (tags, context) = (Arc::new(TagSet::new(tags)), Context::from(context));
            Box::new(move || sandbox.filter(call, &tags, &context).map(drop))
        }
        Question::Message { automation, changes, .. } => {
            let input = MessageInput {
                automation: automation.clone(),
                values: [].into(),
                changes: changes.iter().cloned().collect(),
                images: [].into(),
            };
            Box::new(move || sandbox.message(call, &input).map(drop))
        }
    }
}

fn print(report: &Report, kind: Kind) {
    output::line(&format!(
        "{}: {} KiB, compiled in {} ms\n",
        report.plugin,
        report.size.div_ceil(1024),
        report.compile_ms
    ));
    let sized = if kind == Kind::Message { "CHANGES" } else { "TAGS" };
    let rows: Vec<_> = report.measured.iter().map(row).collect();
    output::table([sized, "P50", "P90", "P99", "ROUNDS", "FUEL", "MEMORY"], &rows);
}

fn row(measured: &Measured) -> [String; 7] {
    [
        measured.size.to_string(),
        time(measured.p50_ns),
        time(measured.p90_ns),
        time(measured.p99_ns),
        measured.rounds.to_string(),
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
