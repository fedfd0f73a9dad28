//! `tagwarden plugin`: what authors and operators do with plugins, a file a
//! subcommand.

mod add;
mod bench;
mod build;
mod inspect;
mod list;
mod new;
mod pull;
mod push;
mod replay;
mod shown;
mod target;
mod test;
mod update;
mod vendor;
mod verify;
mod vet;
mod wit;

use crate::{
    args::{Global, Plugin},
    problem::Outcome,
};

pub fn plugin(global: &Global, args: &Plugin) -> Outcome {
    match args {
        Plugin::New(args) => new::new(global, args),
        Plugin::Build(args) => build::build(global, args),
        Plugin::Test(args) => test::test(global, args),
        Plugin::Bench(args) => bench::bench(global, args),
        Plugin::Replay(args) => replay::replay(global, args),
        Plugin::Inspect(args) => inspect::inspect(global, args),
        Plugin::Wit(args) => wit::wit(args),
        Plugin::List(args) => list::list(global, args),
        Plugin::Add(args) => add::add(global, args),
        Plugin::Update(args) => update::update(global, args),
        Plugin::Verify(args) => verify::verify(global, args),
        Plugin::Vendor(args) => vendor::vendor(global, args),
        Plugin::Push(args) => push::push(global, args),
        Plugin::Pull(args) => pull::pull(args),
    }
}
