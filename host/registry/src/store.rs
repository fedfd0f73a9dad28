//! What is remembered from run to run, in one embedded database.
//!
//! `redb` because it is crash-safe by copy-on-write with checksums, and lets
//! several processes read and write one file at a time: `get` works beside a
//! running `run`. Each entry is framed and checked on its own besides.

mod facts;
mod file;
mod frame;
mod listing;
mod pending;

use std::{
    path::Path,
    sync::{Mutex, MutexGuard, PoisonError},
};

use serde::Serialize;
use tagwarden_core::object::ObjectName;
use tagwarden_reconcile::ports::{
    AutomationState, Listing, PolicyState, ProposalState, ScanState, ScanTrouble, Store, StoreError,
};

use self::{file::File, frame::Kind, pending::Pending};

/// Tags, scan states, selections and facts of images in a file.
pub struct StateStore {
    file: File,
    pending: Mutex<Pending>,
}

impl std::fmt::Debug for StateStore {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("StateStore").field("path", &self.file.path()).finish_non_exhaustive()
    }
}

impl StateStore {
    /// Opens the store in `folder`, which becomes the user's own (0700) and is
    /// made if need be. A damaged file is set aside and a fresh one begun:
    /// everything in it can be scanned anew.
    pub fn open(folder: &Path) -> Result<Self, StoreError> {
        Ok(Self { file: File::open(folder)?, pending: Mutex::default() })
    }

    fn pending(&self) -> MutexGuard<'_, Pending> {
        self.pending.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Puts a framed entry, or drops it; it is on disk after a flush, or when
    /// enough has come together.
    fn change(
        &self,
        kind: Kind,
        name: &ObjectName,
        framed: Option<Vec<u8>>,
    ) -> Result<(), StoreError> {
        let mut pending = self.pending();
        pending.put(kind, name, framed);
        match pending.is_full() {
            true => self.commit(&mut pending),
            false => Ok(()),
        }
    }

    /// What could not be written stays, and is tried again.
    fn commit(&self, pending: &mut Pending) -> Result<(), StoreError> {
        if !pending.is_empty() {
            self.file.commit(pending)?;
            *pending = Pending::default();
        }
        Ok(())
    }

    fn put(&self, kind: Kind, name: &ObjectName, payload: &[u8]) -> Result<(), StoreError> {
        self.change(kind, name, Some(frame::seal(kind, name, payload)))
    }

    fn put_json(
        &self,
        kind: Kind,
        name: &ObjectName,
        state: &impl Serialize,
    ) -> Result<(), StoreError> {
        let json = serde_json::to_vec(state).expect("what is remembered is plain data");
        self.put(kind, name, &json)
    }

    /// What `decode` makes of an entry. One that is damaged, or whole but
    /// written by a version that meant something else, is dropped.
    fn decoded<T>(
        &self,
        kind: Kind,
        name: &ObjectName,
        decode: impl FnOnce(&[u8]) -> Option<T>,
    ) -> Result<Option<T>, StoreError> {
        let waiting = self.pending().get(kind, name).cloned();
        let framed = match waiting {
            Some(entry) => entry,
            None => self.file.get(kind, name)?,
        };
        let Some(framed) = framed else {
            return Ok(None);
        };
        if let Some(value) = frame::open(kind, name, &framed).and_then(decode) {
            return Ok(Some(value));
        }
        tracing::warn!(
            path = %self.file.path().display(),
            resource.name = %name,
            entry = ?kind,
            "dropped a damaged entry of the state store"
        );
        self.change(kind, name, None)?;
        Ok(None)
    }
}

impl Drop for StateStore {
    fn drop(&mut self) {
        if let Err(error) = self.flush() {
            tracing::warn!("{error}");
        }
    }
}

impl Store for StateStore {
    fn listing(&self, repository: &ObjectName) -> Result<Option<Listing>, StoreError> {
        self.decoded(Kind::Listing, repository, listing::decode)
    }

    fn scan(&self, repository: &ObjectName) -> Result<Option<ScanState>, StoreError> {
        self.decoded(Kind::Listing, repository, listing::decode_state)
    }

    fn trouble(&self, repository: &ObjectName) -> Result<Option<ScanTrouble>, StoreError> {
        self.decoded(Kind::Trouble, repository, |json| serde_json::from_slice(json).ok())
    }

    fn put_trouble(
        &self,
        repository: &ObjectName,
        trouble: &ScanTrouble,
    ) -> Result<(), StoreError> {
        self.put_json(Kind::Trouble, repository, trouble)
    }

    fn put_listing(&self, repository: &ObjectName, listing: &Listing) -> Result<(), StoreError> {
        self.put(Kind::Listing, repository, &listing::encode(listing))?;
        self.change(Kind::Trouble, repository, None)
    }

    fn policy(&self, policy: &ObjectName) -> Result<Option<PolicyState>, StoreError> {
        self.decoded(Kind::Policy, policy, |json| serde_json::from_slice(json).ok())
    }

    fn put_policy(&self, policy: &ObjectName, state: &PolicyState) -> Result<(), StoreError> {
        self.put_json(Kind::Policy, policy, state)
    }

    fn flush(&self) -> Result<(), StoreError> {
        self.commit(&mut self.pending())
    }

    fn proposals(&self, automation: &ObjectName) -> Result<Option<ProposalState>, StoreError> {
        self.decoded(Kind::Proposals, automation, |json| serde_json::from_slice(json).ok())
    }

    fn put_proposals(
        &self,
        automation: &ObjectName,
        state: &ProposalState,
    ) -> Result<(), StoreError> {
        self.put_json(Kind::Proposals, automation, state)?;
        // A forge knows of them already.
        self.flush()
    }

    fn automation(&self, automation: &ObjectName) -> Result<Option<AutomationState>, StoreError> {
        self.decoded(Kind::Automation, automation, |json| serde_json::from_slice(json).ok())
    }

    fn put_automation(
        &self,
        automation: &ObjectName,
        state: &AutomationState,
    ) -> Result<(), StoreError> {
        self.put_json(Kind::Automation, automation, state)?;
        // The remote has the push already.
        self.flush()
    }
}

#[cfg(test)]
mod tests;
