//! `tagwarden plugin wit`: the contract that this program speaks.

use tagwarden_author::reference;

use crate::{
    args::Wit,
    output,
    problem::{Exit, Outcome},
};

pub fn wit(args: &Wit) -> Outcome {
    match &args.folder {
        Some(folder) => {
            for path in reference::write(folder)? {
                output::line(&path.display().to_string());
            }
        }
        None if args.markdown => output::text(&reference::markdown()?),
        None => output::text(&reference::source()),
    }
    Ok(Exit::Done)
}
