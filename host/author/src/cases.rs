//! Cases: what a plugin is asked and expected to answer, from a YAML file.

mod file;
mod judge;

use std::{fs, path::Path};

use serde::Serialize;
use tagwarden_core::spec::PluginCall;
use tagwarden_reconcile::ports::Plugins;

pub use file::{Case, Cases};

use crate::{
    AuthorError, Kind,
    question::{Question, ask},
};

/// The most bytes of a file of cases.
const FILE_BYTES: u64 = 64 << 20;

/// What became of a case.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Verdict {
    /// The case's name.
    pub name: String,
    /// Whether the answer was the expected one.
    pub passed: bool,
    /// What was expected, a fact a line; empty where the case passed.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub expected: String,
    /// What was answered, told in the same facts.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub actual: String,
}

impl Cases {
    /// Reads a file of cases for a plugin of a kind.
    pub fn read(path: &Path, kind: Kind) -> Result<Self, AuthorError> {
        let size = fs::metadata(path).map_err(AuthorError::io("read", path))?.len();
        let malformed = |reason| AuthorError::Malformed { path: path.into(), reason };
        if size > FILE_BYTES {
            return Err(malformed(format!("it has {size} bytes, {FILE_BYTES} are the most")));
        }
        let text = fs::read_to_string(path).map_err(AuthorError::io("read", path))?;
        Self::parse(&text, kind).map_err(malformed)
    }
}

/// Puts a case to the plugin of that name.
///
/// It is asked with and without reasons: a plugin that decides otherwise when it is
/// asked to explain would make `explain` lie.
pub async fn run(plugins: &dyn Plugins, plugin: &str, case: &Case) -> Verdict {
    let call = PluginCall::new(plugin, case.settings.clone());
    let explained = ask(plugins, &call, &asked(&case.question, true)).await;
    let verdict = judge::judge(&case.name, &case.expect, &explained);
    let plain = ask(plugins, &call, &asked(&case.question, false)).await;
    match verdict.passed && plain != explained.clone().without_reasons() {
        true => judge::unsteady(&case.name, &explained, &plain),
        false => verdict,
    }
}

fn asked(question: &Question, why: bool) -> Question {
    let mut question = question.clone();
    if let Question::Policy { context, .. } | Question::Filter { context, .. } = &mut question {
        context.explain = why;
    }
    question
}
