//! `tagwarden plugin`: what authors and operators do with plugins, a file a
//! subcommand.

mod inspect;
mod list;
mod shown;

use crate::{
    args::{Global, Plugin},
    problem::Outcome,
};

pub fn plugin(global: &Global, args: &Plugin) -> Outcome {
    match args {
        Plugin::List => list::list(global),
        Plugin::Inspect(args) => inspect::inspect(global, args),
    }
}
