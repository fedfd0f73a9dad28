//! Which changes share a request.

use std::collections::BTreeSet;

use tagwarden_core::{
    change::{Change, ChangeSet},
    spec::Grouping,
};

/// The namespace of an object that states none.
const DEFAULT_NAMESPACE: &str = "default";

/// The group a change belongs to; empty where all share one.
pub(super) fn of(per: Grouping, change: &Change) -> &str {
    match per {
        Grouping::Automation => "",
        Grouping::Policy => change.setter.split(':').nth(1).unwrap_or_default(),
        Grouping::Namespace => match change.namespace.as_str() {
            "" => DEFAULT_NAMESPACE,
            namespace => namespace,
        },
    }
}

/// The groups there are, in order of their names.
pub(super) fn all(per: Grouping, changes: &ChangeSet) -> BTreeSet<String> {
    changes.iter().map(|change| of(per, change).to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_belongs_to_its_policy_or_its_namespace() {
        let change = |namespace: &str, setter: &str| Change {
            file: "f".into(),
            api_version: String::new(),
            kind: String::new(),
            name: String::new(),
            namespace: namespace.into(),
            old: "1".into(),
            new: "2".into(),
            setter: setter.into(),
        };
        let changes: ChangeSet =
            [change("shop", "ns:a:tag"), change("", "ns:b"), change("shop", "ns:a")]
                .into_iter()
                .collect();
        let groups = |per| all(per, &changes).into_iter().collect::<Vec<_>>();
        assert_eq!(groups(Grouping::Automation), [""]);
        assert_eq!(groups(Grouping::Policy), ["a", "b"]);
        assert_eq!(groups(Grouping::Namespace), ["default", "shop"]);
    }
}
