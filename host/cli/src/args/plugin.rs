//! `tagwarden plugin …`, a struct a subcommand.

use clap::{Args, Subcommand};

/// The subcommands, in the order an author meets them, then an operator.
#[derive(Debug, Subcommand)]
pub enum Plugin {
    /// List the plugins there are.
    List,
    /// Show what a plugin is, imports and exports.
    Inspect(Inspect),
}

#[derive(Debug, Args)]
pub struct Inspect {
    /// A file, or the name of a plugin.
    pub plugin: String,
}
