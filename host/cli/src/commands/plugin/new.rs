//! `tagwarden plugin new`: a project to start from.

use std::path::PathBuf;

use serde::Serialize;
use tagwarden_author::scaffold::{Request, scaffold};

use crate::{
    args::{Global, New},
    output,
    problem::{Exit, Outcome, Problem},
};

/// A new project, for programs.
#[derive(Serialize)]
struct Made {
    folder: PathBuf,
    files: Vec<PathBuf>,
}

pub fn new(global: &Global, args: &New) -> Outcome {
    let folder = args.folder.clone().unwrap_or_else(|| PathBuf::from(&args.name));
    let absolute = |path: &PathBuf| {
        path.canonicalize().map_err(|error| Problem::io("use the SDK in", path, &error))
    };
    let granted = global.grants.iter().filter(|given| given.name == args.name);
    let mut grants: Vec<_> =
        args.needs.iter().copied().chain(granted.map(|given| given.grant)).collect();
    grants.sort_unstable();
    grants.dedup();
    let request = Request {
        name: args.name.clone(),
        kind: args.kind,
        language: args.language,
        grants,
        sdk: args.sdk.as_ref().map(absolute).transpose()?,
    };
    let (_, files) = scaffold(&request, &folder)?;
    let made = Made { folder, files };
    if !output::structured(global.output, &made)? {
        print(&made);
    }
    Ok(Exit::Done)
}

fn print(made: &Made) {
    let folder = made.folder.display();
    for file in made.files.iter().filter(|file| !file.starts_with("vendor")) {
        output::line(&format!("{folder}/{}", file.display()));
    }
    output::line(&format!(
        "\nNext:\n  cd {folder}\n  tagwarden plugin build\n  tagwarden plugin test"
    ));
}
