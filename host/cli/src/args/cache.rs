//! `tagwarden cache …`.

use std::time::Duration;

use clap::{Args, Subcommand};

use super::duration;

#[derive(Debug, Subcommand)]
pub enum Cache {
    /// Remove mirrors of Git repositories; what is needed again is fetched again.
    Prune(Prune),
}

#[derive(Debug, Args)]
pub struct Prune {
    /// The least recently used go until the others take no more than so many MiB.
    #[arg(long, value_name = "MIB", default_value_t = 4096)]
    pub max_size: u64,
    /// Those not used for so long go in any case.
    #[arg(long, value_name = "DURATION", default_value = "720h", value_parser = duration)]
    pub unused_for: Duration,
}
