//! The commands: each reads its arguments, calls the crates below, prints.

mod cache;
mod explain;
mod get;
mod message;
mod plan;
mod plugin;
mod run;
mod scan;
mod select;
mod set;

pub use plan::short;

use clap::CommandFactory;
use tagwarden_wasm::CompilerLimits;

use crate::{
    args::{Cli, Command},
    problem::{Exit, Outcome, Problem},
};

/// Runs the command that was given.
pub fn dispatch(cli: &Cli) -> Outcome {
    let global = &cli.global;
    match &cli.command {
        Command::Run(args) => run::run(global, args),
        Command::Plan(args) => plan::plan(global, args),
        Command::Get(args) => get::get(global, args),
        Command::Explain(args) => explain::explain(global, args),
        Command::Scan(args) => scan::scan(global, args),
        Command::Select(args) => select::select(global, args),
        Command::Set(args) => set::set(global, args),
        Command::Message(args) => message::message(global, args),
        Command::Plugin(args) => plugin::plugin(global, args),
        Command::Cache(args) => cache::cache(global, args),
        Command::CompileComponent { limits } => compile(limits),
        Command::Completions { shell } => {
            clap_complete::generate(
                *shell,
                &mut Cli::command(),
                "tagwarden",
                &mut std::io::stdout(),
            );
            Ok(Exit::Done)
        }
    }
}

/// What the engine starts this program for, once for each component of others.
fn compile(limits: &[String]) -> Outcome {
    let limits = CompilerLimits::parse(limits)
        .ok_or_else(|| Problem::usage("this command is for the program itself"))?;
    match tagwarden_wasm::compile_component(&limits) {
        Ok(()) => Ok(Exit::Done),
        // The parent makes a sentence of it.
        Err(reason) => {
            eprintln!("{reason}");
            Ok(Exit::Failed)
        }
    }
}
