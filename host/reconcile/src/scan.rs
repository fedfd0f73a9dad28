//! From an image repository to its whole list of tags.

mod access;
mod known;
mod listed;
mod patience;

use std::time::Instant;

use tagwarden_core::{
    spec::{ImageRepository, Inventory},
    tags::Difference,
};
use tracing::Instrument;

pub(crate) use self::{
    access::target,
    known::{Known, Tags},
};
use crate::{
    Failed, Reason, Reconciler, Request, Retry,
    outcome::{RepositoryOutcome, Scan},
    ports::{ScanState, StoreError},
    progress::Event,
};

/// What the store knows of a repository's last scan.
pub(crate) type Stored = Result<Option<ScanState>, StoreError>;

impl Reconciler {
    /// When the repository was last scanned, as its manifest stands, in seconds
    /// since 1970-01-01 UTC. A list that cannot be read was not scanned, nor was
    /// one from the future.
    #[must_use]
    pub fn scanned_at(&self, repository: &ImageRepository, now: u64) -> Option<u64> {
        let state = self.store.scan(&repository.name).ok()??;
        let stands = state.fingerprint == fingerprint(repository) && state.scanned_at <= now;
        stands.then_some(state.scanned_at)
    }

    /// Scans one repository, unless its stored list may still be decided from.
    pub(crate) async fn scan(
        &self,
        repository: &ImageRepository,
        stored: Stored,
        inventory: &Inventory,
        request: &Request,
    ) -> (RepositoryOutcome, Tags) {
        let span = tracing::info_span!(
            "scan",
            resource.kind = "ImageRepository",
            resource.name = %repository.name,
            image.repository = %repository.image,
        );
        let scanned = self.scan_state(repository, stored, inventory, request);
        let (scan, tags) = scanned.instrument(span).await;
        let outcome = RepositoryOutcome {
            name: repository.name.clone(),
            image: repository.image.to_string(),
            scan,
        };
        (outcome, tags)
    }

    async fn scan_state(
        &self,
        repository: &ImageRepository,
        stored: Stored,
        inventory: &Inventory,
        request: &Request,
    ) -> (Scan, Tags) {
        let stored = match stored {
            Ok(stored) => stored.filter(|state| state.fingerprint == fingerprint(repository)),
            Err(error) => {
                let failed = Failed::from(error);
                return (Scan::Failed(failed.clone()), Tags::Unknown(failed));
            }
        };
        if repository.suspend {
            let tags = stored.map_or_else(|| Tags::Unknown(unknown(repository)), |_| Tags::Stored);
            return (Scan::Suspended, tags);
        }
        if let Some(due) = &request.due
            && !due.repositories.contains(&repository.name)
        {
            let fresh = stored.filter(|state| is_fresh(repository, state, request.now));
            if let Some(state) = fresh {
                return (Scan::Fresh { tags: state.tags as usize }, Tags::Stored);
            }
            if due.waiting.contains(&repository.name) {
                return (Scan::Waiting, Tags::Waiting);
            }
        }
        self.scan_now(repository, inventory, request).await
    }

    async fn scan_now(
        &self,
        repository: &ImageRepository,
        inventory: &Inventory,
        request: &Request,
    ) -> (Scan, Tags) {
        if let Some(failed) = self.asked_for_patience(repository, request) {
            return (Scan::Failed(failed.clone()), Tags::Unknown(failed));
        }
        let started = Instant::now();
        let result = self.listed(repository, inventory, request).await;
        self.reporter.event(&Event::Scanned {
            name: &repository.name,
            result: result
                .as_ref()
                .map(|(known, _)| known.tags.len())
                .map_err(|e| e.message.as_str()),
            took: started.elapsed(),
        });
        match result {
            Ok((known, Difference { new, gone, .. })) => {
                (Scan::Done { tags: known.tags.len(), new, gone }, Tags::Known(known))
            }
            Err(failed) => {
                tracing::warn!(reason = ?failed.reason, "scan failed: {}", failed.message);
                self.remember_trouble(repository, &failed, request);
                (Scan::Failed(failed.clone()), Tags::Unknown(failed))
            }
        }
    }
}

/// What makes a stored list stale when it changes. Names only, never a secret.
fn fingerprint(repository: &ImageRepository) -> String {
    format!(
        "{} insecure={} secret={:?} account={:?} provider={:?} exclusion={:?}",
        repository.image,
        repository.insecure,
        repository.secret,
        repository.service_account,
        repository.provider,
        repository.exclusion
    )
}

fn unknown(repository: &ImageRepository) -> Failed {
    Failed::new(
        Reason::TagsUnknown,
        Retry::OnChange,
        format!("ImageRepository {} is suspended and was never scanned", repository.name),
    )
    .hint("set spec.suspend to false once")
}

/// Whether a stored list is young enough to decide from.
fn is_fresh(repository: &ImageRepository, state: &ScanState, now: u64) -> bool {
    let end = state.scanned_at.saturating_add(repository.interval.as_secs());
    (state.scanned_at..end).contains(&now)
}
