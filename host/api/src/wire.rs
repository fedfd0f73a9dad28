//! Flux's and Kubernetes' kinds, one module each: which fields there are in
//! which version, and what they mean in the core's terms.
//!
//! The source of truth is the CRDs and Go types of Flux's controllers. Two rules
//! hold for every reader: it asks for all of its fields before it returns, or
//! they would count as unknown; and it may put a default in the place of what
//! could not be read, for an object with an error is thrown away.

pub(crate) mod account;
pub(crate) mod automation;
pub(crate) mod git;
pub(crate) mod guards;
pub(crate) mod metadata;
pub(crate) mod plugin;
pub(crate) mod policy;
pub(crate) mod policy_plugin;
pub(crate) mod reference;
pub(crate) mod repository;
pub(crate) mod secret;
pub(crate) mod selector;
pub(crate) mod verification;

use crate::fields::Field;

/// A boolean that is false where it is absent.
fn flag(field: Option<Field<'_>>) -> bool {
    field.and_then(|f| f.flag()).unwrap_or(false)
}

/// A string that is `None` where it is absent or empty: Go cannot tell them apart.
fn filled(field: Option<Field<'_>>) -> Option<String> {
    field.and_then(|f| f.text()).filter(|text| !text.is_empty()).map(str::to_owned)
}
