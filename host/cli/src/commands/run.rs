//! `tagwarden run`: reconciles everything, once or for ever.

use std::time::Duration;

use tagwarden_core::spec::ImageRepository;
use tagwarden_reconcile::{Mode, Report, Request, Schedule};
use tokio::signal::unix::{SignalKind, signal};

use crate::{
    args::{Global, Output, Run},
    output,
    problem::{Exit, Outcome, Problem},
    summary,
    world::{self, World, now},
};

/// How often the manifests are read again.
const RELOAD: Duration = Duration::from_secs(60);

pub fn run(global: &Global, args: &Run) -> Outcome {
    let inventory = world::inventory_but(&args.manifests, &args.reverts)?;
    let mut world = World::open(global)?;
    world.reconciler.concurrent_scans = args.concurrent;
    if !args.once {
        return world.runtime.block_on(forever(global, args, &world));
    }
    let request = Request::everything(now(), Mode::Write);
    let report = world.runtime.block_on(world.reconciler.pass(&inventory, &request));
    print(global.output, &report)?;
    Ok(match report.failed() {
        true => Exit::Failed,
        false => Exit::Done,
    })
}

/// Runs each object at its own interval until a signal comes. A pass that has
/// begun is finished first: a signal never leaves half a push behind.
async fn forever(global: &Global, args: &Run, world: &World) -> Outcome {
    let listen =
        |kind| signal(kind).map_err(|e| Problem::failed(format!("cannot listen for signals: {e}")));
    let (mut interrupt, mut terminate) =
        (listen(SignalKind::interrupt())?, listen(SignalKind::terminate())?);
    let mut schedule = Schedule::default();
    loop {
        let wait = match world::inventory_but(&args.manifests, &args.reverts) {
            Ok(inventory) => {
                let scanned_at =
                    |repository: &ImageRepository| world.reconciler.scanned_at(repository, now());
                schedule.sync(&inventory, args.interval, &scanned_at);
                let due = schedule.due(now());
                if !due.is_empty() {
                    let request = Request { now: now(), mode: Mode::Write, due: Some(due.clone()) };
                    let report = world.reconciler.pass(&inventory, &request).await;
                    schedule.done(&due, &report, now());
                    print(global.output, &report)?;
                }
                schedule.wait(now()).unwrap_or(RELOAD).min(RELOAD)
            }
            Err(problem) => {
                problem.report();
                RELOAD
            }
        };
        tokio::select! {
            () = tokio::time::sleep(wait) => {}
            _ = interrupt.recv() => return Ok(stopped("SIGINT")),
            _ = terminate.recv() => return Ok(stopped("SIGTERM")),
        }
    }
}

fn stopped(signal: &str) -> Exit {
    tracing::info!("stopped by {signal}");
    Exit::Done
}

fn print(format: Output, report: &Report) -> Result<(), Problem> {
    if output::structured(format, report)? {
        return Ok(());
    }
    summary::repositories(&report.repositories);
    summary::policies(&report.policies);
    for automation in &report.automations {
        output::line(&summary::update(automation));
        summary::changes(automation);
        summary::remarks(automation);
        summary::markers(automation);
    }
    summary::failures(report);
    Ok(())
}
