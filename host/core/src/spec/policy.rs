//! How to select a tag.

use std::time::Duration;

use super::{Guards, LabelSelector, Verification};
use crate::object::ObjectName;

/// Which tag of an image is the current one.
#[derive(Clone, Debug)]
pub struct ImagePolicy {
    /// Its namespace and name.
    pub name: ObjectName,
    /// Its labels, which automations may select by.
    pub labels: Vec<(String, String)>,
    /// The image repository to select from.
    pub repository: ObjectName,
    /// What drops tags before the policy sees them.
    pub filter: Option<PluginCall>,
    /// What decides.
    pub policy: PluginCall,
    /// What its choice is held against.
    pub guards: Guards,
    /// Whether to look up the digest of the selected tag.
    pub digest: DigestReflection,
    /// How often to look the digest up again.
    pub interval: Option<Duration>,
    /// Whose signatures the selected image must bear.
    pub verification: Option<Verification>,
    /// Whether to leave the last selection as it is.
    pub suspend: bool,
}

impl ImagePolicy {
    /// Whether `selector` picks this policy.
    #[must_use]
    pub fn is_selected_by(&self, selector: Option<&LabelSelector>) -> bool {
        selector.is_none_or(|s| s.matches(&self.labels))
    }
}

/// A plugin by name, and its settings as JSON.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct PluginCall {
    /// The plugin's name, e.g. `semver`.
    pub plugin: String,
    /// Its settings: a JSON value.
    pub settings: String,
}

impl PluginCall {
    /// A call of `plugin` with `settings`.
    #[must_use]
    pub fn new(plugin: impl Into<String>, settings: impl Into<String>) -> Self {
        Self { plugin: plugin.into(), settings: settings.into() }
    }
}

/// When the digest of a selected tag is looked up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum DigestReflection {
    /// Never: references are written without a digest.
    #[default]
    Never,
    /// Once for each selected tag.
    IfNotPresent,
    /// Again at each interval, for tags that move.
    Always,
}
