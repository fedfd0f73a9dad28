//! One object of a known kind.

use tagwarden_core::{
    object::ObjectName,
    spec::{
        GitRepository, ImagePolicy, ImageRepository, ImageUpdateAutomation, ImageVerification,
        Inventory, PolicyPlugin, Secret,
    },
};

use crate::{
    context::Context,
    fields::Fields,
    kind::Kind,
    tree::{Node, Value},
    wire::{
        account, automation, git,
        metadata::{self, Metadata},
        policy, policy_plugin, repository, secret, verification,
    },
};

/// An object that was read.
pub(super) enum Object {
    Repository(ImageRepository),
    Policy(ImagePolicy),
    Automation(ImageUpdateAutomation),
    Git(GitRepository),
    Plugin(PolicyPlugin),
    Verification(ImageVerification),
    Secret(Secret),
    Account(ObjectName, Vec<String>),
    Namespace(Metadata),
}

/// Reads `document` as an object of `kind`.
pub(super) fn read(context: &Context, kind: Kind, document: &Node) -> Option<Object> {
    let Value::Map(entries) = &document.value else {
        return None;
    };
    Fields::read(context, "", document.at, entries, |object| {
        object.optional("apiVersion");
        object.optional("kind");
        let metadata = metadata::read(object);
        if let Some(metadata) = &metadata {
            context.name(&metadata.name);
        }
        convert(object, kind, metadata)
    })
}

fn convert(object: &Fields<'_>, kind: Kind, metadata: Option<Metadata>) -> Option<Object> {
    match kind {
        Kind::ImageRepository => {
            spec(object, |s| repository::read(s, metadata)).map(Object::Repository)
        }
        Kind::ImagePolicy => spec(object, |s| policy::read(s, metadata)).map(Object::Policy),
        Kind::ImageUpdateAutomation => {
            spec(object, |s| automation::read(s, metadata)).map(Object::Automation)
        }
        Kind::GitRepository => spec(object, |s| git::read(s, metadata)).map(Object::Git),
        Kind::PolicyPlugin => {
            spec(object, |s| policy_plugin::read(s, metadata)).map(Object::Plugin)
        }
        Kind::ImageVerification => {
            spec(object, |s| verification::rule(s, metadata)).map(Object::Verification)
        }
        Kind::Secret => secret::read(object, metadata).map(Object::Secret),
        Kind::ServiceAccount => {
            let secrets = account::pull_secrets(object)?;
            Some(Object::Account(metadata?.name, secrets))
        }
        Kind::Namespace => {
            account::pass_namespace(object);
            metadata.map(Object::Namespace)
        }
    }
}

/// Reads the `spec`; the `status` is the controllers' own and means nothing here.
fn spec<'n, T>(object: &Fields<'n>, read: impl FnOnce(&Fields<'n>) -> Option<T>) -> Option<T> {
    object.optional("status");
    object.required("spec")?.record(read)
}

impl Object {
    /// Its name.
    pub(super) fn name(&self) -> &ObjectName {
        match self {
            Self::Repository(object) => &object.name,
            Self::Policy(object) => &object.name,
            Self::Automation(object) => &object.name,
            Self::Git(object) => &object.name,
            Self::Plugin(object) => &object.name,
            Self::Verification(object) => &object.name,
            Self::Secret(object) => &object.name,
            Self::Account(name, _) => name,
            Self::Namespace(metadata) => &metadata.name,
        }
    }

    /// Adds it to `inventory`.
    pub(super) fn put(self, inventory: &mut Inventory) {
        match self {
            Self::Repository(object) => inventory.repositories.push(object),
            Self::Policy(object) => inventory.policies.push(object),
            Self::Automation(object) => inventory.automations.push(object),
            Self::Git(object) => inventory.git_repositories.push(object),
            Self::Plugin(object) => inventory.plugins.push(object),
            Self::Verification(object) => inventory.image_verifications.push(object),
            Self::Secret(object) => inventory.secrets.push(object),
            Self::Account(name, secrets) => inventory.service_accounts.push((name, secrets)),
            Self::Namespace(object) => {
                inventory.namespaces.push((object.name.name, object.labels));
            }
        }
    }
}
