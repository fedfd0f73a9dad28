//! Ports without a world behind them, for tests and for plans.

use std::{
    collections::BTreeMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

use async_trait::async_trait;
use tagwarden_core::{object::ObjectName, spec::Signers, tags::TagSet};

use crate::ports::{
    AutomationState, ImageFacts, Listing, PolicyState, ProposalState, Registry, RegistryError,
    RegistryErrorKind, ScanState, ScanTrouble, Signed, Store, StoreError, Target,
    VerificationError,
};

/// A poisoned lock means that a test has already panicked.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A store that forgets everything with the process.
#[derive(Debug, Default)]
pub struct MemoryStore {
    listings: Mutex<BTreeMap<ObjectName, Listing>>,
    troubles: Mutex<BTreeMap<ObjectName, ScanTrouble>>,
    policies: Mutex<BTreeMap<ObjectName, PolicyState>>,
    proposals: Mutex<BTreeMap<ObjectName, ProposalState>>,
    automations: Mutex<BTreeMap<ObjectName, AutomationState>>,
}

impl Store for MemoryStore {
    fn listing(&self, repository: &ObjectName) -> Result<Option<Listing>, StoreError> {
        Ok(lock(&self.listings).get(repository).cloned())
    }

    fn scan(&self, repository: &ObjectName) -> Result<Option<ScanState>, StoreError> {
        Ok(lock(&self.listings).get(repository).map(|listing| listing.state.clone()))
    }

    fn trouble(&self, repository: &ObjectName) -> Result<Option<ScanTrouble>, StoreError> {
        Ok(lock(&self.troubles).get(repository).cloned())
    }

    fn put_trouble(
        &self,
        repository: &ObjectName,
        trouble: &ScanTrouble,
    ) -> Result<(), StoreError> {
        lock(&self.troubles).insert(repository.clone(), trouble.clone());
        Ok(())
    }

    fn put_listing(&self, repository: &ObjectName, listing: &Listing) -> Result<(), StoreError> {
        lock(&self.listings).insert(repository.clone(), listing.clone());
        lock(&self.troubles).remove(repository);
        Ok(())
    }

    fn policy(&self, policy: &ObjectName) -> Result<Option<PolicyState>, StoreError> {
        Ok(lock(&self.policies).get(policy).cloned())
    }

    fn put_policy(&self, policy: &ObjectName, state: &PolicyState) -> Result<(), StoreError> {
        lock(&self.policies).insert(policy.clone(), state.clone());
        Ok(())
    }

    fn flush(&self) -> Result<(), StoreError> {
        Ok(())
    }

    fn proposals(&self, automation: &ObjectName) -> Result<Option<ProposalState>, StoreError> {
        Ok(lock(&self.proposals).get(automation).cloned())
    }

    fn put_proposals(
        &self,
        automation: &ObjectName,
        state: &ProposalState,
    ) -> Result<(), StoreError> {
        lock(&self.proposals).insert(automation.clone(), state.clone());
        Ok(())
    }

    fn automation(&self, automation: &ObjectName) -> Result<Option<AutomationState>, StoreError> {
        Ok(lock(&self.automations).get(automation).cloned())
    }

    fn put_automation(
        &self,
        automation: &ObjectName,
        state: &AutomationState,
    ) -> Result<(), StoreError> {
        lock(&self.automations).insert(automation.clone(), state.clone());
        Ok(())
    }
}

/// A registry whose every repository holds the same images, and which may go away.
#[derive(Debug, Default)]
pub struct MemoryRegistry {
    images: Mutex<BTreeMap<String, ImageFacts>>,
    fault: Mutex<Option<RegistryErrorKind>>,
    images_away: Mutex<bool>,
    signed_by: Mutex<String>,
    asked: Mutex<Vec<String>>,
}

impl MemoryRegistry {
    /// One with a bare image under each tag.
    #[must_use]
    pub fn new(tags: &[&str]) -> Self {
        let registry = Self::default();
        for (number, tag) in tags.iter().enumerate() {
            let digest = format!("sha256:{number:064x}");
            registry.put(tag, ImageFacts { digest, ..ImageFacts::default() });
        }
        registry
    }

    /// Points a tag to an image.
    pub fn put(&self, tag: &str, image: ImageFacts) {
        lock(&self.images).insert(tag.to_owned(), image);
    }

    /// Takes a tag away.
    pub fn remove(&self, tag: &str) {
        lock(&self.images).remove(tag);
    }

    /// Goes away, or comes back.
    pub fn set_away(&self, away: bool) {
        self.meet(away.then_some(RegistryErrorKind::Unreachable));
    }

    /// Fails so from now on, or no more.
    pub fn meet(&self, fault: Option<RegistryErrorKind>) {
        *lock(&self.fault) = fault;
    }

    /// Tells nothing of images any more, or does again.
    pub fn set_images_away(&self, away: bool) {
        *lock(&self.images_away) = away;
    }

    /// Has every image signed by this key, and by no other.
    pub fn sign(&self, key: &str) {
        key.clone_into(&mut lock(&self.signed_by));
    }

    /// What was asked for so far: `tags`, `digest TAG`, `image TAG` or `verify DIGEST`.
    #[must_use]
    pub fn asked(&self) -> Vec<String> {
        lock(&self.asked).clone()
    }

    fn ask(&self, what: String) -> Result<(), RegistryError> {
        lock(&self.asked).push(what);
        match *lock(&self.fault) {
            None => Ok(()),
            Some(kind) => Err(failed("away", kind)),
        }
    }
}

fn failed(message: &str, kind: RegistryErrorKind) -> RegistryError {
    RegistryError { registry: "r.example".to_owned(), message: message.to_owned(), kind }
}

#[async_trait]
impl Registry for MemoryRegistry {
    async fn tags(&self, _target: &Target) -> Result<TagSet, RegistryError> {
        self.ask("tags".to_owned())?;
        Ok(TagSet::new(&lock(&self.images).keys().collect::<Vec<_>>()))
    }

    async fn digest(&self, _target: &Target, tag: &str) -> Result<String, RegistryError> {
        self.ask(format!("digest {tag}"))?;
        let digest = lock(&self.images).get(tag).map(|image| image.digest.clone());
        digest.ok_or_else(|| failed("no such tag", RegistryErrorKind::NotFound))
    }

    async fn image(&self, _target: &Target, tag: &str) -> Result<ImageFacts, RegistryError> {
        self.ask(format!("image {tag}"))?;
        if *lock(&self.images_away) {
            return Err(failed("away", RegistryErrorKind::Unreachable));
        }
        let image = lock(&self.images).get(tag).cloned();
        image.ok_or_else(|| failed("no such tag", RegistryErrorKind::NotFound))
    }

    async fn verify(
        &self,
        _target: &Target,
        digest: &str,
        wanted: &Signers,
    ) -> Result<Signed, VerificationError> {
        self.ask(format!("verify {digest}"))?;
        let key = lock(&self.signed_by).clone();
        match wanted.any_of.iter().any(|wanted| wanted.pem == key) {
            true => Ok(Signed { by: vec![key] }),
            false => {
                let (digest, reason) = (digest.to_owned(), "nobody signed it".to_owned());
                Err(VerificationError::Refused { digest, reason })
            }
        }
    }
}
