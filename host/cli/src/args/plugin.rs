//! `tagwarden plugin …`, a struct a subcommand.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueHint};
use tagwarden_author::{Kind, Language};

/// The subcommands, in the order an author meets them, then an operator.
#[derive(Debug, Subcommand)]
pub enum Plugin {
    /// Start a plugin: a small project with tests and the contract in it.
    New(New),
    /// Build a plugin by its language's own tools.
    Build(Build),
    /// Put the cases of cases.yaml to a plugin.
    Test(Test),
    /// Measure a plugin: time, instructions, memory.
    Bench(Bench),
    /// Ask again what was recorded, and compare the answers.
    Replay(Replay),
    /// Show what a plugin is, imports and exports.
    Inspect(Inspect),
    /// List the plugins there are.
    List,
}

#[derive(Debug, Args)]
pub struct New {
    /// The plugin's name: lower-case letters, digits and hyphens.
    pub name: String,
    /// What it decides: policy, filter or message.
    #[arg(long, default_value = "policy")]
    pub kind: Kind,
    /// What it is written in: rust, go, javascript, python or c.
    #[arg(long = "lang", value_name = "LANGUAGE")]
    pub language: Language,
    /// The folder to make. [default: the name, in this folder]
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub folder: Option<PathBuf>,
    /// Use the Rust SDK in this folder in place of a copy in the project.
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub sdk: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub struct Build {
    /// The project's folder.
    #[arg(default_value = ".", value_hint = ValueHint::DirPath)]
    pub folder: PathBuf,
}

#[derive(Debug, Args)]
pub struct Test {
    /// A project's folder, or a component.
    #[arg(default_value = ".", value_hint = ValueHint::AnyPath)]
    pub plugin: PathBuf,
    /// The file of cases. [default: cases.yaml beside the component]
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub cases: Option<PathBuf>,
    /// Only the cases whose name has this in it.
    #[arg(long, value_name = "TEXT")]
    pub only: Option<String>,
}

#[derive(Debug, Args)]
pub struct Bench {
    /// A project's folder, or a component.
    #[arg(default_value = ".", value_hint = ValueHint::AnyPath)]
    pub plugin: PathBuf,
    /// The file of cases, whose `bench` says what to measure with.
    /// [default: cases.yaml beside the component]
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub cases: Option<PathBuf>,
    /// How long to measure at each size.
    #[arg(long, default_value = "2s", value_name = "DURATION", value_parser = super::duration)]
    pub time: std::time::Duration,
}

#[derive(Debug, Args)]
pub struct Replay {
    /// What `--record` wrote.
    #[arg(value_hint = ValueHint::FilePath)]
    pub file: PathBuf,
}

#[derive(Debug, Args)]
pub struct Inspect {
    /// A file, or the name of a plugin.
    pub plugin: String,
    /// Show its WIT in full.
    #[arg(long)]
    pub wit: bool,
}
