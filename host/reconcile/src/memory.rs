//! Ports without a world behind them, for tests and for plans.

use std::{collections::BTreeMap, sync::Mutex};

use tagwarden_core::{object::ObjectName, tags::TagSet};

use crate::ports::{PolicyState, ScanState, Store, StoreError};

/// A store that forgets everything with the process.
#[derive(Debug, Default)]
pub struct MemoryStore {
    tags: Mutex<BTreeMap<ObjectName, (TagSet, ScanState)>>,
    policies: Mutex<BTreeMap<ObjectName, PolicyState>>,
}

/// A poisoned lock means that a test has already panicked.
fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}

impl Store for MemoryStore {
    fn tags(&self, repository: &ObjectName) -> Result<Option<TagSet>, StoreError> {
        Ok(lock(&self.tags).get(repository).map(|(tags, _)| tags.clone()))
    }

    fn scan(&self, repository: &ObjectName) -> Result<Option<ScanState>, StoreError> {
        Ok(lock(&self.tags).get(repository).map(|(_, state)| state.clone()))
    }

    fn put_tags(
        &self,
        repository: &ObjectName,
        tags: &TagSet,
        state: &ScanState,
    ) -> Result<(), StoreError> {
        lock(&self.tags).insert(repository.clone(), (tags.clone(), state.clone()));
        Ok(())
    }

    fn policy(&self, policy: &ObjectName) -> Result<Option<PolicyState>, StoreError> {
        Ok(lock(&self.policies).get(policy).cloned())
    }

    fn put_policy(&self, policy: &ObjectName, state: &PolicyState) -> Result<(), StoreError> {
        lock(&self.policies).insert(policy.clone(), state.clone());
        Ok(())
    }
}
