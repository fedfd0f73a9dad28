use async_trait::async_trait;
use tagwarden_core::{
    change::ChangeSet,
    lines::Lines,
    object::ObjectName,
    spec::PluginCall,
    tags::{Candidates, TagSet},
};

use std::{collections::BTreeMap, sync::Arc};

use super::Metadata;

/// Evaluates plugins, each in a sandbox of its own.
#[async_trait]
pub trait Plugins: Send + Sync {
    /// Which tags the filter keeps, and the keys it extracts of them.
    async fn filter(
        &self,
        call: &PluginCall,
        tags: &Arc<TagSet>,
        context: &Context,
    ) -> Result<Filtered, EvaluationError>;

    /// Which candidate the policy chooses.
    async fn select(
        &self,
        call: &PluginCall,
        candidates: &Candidates,
        context: &Context,
    ) -> Result<Choice, EvaluationError>;

    /// The commit message.
    async fn message(
        &self,
        call: &PluginCall,
        input: &MessageInput,
    ) -> Result<String, EvaluationError>;
}

/// What a plugin may know besides the tags.
#[derive(Clone, Debug, Default)]
pub struct Context {
    /// The image repository.
    pub image: String,
    /// The tag selected now, if any.
    pub current: Option<String>,
    /// Decision time in seconds since 1970-01-01 UTC; a plugin's only clock.
    pub now: u64,
    /// Whether to give the reason of every rejection.
    pub explain: bool,
    /// What a plugin that was granted `metadata` asks about the images behind
    /// the tags; `None` where there is no registry to ask.
    pub metadata: Option<Arc<dyn Metadata>>,
}

/// A filter's answer, checked by the host.
#[derive(Clone, Debug, Default)]
pub struct Filtered {
    /// The indices of the tags kept, ascending.
    pub kept: Vec<u32>,
    /// One key for each, or `None` when the tags are their own keys.
    pub keys: Option<Lines>,
    /// Why others were dropped, where the filter says so.
    pub rejected: Vec<Rejection>,
}

/// A policy's answer, checked by the host.
#[derive(Clone, Debug, Default)]
pub struct Choice {
    /// The index of the candidate chosen; `None` when none is eligible.
    pub chosen: Option<u32>,
    /// Why others were not, when reasons were asked for.
    pub rejected: Vec<Rejection>,
}

/// Why one tag or candidate was refused.
#[derive(Clone, Debug)]
pub struct Rejection {
    /// Its index.
    pub index: u32,
    /// The plugin's word on it, free of control characters.
    pub reason: String,
}

/// What a commit message is made from.
#[derive(Clone, Debug)]
pub struct MessageInput {
    /// The automation that commits.
    pub automation: ObjectName,
    /// The user's own values.
    pub values: BTreeMap<String, String>,
    /// What changed.
    pub changes: ChangeSet,
    /// The whole reference each policy selected, which a change that writes
    /// only the tag does not show.
    pub images: BTreeMap<ObjectName, String>,
}

/// Why an evaluation gave no answer.
#[derive(Clone, Debug, thiserror::Error)]
#[error("plugin {plugin}: {failure}")]
pub struct EvaluationError {
    /// The plugin's name.
    pub plugin: String,
    /// What went wrong.
    pub failure: Failure,
}

/// What can go wrong with a plugin.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    /// No plugin of that name was loaded.
    #[error("no such plugin; loaded: {loaded}")]
    Unknown {
        /// The names there are.
        loaded: String,
    },
    /// It may not run: it is not what the operator vetted.
    #[error("is refused: {0}")]
    Refused(String),
    /// The file is no component, or not one of this world.
    #[error("cannot be loaded: {0}")]
    Load(String),
    /// It refused its settings.
    #[error("invalid settings: {0}")]
    InvalidSettings(String),
    /// It refused a tag, by name.
    #[error("invalid tag: {0}")]
    InvalidTag(String),
    /// It reported an error of another kind.
    #[error("{0}")]
    Plugin(String),
    /// It trapped: panic, unreachable code, out-of-bounds access…
    #[error("trapped: {0}")]
    Trap(String),
    /// It did not finish in time.
    #[error("gave no answer within {0:?}")]
    Timeout(std::time::Duration),
    /// It wanted more memory than it may have.
    #[error("wanted more than its {limit_mib} MiB of memory")]
    OutOfMemory {
        /// The cap.
        limit_mib: u64,
    },
    /// An image it asked about could not be looked up.
    #[error("could not look up an image: {0}")]
    Lookup(String),
    /// It went past another cap.
    #[error("went past a limit: {0}")]
    Limit(String),
    /// Its answer does not fit the question.
    #[error("gave an answer that makes no sense: {0}")]
    BadAnswer(String),
}
