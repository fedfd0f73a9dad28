//! `tagwarden plugin replay`: whether a plugin still answers what it answered.

use serde::Serialize;
use tagwarden_author::{
    question::{self, Answer},
    record::{self, Evaluation, Outcome},
};
use tagwarden_core::spec::PluginCall;
use tagwarden_wasm::Plugins;

use crate::{
    args::{Global, Replay},
    output,
    problem::{Exit, Outcome as Ended, Problem},
    world,
};

/// An evaluation made again, for programs.
#[derive(Serialize)]
struct Replayed {
    line: usize,
    plugin: String,
    outcome: Outcome,
    #[serde(skip_serializing_if = "Option::is_none")]
    recorded: Option<Answer>,
    #[serde(skip_serializing_if = "Option::is_none")]
    answer: Option<Answer>,
}

pub fn replay(global: &Global, args: &Replay) -> Ended {
    let plugins = world::plugins(global)?;
    let runtime = world::runtime()?;
    let mut replayed = Vec::new();
    for (line, evaluation) in (1..).zip(record::read(&args.file)?) {
        replayed.push(runtime.block_on(again(&plugins, line, evaluation?)));
    }
    if replayed.is_empty() {
        return Err(Problem::usage(format!("{} has no evaluations", args.file.display())));
    }
    if !output::structured(global.output, &replayed)? {
        print(&replayed)?;
    }
    Ok(match replayed.iter().all(|one| one.outcome.is_same()) {
        true => Exit::Done,
        false => Exit::Failed,
    })
}

async fn again(plugins: &Plugins, line: usize, evaluation: Evaluation) -> Replayed {
    let call = PluginCall::new(evaluation.plugin.clone(), evaluation.settings.clone());
    let answer = question::ask(plugins, &call, &evaluation.question).await;
    let digest = plugins.sandbox().digest(&evaluation.plugin);
    let outcome = Outcome::of(&evaluation, digest.as_deref(), &answer);
    let shown = |answer| (!outcome.is_same()).then_some(answer);
    Replayed {
        line,
        plugin: evaluation.plugin,
        outcome,
        recorded: shown(evaluation.answer),
        answer: shown(answer),
    }
}

fn print(replayed: &[Replayed]) -> Result<(), Problem> {
    for one in replayed.iter().filter(|one| !one.outcome.is_same()) {
        let who = match one.outcome {
            Outcome::Differs => "the same component answers differently",
            _ => "another component answers differently",
        };
        output::line(&format!("line {}: {}: {who}", one.line, one.plugin));
        output::line(&format!("  recorded: {}", json(one.recorded.as_ref())?));
        output::line(&format!("  now:      {}", json(one.answer.as_ref())?));
    }
    let count = |outcome| replayed.iter().filter(|one| one.outcome == outcome).count();
    let same = count(Outcome::Same);
    let another = count(Outcome::SameFromAnother);
    let differing = replayed.len() - same - another;
    output::line(&format!(
        "{} evaluations: {same} the same, {another} the same from another component, {differing} differing",
        replayed.len()
    ));
    Ok(())
}

fn json(answer: Option<&Answer>) -> Result<String, Problem> {
    serde_json::to_string(&answer)
        .map_err(|error| Problem::failed(format!("cannot print an answer: {error}")))
}
