//! Asking a plugin over and over, with a clock beside it.

use std::{
    sync::{Arc, Barrier},
    thread,
    time::{Duration, Instant},
};

use tagwarden_author::question::{Answer, Question, ask};
use tagwarden_core::{
    spec::PluginCall,
    tags::{Candidates, TagSet},
};
use tagwarden_reconcile::ports::{Context, EvaluationError, MessageInput};
use tagwarden_wasm::{Plugins, Sandbox, Usage};

use crate::{problem::Problem, world};

/// The most evaluations that are timed at one size.
const ROUNDS: usize = 100_000;

/// Asks once, on an engine that counts; a plugin that fails is not measured.
pub(super) fn used(
    plugins: &Plugins,
    call: &PluginCall,
    question: &Question,
) -> Result<Usage, Problem> {
    match world::runtime()?.block_on(ask(plugins, call, question)) {
        Answer::Error(error) => {
            Err(Problem::failed(format!("there is nothing to measure: {error}"))
                .hint("`bench:` in cases.yaml says which settings and tags to measure with"))
        }
        _ => Ok(plugins.sandbox().usage().unwrap_or_default()),
    }
}

/// The times of whole evaluations, each in a fresh sandbox, for as long as asked.
pub(super) fn times(
    sandbox: &Sandbox,
    call: &PluginCall,
    question: &Question,
    limit: Duration,
) -> Result<Vec<Duration>, Problem> {
    let evaluate = evaluation(sandbox, call, question);
    let failed = |error: EvaluationError| Problem::failed(error.to_string());
    // The first one brings code and pages into memory.
    evaluate().map_err(failed)?;
    let (start, mut times) = (Instant::now(), Vec::new());
    while times.len() < ROUNDS && (times.is_empty() || start.elapsed() < limit) {
        let before = Instant::now();
        evaluate().map_err(failed)?;
        times.push(before.elapsed());
    }
    Ok(times)
}

/// Whole evaluations a second by several threads at once, for as long as asked.
pub(super) fn per_second(
    sandbox: &Sandbox,
    call: &PluginCall,
    question: &Question,
    threads: usize,
    limit: Duration,
) -> Result<f64, Problem> {
    let ready = Barrier::new(threads);
    let count = || {
        let evaluate = evaluation(sandbox, call, question);
        ready.wait();
        let (start, mut count) = (Instant::now(), 0_u32);
        while count == 0 || start.elapsed() < limit {
            evaluate()?;
            count += 1;
        }
        Ok(f64::from(count) / start.elapsed().as_secs_f64())
    };
    let rates: Result<Vec<f64>, EvaluationError> = thread::scope(|scope| {
        let asking: Vec<_> = (0..threads).map(|_| scope.spawn(count)).collect();
        let rates = asking.into_iter();
        rates.map(|thread| thread.join().expect("an evaluation does not panic")).collect()
    });
    Ok(rates.map_err(|error| Problem::failed(error.to_string()))?.iter().sum())
}

/// One evaluation, with all that goes in prepared.
fn evaluation<'a>(
    sandbox: &'a Sandbox,
    call: &'a PluginCall,
    question: &'a Question,
) -> Box<dyn Fn() -> Result<(), EvaluationError> + 'a> {
    match question {
        Question::Policy { tags, context, .. } => {
            let candidates = Candidates::all(Arc::new(TagSet::new(tags)));
            let context = Context::from(context);
            Box::new(move || sandbox.select(call, &candidates, &context).map(drop))
        }
        Question::Filter { tags, context } => {
            let (tags, context) = (Arc::new(TagSet::new(tags)), Context::from(context));
            Box::new(move || sandbox.filter(call, &tags, &context).map(drop))
        }
        Question::Message { automation, changes, .. } => {
            let input = MessageInput {
                automation: automation.clone(),
                values: [].into(),
                changes: changes.iter().cloned().collect(),
                images: [].into(),
            };
            Box::new(move || sandbox.message(call, &input).map(drop))
        }
    }
}
