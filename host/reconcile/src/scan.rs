//! From an image repository to its whole list of tags.

use std::{sync::Arc, time::Instant};

use tagwarden_core::{
    object::ObjectName,
    spec::{ImageRepository, Inventory, PluginCall, Secret},
    tags::{Difference, FirstSeen, TagSet},
};
use tracing::Instrument;

use crate::{
    Failed, Mode, Reason, Reconciler, Request, Retry,
    outcome::{RepositoryOutcome, Scan},
    ports::{Context, Listing, Login, ScanState, Target},
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
        let stored = match self.store.listing(&repository.name) {
            Ok(stored) => stored,
            Err(error) => {
                let failed = Failed::from(error);
                return (Scan::Failed(failed.clone()), Err(failed));
            }
        };
        let usable =
            stored.as_ref().filter(|known| known.state.fingerprint == fingerprint(repository));
        if repository.suspend {
            let tags = usable.map(|known| known.tags.clone());
            return (Scan::Suspended, tags.ok_or_else(|| unknown(repository)));
        }
        let due =
            request.due.as_ref().is_none_or(|due| due.repositories.contains(&repository.name));
        if let (false, Some(known)) = (due, usable)
            && is_fresh(repository, &known.state, request.now)
        {
            return (Scan::Fresh { tags: known.tags.len() }, Ok(known.tags.clone()));
        }
        let started = Instant::now();
        let result = self.scan_now(repository, inventory, stored.as_ref(), request).await;
        self.reporter.event(&Event::Scanned {
            name: &repository.name,
            result: result.as_ref().map(|(tags, _)| tags.len()).map_err(|e| e.message.as_str()),
            took: started.elapsed(),
        });
        match result {
            Ok((tags, Difference { new, gone, .. })) => {
                (Scan::Done { tags: tags.len(), new, gone }, Ok(tags))
            }
            Err(failed) => {
                tracing::warn!(reason = ?failed.reason, "scan failed: {}", failed.message);
                (Scan::Failed(failed.clone()), Err(failed))
            }
        }
    }

    async fn scan_now(
        &self,
        repository: &ImageRepository,
        inventory: &Inventory,
        before: Option<&Listing>,
        request: &Request,
    ) -> Result<(Arc<TagSet>, Difference), Failed> {
        let target = target(repository, inventory)?;
        let listed = Arc::new(self.registry.tags(&target).await?);
        let kept = self.without_excluded(repository, &listed).await?;
        let (listing, difference) =
            listing(repository, before, kept, listed.len() as u64, request.now);
        log(&difference);
        if request.mode == Mode::Write {
            self.store.put_listing(&repository.name, &listing)?;
        }
        Ok((listing.tags, difference))
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

/// Whether a stored list is young enough to decide from.
fn is_fresh(repository: &ImageRepository, state: &ScanState, now: u64) -> bool {
    now < state.scanned_at.saturating_add(repository.interval.as_secs())
}

/// What a scan brought, and what that changes of the one before.
fn listing(
    repository: &ImageRepository,
    before: Option<&Listing>,
    tags: Arc<TagSet>,
    listed: u64,
    now: u64,
) -> (Listing, Difference) {
    let image = repository.image.to_string();
    // Times outlive other credentials and exclusions, but not another image.
    let before = before.filter(|known| known.state.image == image);
    let difference =
        Difference::between(before.map_or(&TagSet::default(), |known| &known.tags), &tags);
    let first_seen = match before {
        None => FirstSeen::all(tags.len(), now),
        Some(known) => FirstSeen::carried((&known.tags, &known.first_seen), &tags, now),
    };
    let last = before.filter(|_| difference.is_empty()).map(|known| &known.state);
    let state = ScanState {
        image,
        fingerprint: fingerprint(repository),
        scanned_at: now,
        listed,
        tags: tags.len() as u64,
        changed_at: last.map_or(now, |last| last.changed_at),
        difference: last.map_or_else(|| difference.clone(), |last| last.difference.clone()),
    };
    (Listing { tags, first_seen, state }, difference)
}

fn log(difference: &Difference) {
    let Difference { new, gone, new_tags, gone_tags } = difference;
    if !difference.is_empty() {
        tracing::info!(new, gone, ?new_tags, ?gone_tags, "tags came or went since the last scan");
    }
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
