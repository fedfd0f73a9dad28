//! What a plugin keeps from being decided.

use super::{Failed, Reason, Retry};
use crate::ports::{EvaluationError, Failure};

impl From<EvaluationError> for Failed {
    fn from(error: EvaluationError) -> Self {
        let (reason, retry, hint) = match &error.failure {
            Failure::Unknown { .. } => (
                Reason::InvalidSpecification,
                Retry::Stalled,
                Some(
                    "vet it with `tagwarden plugin add`, or load it once with --plugin NAME=PATH.wasm",
                ),
            ),
            Failure::Refused(_) => (
                Reason::PluginRefused,
                Retry::OnChange,
                Some(
                    "`tagwarden plugin verify` checks all plugins; the last good selection stands",
                ),
            ),
            Failure::InvalidSettings(_) => (Reason::InvalidSpecification, Retry::Stalled, None),
            Failure::InvalidTag(_) => (
                Reason::PluginFailed,
                Retry::OnChange,
                Some("keep such tags from the policy with spec.filterTags.pattern"),
            ),
            Failure::Plugin(_) | Failure::BadAnswer(_) => {
                (Reason::PluginFailed, Retry::OnChange, None)
            }
            Failure::Load(_) => (
                Reason::PluginFailed,
                Retry::Stalled,
                Some("`tagwarden plugin inspect` shows what a plugin exports and imports"),
            ),
            Failure::Lookup(_) => (
                Reason::MetadataUnknown,
                Retry::BackOff,
                Some("check that the registry answers for this tag; the last selection stands"),
            ),
            Failure::Trap(_)
            | Failure::Timeout(_)
            | Failure::OutOfMemory { .. }
            | Failure::Limit(_) => (
                Reason::PluginFailed,
                Retry::OnChange,
                Some("the plugin misbehaved and was stopped; report it to its author"),
            ),
        };
        let hint = hint.map(ToOwned::to_owned);
        Self { hint, ..Self::new(reason, retry, error.to_string()) }
    }
}
