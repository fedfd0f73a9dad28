//! Namespace and ServiceAccount.

use super::reference;
use crate::fields::Fields;

/// Reads past a Namespace's own fields; its labels are in its metadata.
pub(crate) fn pass_namespace(object: &Fields<'_>) {
    object.optional("spec");
    object.optional("status");
}

/// The pull secrets of a ServiceAccount.
pub(crate) fn pull_secrets(object: &Fields<'_>) -> Option<Vec<String>> {
    object.optional("secrets");
    object.optional("automountServiceAccountToken");
    let Some(field) = object.optional("imagePullSecrets") else {
        return Some(vec![]);
    };
    Some(field.list()?.iter().filter_map(reference::local).collect())
}
