//! Objects that SOPS has encrypted: no use until somebody decrypts them.

use tagwarden_core::{object::ObjectName, spec::Inventory};

use crate::{
    error::{Level, ManifestError, Note, Place, Problem},
    kind::Kind,
    tree::Node,
};

/// An encrypted object; SOPS leaves the names readable.
#[derive(Debug)]
pub(super) struct Encrypted {
    place: Place,
    kind: Kind,
    name: ObjectName,
}

impl Encrypted {
    /// The object in `document`.
    pub(super) fn new(place: Place, kind: Kind, document: &Node) -> Self {
        let text = |key| document.child("metadata")?.child(key)?.text();
        Self {
            place,
            kind,
            name: ObjectName::new(
                text("namespace").unwrap_or("default"),
                text("name").unwrap_or_default(),
            ),
        }
    }

    /// That it was seen, and cannot be used.
    pub(super) fn note(&self) -> Note {
        Note {
            place: self.place.clone(),
            level: Level::Warning,
            text: format!("{} {}: encrypted with SOPS, so not read", self.kind.name(), self.name),
        }
    }

    /// The error for whom `needs` it.
    pub(super) fn error(&self, needs: &str) -> ManifestError {
        ManifestError {
            place: self.place.clone(),
            object: format!("{} {}", self.kind.name(), self.name),
            field: String::new(),
            problem: Problem::Encrypted(needs.to_owned()),
            hint: Some("decrypt the file first, e.g. by `sops decrypt`".to_owned()),
        }
    }

    /// The error, if something in the inventory refers to this secret.
    pub(super) fn needed(&self, inventory: &Inventory) -> Option<ManifestError> {
        if inventory.secret(&self.name).is_some() {
            return None;
        }
        self.dependant(inventory).map(|dependant| self.error(&dependant))
    }

    fn dependant(&self, inventory: &Inventory) -> Option<String> {
        let named = |secret: &Option<String>| secret.as_deref() == Some(self.name.name.as_str());
        let near = |owner: &ObjectName| owner.namespace == self.name.namespace;
        let repositories = inventory.repositories.iter();
        let repositories = repositories
            .filter(|r| [&r.secret, &r.cert_secret, &r.proxy_secret].into_iter().any(named))
            .map(|r| (Kind::ImageRepository, &r.name));
        let git = inventory.git_repositories.iter();
        let git = git
            .filter(|g| [&g.secret, &g.proxy_secret].into_iter().any(named))
            .map(|g| (Kind::GitRepository, &g.name));
        let automations = inventory.automations.iter();
        let automations = automations
            .filter(|a| named(&a.signing_secret))
            .map(|a| (Kind::ImageUpdateAutomation, &a.name));
        let accounts = inventory.service_accounts.iter();
        let accounts = accounts
            .filter(|(_, secrets)| secrets.contains(&self.name.name))
            .map(|(name, _)| (Kind::ServiceAccount, name));
        let mut all = repositories.chain(git).chain(automations).chain(accounts);
        let (kind, name) = all.find(|(_, owner)| near(owner))?;
        Some(format!("{} {name}", kind.name()))
    }
}
