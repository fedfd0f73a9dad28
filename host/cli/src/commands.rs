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

use crate::{
    args::{Cli, Command},
    problem::{Exit, Outcome},
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
