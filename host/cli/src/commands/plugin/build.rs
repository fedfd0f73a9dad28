//! `tagwarden plugin build`: from a project to a component.

use tagwarden_author::Project;

use super::{shown::Shown, target::Target};
use crate::{
    args::{Build, Global},
    output,
    problem::{Exit, Outcome},
};

pub fn build(global: &Global, args: &Build) -> Outcome {
    let project = Project::open(&args.folder)?;
    tagwarden_author::build(&project)?;
    // A component that does not load is of no use: better to hear it now.
    let target = Target::of(&args.folder)?;
    let shown = Shown::of(&target.load(global)?, &target.name)?;
    if !output::structured(global.output, &shown)? {
        output::line(&format!(
            "{}  {} KiB  {}",
            target.component.display(),
            shown.size.div_ceil(1024),
            shown.digest
        ));
    }
    match &shown.problem {
        None => Ok(Exit::Done),
        Some(problem) => Err(crate::problem::Problem::failed(format!(
            "{} was built, but {problem}",
            target.component.display()
        ))),
    }
}
