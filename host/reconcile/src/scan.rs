//! From an image repository to its whole list of tags.

use std::{sync::Arc, time::Instant};

use tagwarden_core::{
    object::ObjectName,
    spec::{ImageRepository, Inventory, PluginCall, Secret},
    tags::TagSet,
};
use tracing::Instrument;

use crate::{
    Failed, Mode, Reason, Reconciler, Request, Retry,
    outcome::{RepositoryOutcome, Scan},
    ports::{Context, Login, ScanState, Target},
    progress::Event,
};

/// The filter plugin that applies an exclusion list.
const EXCLUSION_PLUGIN: &str = "regex-filter";

type Tags = Result<Arc<TagSet>, Failed>;

impl Reconciler {
    /// Scans one repository, or answers from the store while its list is fresh.
    pub(crate) async fn scan(
        &self,
        repository: &ImageRepository,
        inventory: &Inventory,
        request: &Request,
    ) -> (RepositoryOutcome, Tags) {
        let span = tracing::info_span!(
            "scan",
            resource.kind = "ImageRepository",
            resource.name = %repository.name,
            image.repository = %repository.image,
        );
        let (scan, tags) = self.scan_state(repository, inventory, request).instrument(span).await;
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
        inventory: &Inventory,
        request: &Request,
    ) -> (Scan, Tags) {
        let stored = match self.stored(repository) {
            Ok(stored) => stored,
            Err(failed) => return (Scan::Failed(failed.clone()), Err(failed)),
        };
        if repository.suspend {
            return (
                Scan::Suspended,
                stored.map(|(tags, _)| tags).ok_or_else(|| unknown(repository)),
            );
        }
        let due =
            request.due.as_ref().is_none_or(|due| due.repositories.contains(&repository.name));
        if let (false, Some((tags, state))) = (due, &stored)
            && request.now < state.scanned_at.saturating_add(repository.interval.as_secs())
        {
            return (Scan::Fresh { tags: tags.len() }, Ok(tags.clone()));
        }
        let started = Instant::now();
        let result = self.scan_now(repository, inventory, request).await;
        self.reporter.event(&Event::Scanned {
            name: &repository.name,
            result: result.as_ref().map(|tags| tags.len()).map_err(|e| e.message.as_str()),
            took: started.elapsed(),
        });
        match result {
            Ok(tags) => {
                let (new, gone) = difference(stored.map(|(tags, _)| tags).as_deref(), &tags);
                let count = tags.len();
                (Scan::Done { tags: count, new, gone }, Ok(tags))
            }
            Err(failed) => {
                tracing::warn!(reason = ?failed.reason, "scan failed: {}", failed.message);
                (Scan::Failed(failed.clone()), Err(failed))
            }
        }
    }

    /// The stored list, if it was scanned for this very specification.
    fn stored(
        &self,
        repository: &ImageRepository,
    ) -> Result<Option<(Arc<TagSet>, ScanState)>, Failed> {
        let Some(state) = self.store.scan(&repository.name)? else {
            return Ok(None);
        };
        if state.fingerprint != fingerprint(repository) {
            return Ok(None);
        }
        let tags = self.store.tags(&repository.name)?;
        Ok(tags.map(|tags| (Arc::new(tags), state)))
    }

    async fn scan_now(
        &self,
        repository: &ImageRepository,
        inventory: &Inventory,
        request: &Request,
    ) -> Tags {
        let target = target(repository, inventory)?;
        let listed = Arc::new(self.registry.tags(&target).await?);
        let kept = self.without_excluded(repository, &listed).await?;
        if request.mode == Mode::Write {
            let state = ScanState {
                image: repository.image.to_string(),
                fingerprint: fingerprint(repository),
                scanned_at: request.now,
                listed: listed.len() as u64,
            };
            self.store.put_tags(&repository.name, &kept, &state)?;
        }
        Ok(kept)
    }

    async fn without_excluded(&self, repository: &ImageRepository, listed: &Arc<TagSet>) -> Tags {
        if repository.exclusion.is_empty() || listed.is_empty() {
            return Ok(listed.clone());
        }
        let settings = serde_json::json!({ "exclude": repository.exclusion });
        let call = PluginCall::new(EXCLUSION_PLUGIN, settings.to_string());
        let context = Context { image: repository.image.to_string(), ..Context::default() };
        let filtered = self.plugins.filter(&call, listed, &context).await.map_err(|error| {
            let failed = Failed::from(error);
            Failed { message: format!("spec.exclusionList: {}", failed.message), ..failed }
        })?;
        Ok(Arc::new(listed.keep(&filtered.kept)))
    }
}

/// What makes a stored list stale when it changes. Names only, never a secret.
fn fingerprint(repository: &ImageRepository) -> String {
    format!(
        "{} insecure={} secret={:?} exclusion={:?}",
        repository.image, repository.insecure, repository.secret, repository.exclusion
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

/// How many tags came and went; all of them are new at a first scan.
fn difference(before: Option<&TagSet>, now: &TagSet) -> (usize, usize) {
    let Some(before) = before else {
        return (now.len(), 0);
    };
    let (mut old, mut new) = (before.iter().peekable(), now.iter().peekable());
    let (mut came, mut went) = (0, 0);
    while let (Some(a), Some(b)) = (old.peek(), new.peek()) {
        match a.cmp(b) {
            std::cmp::Ordering::Less => {
                went += 1;
                old.next();
            }
            std::cmp::Ordering::Greater => {
                came += 1;
                new.next();
            }
            std::cmp::Ordering::Equal => {
                old.next();
                new.next();
            }
        }
    }
    (came + new.count(), went + old.count())
}

/// The registry access that the repository's own references give.
pub(crate) fn target(
    repository: &ImageRepository,
    inventory: &Inventory,
) -> Result<Target, Failed> {
    let find = |field: &str, name: &Option<String>| {
        name.as_ref().map(|name| referred(inventory, repository, field, name)).transpose()
    };
    let mut pull_secrets: Vec<Secret> =
        find("spec.secretRef", &repository.secret)?.into_iter().collect();
    if let Some(account) = &repository.service_account {
        let name = repository.name.sibling(account.clone());
        pull_secrets.extend(account_secrets(inventory, repository, &name)?);
    }
    Ok(Target {
        image: repository.image.clone(),
        insecure: repository.insecure,
        timeout: repository.timeout,
        login: Login {
            pull_secrets,
            certificates: find("spec.certSecretRef", &repository.cert_secret)?,
            proxy: find("spec.proxySecretRef", &repository.proxy_secret)?,
            provider: repository.provider,
        },
    })
}

fn account_secrets(
    inventory: &Inventory,
    repository: &ImageRepository,
    account: &ObjectName,
) -> Result<Vec<Secret>, Failed> {
    let Some((_, names)) = inventory.service_accounts.iter().find(|(name, _)| name == account)
    else {
        return Err(missing("ServiceAccount", account, repository, "spec.serviceAccountName"));
    };
    names
        .iter()
        .map(|name| {
            referred(inventory, repository, "imagePullSecrets of its service account", name)
        })
        .collect()
}

fn referred(
    inventory: &Inventory,
    repository: &ImageRepository,
    field: &str,
    name: &str,
) -> Result<Secret, Failed> {
    let name = repository.name.sibling(name);
    let secret = inventory.secret(&name);
    secret.cloned().ok_or_else(|| missing("Secret", &name, repository, field))
}

fn missing(kind: &str, name: &ObjectName, repository: &ImageRepository, field: &str) -> Failed {
    Failed::new(
        Reason::DependencyNotFound,
        Retry::OnChange,
        format!(
            "{kind} {name}, named in {field} of ImageRepository {}, is not in the manifests",
            repository.name
        ),
    )
    .hint(format!("add a {kind} named {} in namespace {}", name.name, name.namespace))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_what_came_and_went() {
        let before = TagSet::new(&["a", "b", "d"]);
        let now = TagSet::new(&["b", "c", "d", "e"]);
        assert_eq!(difference(Some(&before), &now), (2, 1));
        assert_eq!(difference(None, &now), (4, 0));
    }
}
