//! One evaluation as data: what a plugin is asked, and what it answers.

use std::{collections::BTreeMap, sync::Arc};

use serde::{Deserialize, Serialize};
use tagwarden_core::{
    change::Change,
    lines::Lines,
    object::ObjectName,
    spec::PluginCall,
    tags::{Candidates, TagSet},
};
use tagwarden_reconcile::ports::{
    Choice, Context, EvaluationError, Filtered, MessageInput, Plugins, Rejection,
};

use crate::images::{Images, Known};

/// What a plugin is asked, beside its settings.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub enum Question {
    /// Which of these tags is the current one?
    Policy {
        /// The tags that a filter kept, in order of their bytes.
        tags: Vec<String>,
        /// A key for each, where the filter extracted any.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        keys: Option<Vec<String>>,
        /// What else the answer may depend on.
        context: Surroundings,
    },
    /// Which of these tags does a policy get to see?
    Filter {
        /// The tags, in order of their bytes.
        tags: Vec<String>,
        /// What else the answer may depend on.
        context: Surroundings,
    },
    /// What does a commit say about these changes?
    Message {
        /// The automation that commits.
        automation: ObjectName,
        /// The manifest's own values.
        #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
        values: BTreeMap<String, String>,
        /// What changed.
        changes: Vec<Change>,
        /// What each policy selected, by `NAMESPACE/NAME`.
        #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
        images: BTreeMap<String, String>,
    },
}

/// What a decision may depend on besides settings and tags.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Surroundings {
    /// The image repository.
    pub image: String,
    /// The tag selected now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub current: Option<String>,
    /// Seconds since 1970-01-01 UTC.
    pub now: u64,
    /// Whether to give the reason of every rejection.
    #[serde(default)]
    pub explain: bool,
    /// What is known of images, by tag, for a plugin that may ask.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub images: Images,
}

/// What a plugin answers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Answer {
    /// A policy's choice.
    Chosen {
        /// The tag chosen, if any will do.
        tag: Option<String>,
        /// Tags that could not be chosen, and why.
        #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
        rejected: BTreeMap<String, String>,
    },
    /// What a filter kept.
    Kept {
        /// The tags.
        tags: Vec<String>,
        /// A key for each, where they are not their own.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        keys: Option<Vec<String>>,
        /// Tags that were dropped, and why.
        #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
        rejected: BTreeMap<String, String>,
    },
    /// A message's text.
    Message(String),
    /// Why there is no answer.
    Error(String),
}

impl Answer {
    /// The same answer without the reasons, which are given only when asked for.
    #[must_use]
    pub fn without_reasons(mut self) -> Self {
        if let Self::Chosen { rejected, .. } | Self::Kept { rejected, .. } = &mut self {
            rejected.clear();
        }
        self
    }
}

/// Asks a plugin.
pub async fn ask(plugins: &dyn Plugins, call: &PluginCall, question: &Question) -> Answer {
    let answer = match question {
        Question::Policy { tags, keys, context } => {
            let candidates = candidates(tags, keys.as_deref());
            let choice = plugins.select(call, &candidates, &context.into()).await;
            choice.map(|choice| chosen(&candidates, choice))
        }
        Question::Filter { tags, context } => {
            let tags = Arc::new(TagSet::new(tags));
            plugins.filter(call, &tags, &context.into()).await.map(|kept| self::kept(&tags, kept))
        }
        Question::Message { automation, values, changes, images } => {
            let input = MessageInput {
                automation: automation.clone(),
                values: values.clone(),
                changes: changes.iter().cloned().collect(),
                images: images
                    .iter()
                    .filter_map(|(name, image)| Some((object(name)?, image.clone())))
                    .collect(),
            };
            plugins.message(call, &input).await.map(Answer::Message)
        }
    };
    answer.unwrap_or_else(|error| refused(&error))
}

/// What was asked of a policy.
#[must_use]
pub fn of_policy(candidates: &Candidates, context: &Context) -> Question {
    let tags: Vec<String> =
        (0..candidates.len()).filter_map(|i| candidates.tag(i)).map(ToOwned::to_owned).collect();
    let keys: Vec<String> = candidates.keys().iter().map(ToOwned::to_owned).collect();
    Question::Policy { keys: (keys != tags).then_some(keys), tags, context: context.into() }
}

/// What was asked of a filter.
#[must_use]
pub fn of_filter(tags: &TagSet, context: &Context) -> Question {
    Question::Filter { tags: tags.iter().map(ToOwned::to_owned).collect(), context: context.into() }
}

impl Question {
    /// The same question, with what was told of images.
    #[must_use]
    pub fn knowing(mut self, told: Images) -> Self {
        if let Self::Policy { context, .. } | Self::Filter { context, .. } = &mut self {
            context.images = told;
        }
        self
    }
}

/// What was asked of a message plugin.
#[must_use]
pub fn of_message(input: &MessageInput) -> Question {
    let MessageInput { automation, values, changes, images } = input;
    Question::Message {
        automation: automation.clone(),
        values: values.clone(),
        changes: changes.iter().cloned().collect(),
        images: images.iter().map(|(name, image)| (name.to_string(), image.clone())).collect(),
    }
}

/// A policy's answer.
#[must_use]
pub fn chosen(candidates: &Candidates, choice: Choice) -> Answer {
    let tag = |index: u32| candidates.tag(index as usize).map(ToOwned::to_owned);
    Answer::Chosen { tag: choice.chosen.and_then(tag), rejected: reasons(choice.rejected, tag) }
}

/// A filter's answer.
#[must_use]
pub fn kept(tags: &TagSet, filtered: Filtered) -> Answer {
    let tag = |index: u32| tags.get(index as usize).map(ToOwned::to_owned);
    let lines = |lines: &Lines| lines.iter().map(ToOwned::to_owned).collect();
    Answer::Kept {
        tags: filtered.kept.into_iter().filter_map(tag).collect(),
        keys: filtered.keys.as_ref().map(lines),
        rejected: reasons(filtered.rejected, tag),
    }
}

/// No answer, and why.
#[must_use]
pub fn refused(error: &EvaluationError) -> Answer {
    Answer::Error(error.failure.to_string())
}

fn reasons(
    rejected: Vec<Rejection>,
    tag: impl Fn(u32) -> Option<String>,
) -> BTreeMap<String, String> {
    rejected.into_iter().filter_map(|r| Some((tag(r.index)?, r.reason))).collect()
}

/// Tags with their keys, in the order in which the host would pass them.
fn candidates(tags: &[String], keys: Option<&[String]>) -> Candidates {
    let set = Arc::new(TagSet::new(tags));
    let Some(keys) = keys else {
        return Candidates::all(set);
    };
    let by_tag: BTreeMap<&str, &str> =
        tags.iter().map(String::as_str).zip(keys.iter().map(String::as_str)).collect();
    let all = (0..).take(set.len()).collect();
    let keys: Lines = by_tag.into_values().collect();
    Candidates::kept(set, all, Some(keys))
}

fn object(name: &str) -> Option<ObjectName> {
    name.split_once('/').map(|(namespace, name)| ObjectName::new(namespace, name))
}

impl From<&Surroundings> for Context {
    fn from(surroundings: &Surroundings) -> Self {
        let Surroundings { image, current, now, explain, images } = surroundings.clone();
        Self { image, current, now, explain, metadata: Some(Arc::new(Known(images))) }
    }
}

impl From<&Context> for Surroundings {
    fn from(context: &Context) -> Self {
        let Context { image, current, now, explain, .. } = context.clone();
        Self { image, current, now, explain, images: Images::new() }
    }
}
