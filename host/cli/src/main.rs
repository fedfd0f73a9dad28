//! The `tagwarden` program: reads arguments, plugs the crates together, prints.
//!
//! Place in the flow: outside everything. It is the only crate that prints,
//! reads the environment and the clock, and turns errors into exit codes.

mod args;
mod commands;
mod diff;
mod output;
mod problem;
mod progress;
mod summary;
mod vetting;
mod world;

use std::{io::IsTerminal, process::ExitCode};

use args::{Cli, Color, Global};
use clap::Parser;
use tagwarden_wasm::TAMPERED;
use tracing_subscriber::EnvFilter;

/// glibc keeps memory back for each of the many threads that wait for files and
/// sandboxes: half as much again as is in use.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

fn main() -> ExitCode {
    let cli = Cli::parse();
    colour(&cli.global);
    log(&cli.global);
    let exit = commands::dispatch(&cli).unwrap_or_else(|problem| problem.report());
    exit.into()
}

fn colour(global: &Global) {
    match global.color {
        Color::Auto => anstream::ColorChoice::Auto,
        Color::Always => anstream::ColorChoice::Always,
        Color::Never => anstream::ColorChoice::Never,
    }
    .write_global();
}

/// Logs go to standard error. `RUST_LOG` wins over `-v`. That somebody changed a file
/// is said whatever the verbosity.
fn log(global: &Global) {
    let tampered = format!("off,{TAMPERED}=warn");
    let level = match global.verbose {
        0 => tampered.as_str(),
        1 => "info,wasmtime=warn,cranelift=warn",
        _ => "debug,wasmtime=info,cranelift=info,cranelift_codegen=info,regalloc2=info",
    };
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(level));
    let ansi = match global.color {
        Color::Always => true,
        Color::Never => false,
        Color::Auto => std::io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none(),
    };
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(ansi)
        .init();
}
