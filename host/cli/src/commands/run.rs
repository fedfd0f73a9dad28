//! `tagwarden run`: reconciles everything, once or for ever.

use std::time::Duration;

use tagwarden_core::spec::{ImageRepository, Inventory};
use tagwarden_reconcile::{Mode, Reconciler, Report, Request, Schedule};
use tokio::signal::unix::{SignalKind, signal};

use crate::{
    args::{Global, Output, Run},
    output,
    problem::{Exit, Outcome, Problem},
    summary,
    vetting::Vetting,
    world::{self, World, now},
};

/// How often the manifests are read again.
const RELOAD: Duration = Duration::from_secs(60);

pub fn run(global: &Global, args: &Run) -> Outcome {
    let inventory = world::inventory_but(&args.manifests, &args.reverts)?;
    let vetting = Vetting::read(&args.manifests, &inventory)?;
    let mut world = World::open(global, &inventory, &vetting)?;
    world.reconciler.concurrent_scans = args.concurrent;
    if !args.once {
        return world.runtime.block_on(forever(global, args, &world, vetting));
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
async fn forever(global: &Global, args: &Run, world: &World, vetting: Vetting) -> Outcome {
    let listen =
        |kind| signal(kind).map_err(|e| Problem::failed(format!("cannot listen for signals: {e}")));
    let (mut interrupt, mut terminate) =
        (listen(SignalKind::interrupt())?, listen(SignalKind::terminate())?);
    let mut schedule = Schedule::default();
    let mut plugins = Current { vetting, reconciler: world.reconciler.clone() };
    loop {
        let wait = match plugins.reload(global, args).await {
            Ok(inventory) => {
                let scanned_at =
                    |repository: &ImageRepository| world.reconciler.scanned_at(repository, now());
                schedule.sync(&inventory, args.interval, &scanned_at);
                let due = schedule.due(now());
                if !due.is_empty() {
                    let request = Request { now: now(), mode: Mode::Write, due: Some(due.clone()) };
                    let report = plugins.reconciler.pass(&inventory, &request).await;
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

/// The loop with the plugins that are vetted now.
struct Current {
    vetting: Vetting,
    reconciler: Reconciler,
}

impl Current {
    /// Reads the manifests again, and loads the plugins again when others may
    /// run now. What cannot be read runs nothing.
    async fn reload(&mut self, global: &Global, args: &Run) -> Result<Inventory, Problem> {
        let inventory = world::inventory_but(&args.manifests, &args.reverts)?;
        let vetting = Vetting::read(&args.manifests, &inventory)?;
        if !vetting.is_as(&self.vetting) {
            tracing::info!("other plugins are vetted now");
            self.reconciler.plugins = vetting.plugins(global, &inventory).await?.port;
            self.vetting = vetting;
        }
        Ok(inventory)
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
