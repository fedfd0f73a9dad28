//! What a message plugin is told.

use tagwarden_core::{change::Change, object::ObjectName};
use tagwarden_reconcile::ports::MessageInput;

use crate::contract::message::wire;

/// The input in the words of the contract.
pub(crate) fn to_wire(input: &MessageInput) -> wire::Input {
    let entry =
        |(key, value): (&String, &String)| wire::Entry { key: key.clone(), value: value.clone() };
    wire::Input {
        automation: wire::Automation {
            namespace: input.automation.namespace.clone(),
            name: input.automation.name.clone(),
        },
        values: input.values.iter().map(entry).collect(),
        changes: input.changes.iter().map(|made| change(made, input)).collect(),
    }
}

fn change(change: &Change, input: &MessageInput) -> wire::Change {
    wire::Change {
        file: change.file.clone(),
        api_version: change.api_version.clone(),
        kind: change.kind.clone(),
        name: change.name.clone(),
        namespace: change.namespace.clone(),
        old_value: change.old.clone(),
        new_value: change.new.clone(),
        setter: change.setter.clone(),
        image: policy(&change.setter).and_then(|policy| input.images.get(&policy)).cloned(),
    }
}

/// The policy that a setter names: `NAMESPACE:POLICY` with or without a part.
fn policy(setter: &str) -> Option<ObjectName> {
    let mut parts = setter.split(':');
    Some(ObjectName::new(parts.next()?, parts.next()?))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    #[test]
    fn a_change_carries_the_image_its_policy_selected() {
        let made = |setter: &str| Change {
            file: "a.yaml".into(),
            api_version: "v1".into(),
            kind: "Pod".into(),
            name: "a".into(),
            namespace: String::new(),
            old: "1".into(),
            new: "2".into(),
            setter: setter.into(),
        };
        let input = MessageInput {
            automation: ObjectName::new("flux-system", "apps"),
            values: BTreeMap::new(),
            changes: ["apps:a:tag", "apps:a", "apps:b"].map(made).into_iter().collect(),
            images: BTreeMap::from([(ObjectName::new("apps", "a"), "r.example/a:2".to_owned())]),
        };
        let images: Vec<_> = to_wire(&input).changes.into_iter().map(|c| c.image).collect();
        let image = Some("r.example/a:2".to_owned());
        assert_eq!(images, [image.clone(), image, None]);
    }
}
