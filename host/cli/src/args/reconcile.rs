//! The commands over manifests.

use std::{path::PathBuf, time::Duration};

use clap::{Args, ValueEnum, ValueHint};
use tagwarden_reconcile::CONCURRENT_SCANS;

use super::{concurrency, duration};

/// Where the manifests are.
#[derive(Debug, Args)]
pub struct Manifests {
    /// A manifest, or a folder of them, read with its subfolders.
    #[arg(short, long = "filename", value_name = "DIR", required = true, value_hint = ValueHint::AnyPath)]
    pub files: Vec<PathBuf>,
}

#[derive(Debug, Args)]
pub struct Plan {
    #[command(flatten)]
    pub manifests: Manifests,
    #[command(flatten)]
    pub reverts: Reverts,
}

/// What to do about changes that people took back.
#[derive(Debug, Args)]
pub struct Reverts {
    /// Propose again what people reverted, or whose request they closed.
    #[arg(long)]
    pub ignore_reverts: bool,
}

#[derive(Debug, Args)]
pub struct Run {
    #[command(flatten)]
    pub manifests: Manifests,
    #[command(flatten)]
    pub reverts: Reverts,
    /// How many images are scanned at once; one registry gets four requests at a time at most.
    #[arg(long, value_name = "N", default_value_t = CONCURRENT_SCANS, value_parser = concurrency)]
    pub concurrent: usize,
    /// Make one pass over everything, and stop.
    #[arg(long)]
    pub once: bool,
    /// Do nothing more often than this, whatever the manifests say.
    #[arg(long, value_name = "DURATION", value_parser = duration, conflicts_with = "once")]
    pub interval: Option<Duration>,
}

#[derive(Debug, Args)]
pub struct Get {
    /// Only this kind.
    #[arg(value_enum, default_value_t = Kind::All)]
    pub kind: Kind,
    #[command(flatten)]
    pub manifests: Manifests,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Kind {
    All,
    #[value(alias = "repository")]
    Repositories,
    #[value(alias = "policy")]
    Policies,
    #[value(alias = "update")]
    Updates,
    #[value(alias = "plugin")]
    Plugins,
}

#[derive(Debug, Args)]
pub struct Explain {
    /// The policy: NAMESPACE/NAME, or NAME alone where only one has it.
    pub policy: String,
    /// Only this tag.
    #[arg(long)]
    pub tag: Option<String>,
    #[command(flatten)]
    pub manifests: Manifests,
}
