//! What an earlier scan failed for, and until when.

use tagwarden_core::spec::ImageRepository;

use super::fingerprint;
use crate::{Failed, Mode, Reconciler, Request, Retry, ports::ScanTrouble};

impl Reconciler {
    /// The failure of an earlier scan, of this process or another, after which
    /// the registry still wants to be left alone.
    pub(super) fn asked_for_patience(
        &self,
        repository: &ImageRepository,
        request: &Request,
    ) -> Option<Failed> {
        let trouble = self.store.trouble(&repository.name).ok()??;
        let left = trouble.until?.checked_sub(request.now).filter(|left| *left > 0)?;
        (trouble.fingerprint == fingerprint(repository)).then(|| {
            Failed::new(trouble.reason, Retry::BackOff, trouble.message)
                .hint("nothing was asked: the registry wants no requests before its time")
                .after(Some(left))
        })
    }

    pub(super) fn remember_trouble(
        &self,
        repository: &ImageRepository,
        failed: &Failed,
        request: &Request,
    ) {
        if request.mode != Mode::Write {
            return;
        }
        let trouble = ScanTrouble {
            reason: failed.reason,
            message: failed.message.clone(),
            at: request.now,
            until: failed.retry_after.map(|wait| request.now.saturating_add(wait)),
            fingerprint: fingerprint(repository),
        };
        if let Err(error) = self.store.put_trouble(&repository.name, &trouble) {
            tracing::warn!("the failure is not remembered: {error}");
        }
    }
}
