//! `tagwarden plugin …`, a struct a subcommand.

use std::{path::PathBuf, time::Duration};

use clap::{Args, Subcommand, ValueHint};
use tagwarden_api::parse_size;
use tagwarden_author::{Kind, Language};
use tagwarden_core::spec::{Grant, PluginLimits};

use super::Access;

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
    /// Show the contract between Tagwarden and its plugins.
    Wit(Wit),
    /// List the plugins there are, and which of them may run.
    List(List),
    /// Vet a plugin: check it, and pin it in the lock file.
    Add(Add),
    /// Look at the sources again, and pin what they hold now.
    Update(Update),
    /// Check every vetted plugin, from its signatures to its last byte.
    Verify(Vetted),
    /// Copy every vetted plugin into a folder, to run without registries.
    Vendor(Vendor),
    /// Push a component to a registry.
    Push(Push),
    /// Pull a component from a registry into a file.
    Pull(Pull),
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
    /// What it must be granted to run, metadata or wasi; may be given twice.
    #[arg(long, value_name = "GRANT")]
    pub needs: Vec<Grant>,
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
    pub time: Duration,
    /// How many ask at once when evaluations a second are counted.
    /// [default: as many as there are processors]
    #[arg(long, value_name = "NUMBER")]
    pub threads: Option<std::num::NonZeroUsize>,
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

#[derive(Debug, Args)]
pub struct Wit {
    /// As a document, every item with what it means.
    #[arg(long, conflicts_with = "folder")]
    pub markdown: bool,
    /// Write its files into a folder, over those that are there.
    #[arg(long = "to", value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub folder: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub struct List {
    /// The manifests whose plugins to list too, and those of their lock file.
    #[arg(short, long = "filename", value_name = "DIR", value_hint = ValueHint::AnyPath)]
    pub files: Vec<PathBuf>,
}

/// Which manifests and lock file an operator's command is about.
#[derive(Debug, Args)]
pub struct Vetted {
    /// The manifests; the lock file is `tagwarden.lock` in that folder.
    #[arg(short, long = "filename", value_name = "DIR", default_value = ".", value_hint = ValueHint::AnyPath)]
    pub files: Vec<PathBuf>,
    #[command(flatten)]
    pub access: Access,
}

/// Whose signatures are wanted.
#[derive(Debug, Args)]
pub struct Keys {
    /// A public key that must have signed it, in PEM (cosign.pub); one of several is enough.
    #[arg(long = "key", value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub keys: Vec<PathBuf>,
    /// Every key must have signed it.
    #[arg(long, requires = "keys")]
    pub all_keys: bool,
}

#[derive(Debug, Args)]
pub struct Add {
    /// A file, or oci://registry/repository:tag.
    pub source: String,
    /// What policies are to call it. [default: the name it gives itself]
    #[arg(long)]
    pub name: Option<String>,
    #[command(flatten)]
    pub keys: Keys,
    #[command(flatten)]
    pub limits: Limits,
    #[command(flatten)]
    pub vetted: Vetted,
}

/// What one evaluation may use, where that is to be less than the engine allows.
#[derive(Debug, Args)]
pub struct Limits {
    /// The time it may take to answer, e.g. 500ms; 5s at most.
    #[arg(long, value_name = "DURATION", value_parser = super::duration)]
    pub deadline: Option<Duration>,
    /// The memory it may take, e.g. 16Mi; 64Mi at most.
    #[arg(long, value_name = "SIZE", value_parser = size)]
    pub memory: Option<u64>,
    /// The size of the component, e.g. 512Ki; 64Mi at most.
    #[arg(long, value_name = "SIZE", value_parser = size)]
    pub max_size: Option<u64>,
}

impl Limits {
    /// The limits as they are vetted.
    pub fn limits(&self) -> PluginLimits {
        PluginLimits { deadline: self.deadline, memory: self.memory, size: self.max_size }
    }
}

/// A size as manifests write it.
fn size(text: &str) -> Result<u64, String> {
    parse_size(text).ok_or_else(|| "write a whole number and Ki, Mi or Gi, e.g. 32Mi".to_owned())
}

#[derive(Debug, Args)]
pub struct Update {
    /// Only this plugin.
    pub name: Option<String>,
    #[command(flatten)]
    pub vetted: Vetted,
}

#[derive(Debug, Args)]
pub struct Vendor {
    /// The folder to copy to; within the folder of the lock file.
    #[arg(value_hint = ValueHint::DirPath)]
    pub folder: PathBuf,
    #[command(flatten)]
    pub vetted: Vetted,
}

#[derive(Debug, Args)]
pub struct Push {
    /// The component.
    #[arg(value_hint = ValueHint::FilePath)]
    pub file: PathBuf,
    /// Where to: oci://registry/repository:tag.
    pub destination: String,
    #[command(flatten)]
    pub access: Access,
}

#[derive(Debug, Args)]
pub struct Pull {
    /// What: oci://registry/repository:tag, or …@sha256:….
    pub source: String,
    /// The file to write. [default: the repository's last part, .wasm]
    #[arg(long = "to", value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub file: Option<PathBuf>,
    #[command(flatten)]
    pub keys: Keys,
    #[command(flatten)]
    pub access: Access,
}
