//! The sandbox measured.

use std::{
    hint::black_box,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result};
use tagwarden_core::tags::{Candidates, TagSet};
use tagwarden_reconcile::ports::Context;
use tagwarden_wasm::{EngineOptions, Origin, Plugins, Sandbox};

use crate::{
    cases::{Case, native_tags},
    clock::{median, micros, per, spent},
};

const MANY: usize = 100_000;
const FEW: usize = 100;
const BUDGET: Duration = Duration::from_millis(1_500);

fn plugins(options: EngineOptions) -> Result<Plugins> {
    let mut builder = Plugins::builder(options);
    for plugin in tagwarden_embedded::all() {
        builder = builder.add(plugin.name, plugin.wasm, Origin::Embedded);
    }
    Ok(builder.build()?)
}

/// Tags of one case, ready for filter and policy.
struct Asked {
    tags: std::sync::Arc<TagSet>,
    candidates: Candidates,
}

impl Asked {
    fn of(case: &Case, count: usize) -> Self {
        Self { tags: case.tags(count), candidates: case.candidates(count) }
    }
}

fn evaluate(sandbox: &Sandbox, case: &Case, asked: &Asked) {
    let context = Context::default();
    match case.is_filter {
        true => {
            let filtered = sandbox.filter(&case.call, &asked.tags, &context).unwrap();
            assert_eq!(black_box(filtered).kept.len(), asked.tags.len());
        }
        false => {
            let choice = sandbox.select(&case.call, &asked.candidates, &context).unwrap();
            assert!(black_box(choice).chosen.is_some());
        }
    }
}

/// Nanoseconds a tag with many tags, in the sandbox and outside.
pub fn per_tag(cases: &[Case]) -> Result<()> {
    let plugins = plugins(EngineOptions::default())?;
    println!("## Plugins: {MANY} tags, processor time of the thread, median\n");
    println!("| Plugin | sandbox, ns a tag | native, ns a tag | ratio |");
    println!("| --- | ---: | ---: | ---: |");
    for case in cases {
        let asked = Asked::of(case, MANY);
        let tags = native_tags(asked.tags.lines());
        let count = asked.tags.len();
        let sandbox = median(BUDGET, || evaluate(plugins.sandbox(), case, &asked));
        let native = median(BUDGET, || case.run_natively(&tags));
        let (sandbox, native) = (per(count, sandbox), per(count, native));
        println!("| {} | {sandbox:.1} | {native:.1} | {:.1} |", case.name, sandbox / native);
    }
    println!();
    Ok(())
}

/// A whole evaluation of few tags: fresh sandbox, call, checks, end.
pub fn fresh(cases: &[Case]) -> Result<()> {
    let plugins = plugins(EngineOptions::default())?;
    println!("## A whole evaluation of {FEW} tags, processor time of the thread, median\n");
    println!("| Plugin | microseconds |");
    println!("| --- | ---: |");
    for case in cases {
        let asked = Asked::of(case, FEW);
        let time = median(BUDGET, || evaluate(plugins.sandbox(), case, &asked));
        println!("| {} | {:.1} |", case.name, micros(time));
    }
    println!();
    Ok(())
}

/// Evaluations of few tags in a second, by the number of threads.
///
/// By the clock, so the machine must be idle; the processor time of each evaluation
/// tells on a busy one as well how far threads are in each other's way.
pub fn throughput(cases: &[Case]) -> Result<()> {
    let plugins = plugins(EngineOptions { parallelism: 2, ..EngineOptions::default() })?;
    println!("## Throughput: fresh evaluations of {FEW} tags\n");
    println!(
        "| Plugin | 1 thread, a second | 2 threads, a second | ratio \
         | 1 thread, µs of CPU each | 2 threads, µs of CPU each |"
    );
    println!("| --- | ---: | ---: | ---: | ---: | ---: |");
    for case in cases {
        let asked = Asked::of(case, FEW);
        let [one, two] =
            [1, 2].map(|threads| rate(threads, || evaluate(plugins.sandbox(), case, &asked)));
        println!(
            "| {} | {:.0} | {:.0} | {:.2} | {:.1} | {:.1} |",
            case.name,
            one.per_second,
            two.per_second,
            two.per_second / one.per_second,
            one.micros,
            two.micros
        );
    }
    println!();
    Ok(())
}

/// How fast evaluations are when made one after the other on each thread.
struct Rate {
    per_second: f64,
    /// Of processor time, for each.
    micros: f64,
}

fn rate(threads: u32, run: impl Fn() + Sync) -> Rate {
    run();
    let until = Instant::now() + BUDGET;
    let worker = || {
        let (begin, mut runs) = (spent(), 0_u32);
        while Instant::now() < until {
            run();
            runs += 1;
        }
        (runs, spent() - begin)
    };
    let (runs, spent) = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..threads).map(|_| scope.spawn(worker)).collect();
        let workers = workers.into_iter().map(|worker| worker.join().unwrap());
        workers.fold((0, Duration::ZERO), |sum, (runs, spent)| (sum.0 + runs, sum.1 + spent))
    });
    let per_second = f64::from(runs) / BUDGET.as_secs_f64();
    Rate { per_second, micros: micros(spent) / f64::from(runs) }
}

/// What a process pays before its first decision.
pub fn start(cases: &[Case]) -> Result<()> {
    let engine = median(BUDGET, || drop(black_box(plugins(EngineOptions::default()).unwrap())));
    println!("## Start\n");
    println!("The engine: {:.0} µs. A first call, by the clock:\n", micros(engine));
    println!("| Plugin | component, KiB | compiling, ms | from the cache, ms |");
    println!("| --- | ---: | ---: | ---: |");
    let home = tempfile::tempdir()?;
    for (number, case) in cases.iter().enumerate() {
        let asked = Asked::of(case, FEW);
        let plugin = tagwarden_embedded::all().iter().find(|p| p.name == case.call.plugin);
        let size = plugin.context("no such plugin")?.wasm.len() >> 10;
        let first_call = |folder: &str| {
            let cache = Some(home.path().join(folder));
            let plugins = plugins(EngineOptions { cache, ..EngineOptions::default() }).unwrap();
            let start = Instant::now();
            evaluate(plugins.sandbox(), case, &asked);
            start.elapsed()
        };
        let mut cold: Vec<_> = (0..5).map(|n| first_call(&format!("{number}-{n}"))).collect();
        let mut warm: Vec<_> = (0..51).map(|_| first_call(&format!("{number}-0"))).collect();
        cold.sort();
        warm.sort();
        let millis = |time: Duration| micros(time) / 1e3;
        println!("| {} | {size} | {:.1} | {:.2} |", case.name, millis(cold[2]), millis(warm[25]));
    }
    Ok(())
}
