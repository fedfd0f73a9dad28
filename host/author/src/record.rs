//! Evaluations of a running program, kept so that they can be tried again.
//!
//! One evaluation is one line of JSON: which component was asked what, and what it
//! answered. As a decision depends on nothing else, the line is all it takes to
//! have it made again, elsewhere and later.

use std::{
    fs::File,
    io::{BufRead, BufReader, BufWriter, Write},
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
};

use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use tagwarden_core::{
    spec::PluginCall,
    tags::{Candidates, TagSet},
};
use tagwarden_reconcile::ports::{
    Choice, Context, EvaluationError, Filtered, MessageInput, Metadata, Plugins,
};

use crate::{
    AuthorError,
    images::{Images, Noting},
    question::{self, Answer, Question},
};

/// The most bytes of one line: a hundred thousand tags with their keys and reasons.
const LINE_BYTES: u64 = 64 << 20;

/// One evaluation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Evaluation {
    /// The name the plugin was called by.
    pub plugin: String,
    /// The digest of its component.
    pub digest: Option<String>,
    /// Its settings, as JSON.
    pub settings: String,
    /// What it was asked.
    pub question: Question,
    /// What it answered.
    pub answer: Answer,
}

/// Tells the digest of a plugin's component by its name.
type Digests = Box<dyn Fn(&str) -> Option<String> + Send + Sync>;

/// Plugins whose evaluations are written down.
pub struct Recording {
    plugins: Arc<dyn Plugins>,
    digests: Digests,
    file: Mutex<BufWriter<File>>,
    path: PathBuf,
}

impl Recording {
    /// Writes the evaluations of `plugins` to a file, behind what is in it.
    pub fn open(
        plugins: Arc<dyn Plugins>,
        digests: impl Fn(&str) -> Option<String> + Send + Sync + 'static,
        path: &Path,
    ) -> Result<Self, AuthorError> {
        let file = File::options().create(true).append(true).open(path);
        let file = file.map_err(AuthorError::io("write", path))?;
        let file = Mutex::new(BufWriter::new(file));
        Ok(Self { plugins, digests: Box::new(digests), file, path: path.into() })
    }

    /// Writes an evaluation down. A record that cannot be written stops no decision.
    fn note(&self, call: &PluginCall, question: Question, answer: Answer) {
        let evaluation = Evaluation {
            plugin: call.plugin.clone(),
            digest: (self.digests)(&call.plugin),
            settings: call.settings.clone(),
            question,
            answer,
        };
        let written = serde_json::to_vec(&evaluation).map_err(Into::into).and_then(|mut line| {
            line.push(b'\n');
            let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
            file.write_all(&line).and_then(|()| file.flush())
        });
        if let Err(error) = written {
            tracing::warn!(record = %self.path.display(), %error, "cannot record an evaluation");
        }
    }
}

#[async_trait]
impl Plugins for Recording {
    async fn filter(
        &self,
        call: &PluginCall,
        tags: &Arc<TagSet>,
        context: &Context,
    ) -> Result<Filtered, EvaluationError> {
        let (noting, context) = noted(context);
        let filtered = self.plugins.filter(call, tags, &context).await;
        let answer = filtered.clone().map(|filtered| question::kept(tags, filtered));
        let question = question::of_filter(tags, &context).knowing(told(noting.as_deref()));
        self.note(call, question, or_refused(answer));
        filtered
    }

    async fn select(
        &self,
        call: &PluginCall,
        candidates: &Candidates,
        context: &Context,
    ) -> Result<Choice, EvaluationError> {
        let (noting, context) = noted(context);
        let choice = self.plugins.select(call, candidates, &context).await;
        let answer = choice.clone().map(|choice| question::chosen(candidates, choice));
        let question = question::of_policy(candidates, &context).knowing(told(noting.as_deref()));
        self.note(call, question, or_refused(answer));
        choice
    }

    async fn message(
        &self,
        call: &PluginCall,
        input: &MessageInput,
    ) -> Result<String, EvaluationError> {
        let text = self.plugins.message(call, input).await;
        let answer = text.clone().map(Answer::Message);
        self.note(call, question::of_message(input), or_refused(answer));
        text
    }
}

/// The context in which what is told of images is noted.
fn noted(context: &Context) -> (Option<Arc<Noting>>, Context) {
    let mut context = context.clone();
    let noting = context.metadata.take().map(|asked| Arc::new(Noting::new(asked)));
    context.metadata = noting.clone().map(|noting| noting as Arc<dyn Metadata>);
    (noting, context)
}

fn told(noting: Option<&Noting>) -> Images {
    noting.map(Noting::told).unwrap_or_default()
}

fn or_refused(answer: Result<Answer, EvaluationError>) -> Answer {
    answer.unwrap_or_else(|error| question::refused(&error))
}

/// The evaluations of a record, one after another.
pub fn read(
    path: &Path,
) -> Result<impl Iterator<Item = Result<Evaluation, AuthorError>> + use<>, AuthorError> {
    let mut file = BufReader::new(File::open(path).map_err(AuthorError::io("read", path))?);
    let path = path.to_owned();
    let mut number = 0;
    Ok(std::iter::from_fn(move || {
        number += 1;
        let mut line = String::new();
        let read = std::io::Read::take(&mut file, LINE_BYTES).read_line(&mut line);
        let malformed = |reason: String| AuthorError::Malformed {
            path: path.clone(),
            reason: format!("line {number}: {reason}"),
        };
        match read {
            Ok(0) => None,
            Ok(_) => {
                // The line is this one; serde knows of no other.
                let reason = |error: serde_json::Error| {
                    malformed(error.to_string().replace(" at line 1 column ", " at column "))
                };
                Some(serde_json::from_str(&line).map_err(reason))
            }
            Err(error) => Some(Err(malformed(error.to_string()))),
        }
    }))
}

/// How a recorded evaluation compares with one of today.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// The same component gives the same answer.
    Same,
    /// Another component, and the same answer.
    SameFromAnother,
    /// The same component gives another answer: it is no function of its input.
    Differs,
    /// Another component gives another answer.
    DiffersFromAnother,
}

impl Outcome {
    /// Compares components and answers.
    #[must_use]
    pub fn of(recorded: &Evaluation, digest: Option<&str>, answer: &Answer) -> Self {
        let same_component = recorded.digest.as_deref() == digest;
        match (same_component, recorded.answer == *answer) {
            (true, true) => Self::Same,
            (false, true) => Self::SameFromAnother,
            (true, false) => Self::Differs,
            (false, false) => Self::DiffersFromAnother,
        }
    }

    /// Whether the answer is the recorded one.
    #[must_use]
    pub fn is_same(self) -> bool {
        matches!(self, Self::Same | Self::SameFromAnother)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn evaluation() -> Evaluation {
        Evaluation {
            plugin: "semver".into(),
            digest: Some("sha256:00".into()),
            settings: "{}".into(),
            question: Question::Filter { tags: vec!["a".into()], context: Default::default() },
            answer: Answer::Kept { tags: vec!["a".into()], keys: None, rejected: [].into() },
        }
    }

    #[test]
    fn reads_back_what_it_wrote_and_names_the_line_that_is_none() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("record");
        let line = serde_json::to_string(&evaluation()).unwrap();
        std::fs::write(&path, format!("{line}\nnonsense\n")).unwrap();
        let mut lines = read(&path).unwrap();
        assert_eq!(lines.next().unwrap().unwrap(), evaluation());
        let error = lines.next().unwrap().unwrap_err().to_string();
        assert!(error.contains("line 2"), "{error}");
        assert!(lines.next().is_none());
    }

    #[test]
    fn tells_another_component_from_another_answer() {
        let recorded = evaluation();
        let other = Answer::Error("no".into());
        let outcome = |digest, answer| Outcome::of(&recorded, Some(digest), answer);
        assert_eq!(outcome("sha256:00", &recorded.answer), Outcome::Same);
        assert_eq!(outcome("sha256:11", &recorded.answer), Outcome::SameFromAnother);
        assert_eq!(outcome("sha256:00", &other), Outcome::Differs);
        assert!(!outcome("sha256:11", &other).is_same());
    }
}
