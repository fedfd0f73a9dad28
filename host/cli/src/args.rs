//! The command line, as clap reads it.

mod cache;
mod global;
mod object;
mod plugin;
mod reconcile;
mod tools;

pub use cache::{Cache, Prune};
pub use global::{Color, Global, Output, PluginFile, PluginGrant};
pub use object::named;
pub use plugin::{
    Add, Bench, Build, Inspect, Keys, List, New, Plugin, Pull, Push, Replay, Test, Update, Vendor,
    Vetted, Wit,
};
pub use reconcile::{Explain, Get, Kind, Manifests, Plan, Reverts, Run};
pub use tools::{Access, Message, Scan, Select, Set};

use std::time::Duration;

use clap::{Parser, Subcommand};

/// Keeps container images in GitOps repositories current; every decision runs in a sandbox.
///
/// Reads Flux's own manifests (ImageRepository, ImagePolicy, ImageUpdateAutomation,
/// GitRepository, Secret) from files, scans the registries, lets WebAssembly plugins
/// choose the tags, and writes them into the marked lines of a Git repository.
///
/// Exit codes: 0 done, 1 failed, 2 wrong usage, 3 nothing selected.
#[derive(Debug, Parser)]
#[command(name = "tagwarden", version, arg_required_else_help = true)]
pub struct Cli {
    #[command(flatten)]
    pub global: Global,
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Reconcile everything: scan, select, edit, commit, push.
    Run(Run),
    /// Show what `run` would do, and write nothing.
    Plan(Plan),
    /// Show the state that the last run left.
    Get(Get),
    /// Tell for each tag why it is, or is not, the selected one.
    Explain(Explain),
    /// List the tags of an image.
    Scan(Scan),
    /// Select a tag, from standard input or from an image.
    Select(Box<Select>),
    /// Edit marked YAML files in place.
    Set(Set),
    /// Render a commit message.
    Message(Message),
    /// Look at plugins.
    #[command(subcommand)]
    Plugin(Plugin),
    /// Look after what is kept to be quick.
    #[command(subcommand)]
    Cache(Cache),
    /// Compile a component for a `tagwarden` that started this one.
    #[command(hide = true)]
    CompileComponent {
        /// What it may use, as the parent says.
        limits: Vec<String>,
    },
    /// Print a completion script for a shell.
    Completions {
        /// The shell.
        shell: clap_complete::Shell,
    },
}

/// How many things may be done at once.
fn concurrency(text: &str) -> Result<usize, String> {
    let number = text.parse().ok().filter(|n| (1..=1024).contains(n));
    number.ok_or_else(|| "give a number from 1 to 1024".to_owned())
}

/// A Go duration, e.g. `1h30m`.
fn duration(text: &str) -> Result<Duration, String> {
    let duration = tagwarden_api::parse_duration(text).filter(|duration| !duration.is_zero());
    duration.ok_or_else(|| "write a number with h, m, s or ms, e.g. 5m or 1h30m".to_owned())
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }
}
