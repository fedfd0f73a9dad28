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
    ports::{Context, Filtered, Listing, Login, ScanState, ScanTrouble, Target},
    progress::Event,
    update::blocking,
};

/// The filter plugin that applies an exclusion list.
const EXCLUSION_PLUGIN: &str = "regex-filter";

/// What a pass knows of a repository's tags.
pub(crate) enum Tags {
    /// They were read in this pass.
    Known(Arc<TagSet>),
    /// A list to decide from is in the store; nobody has wanted it yet.
    Stored,
    /// The last scan failed, and the next one is not due.
    Waiting,
    /// There is no list to decide from.
    Unknown(Failed),
}

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
        let stored = match self.store.scan(&repository.name) {
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
            result: result.as_ref().map(|(tags, _)| tags.len()).map_err(|e| e.message.as_str()),
            took: started.elapsed(),
        });
        match result {
            Ok((tags, Difference { new, gone, .. })) => {
                (Scan::Done { tags: tags.len(), new, gone }, Tags::Known(tags))
            }
            Err(failed) => {
                tracing::warn!(reason = ?failed.reason, "scan failed: {}", failed.message);
                self.remember_trouble(repository, &failed, request);
                (Scan::Failed(failed.clone()), Tags::Unknown(failed))
            }
        }
    }

    /// The failure of an earlier scan, of this process or another, after which
    /// the registry still wants to be left alone.
    fn asked_for_patience(
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

    fn remember_trouble(&self, repository: &ImageRepository, failed: &Failed, request: &Request) {
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

    async fn listed(
        &self,
        repository: &ImageRepository,
        inventory: &Inventory,
        request: &Request,
    ) -> Result<(Arc<TagSet>, Difference), Failed> {
        let listed = self.all_listed(repository, inventory).await?;
        let kept = self.without_excluded(repository, &listed).await?;
        let scanned = Scanned {
            image: repository.image.to_string(),
            fingerprint: fingerprint(repository),
            tags: kept,
            listed: listed.len() as u64,
            at: request.now,
        };
        let (store, name, mode) = (self.store.clone(), repository.name.clone(), request.mode);
        blocking(move || {
            let (listing, difference) = scanned.after(store.listing(&name)?);
            log(&difference);
            if mode == Mode::Write {
                store.put_listing(&name, &listing)?;
            }
            Ok((listing.tags, difference))
        })
        .await
    }

    /// Every tag that the registry lists.
    pub(crate) async fn all_listed(
        &self,
        repository: &ImageRepository,
        inventory: &Inventory,
    ) -> Result<Arc<TagSet>, Failed> {
        let target = target(repository, inventory)?;
        Ok(Arc::new(self.registry.tags(&target).await?))
    }

    /// The tags to decide from, read from the store when they are wanted first.
    pub(crate) async fn tags_of(
        &self,
        repository: &ImageRepository,
        tags: &mut Tags,
    ) -> Result<Arc<TagSet>, Failed> {
        let failed = match tags {
            Tags::Known(tags) => return Ok(tags.clone()),
            Tags::Stored => {
                let (store, name) = (self.store.clone(), repository.name.clone());
                if let Some(listing) = blocking(move || Ok(store.listing(&name)?)).await? {
                    *tags = Tags::Known(listing.tags.clone());
                    return Ok(listing.tags);
                }
                let message = format!("the stored tags of {} are lost", repository.name);
                Failed::new(Reason::TagsUnknown, Retry::BackOff, message)
            }
            Tags::Waiting => {
                let message = format!(
                    "no tags of {}: its last scan failed, and the next one is not due yet",
                    repository.name
                );
                Failed::new(Reason::TagsUnknown, Retry::OnChange, message)
            }
            Tags::Unknown(failed) => {
                let message = format!("no tags of {}: {}", repository.name, failed.message);
                Failed { message, reason: Reason::TagsUnknown, ..failed.clone() }
            }
        };
        Err(failed)
    }

    async fn without_excluded(
        &self,
        repository: &ImageRepository,
        listed: &Arc<TagSet>,
    ) -> Result<Arc<TagSet>, Failed> {
        if repository.exclusion.is_empty() || listed.is_empty() {
            return Ok(listed.clone());
        }
        let filtered = self.exclusion(repository, listed, false).await?;
        Ok(Arc::new(listed.keep(&filtered.kept)))
    }

    /// What the exclusion list leaves of the tags, with reasons or without.
    pub(crate) async fn exclusion(
        &self,
        repository: &ImageRepository,
        listed: &Arc<TagSet>,
        explain: bool,
    ) -> Result<Filtered, Failed> {
        let settings = serde_json::json!({ "exclude": repository.exclusion });
        let call = PluginCall::new(EXCLUSION_PLUGIN, settings.to_string());
        let image = repository.image.to_string();
        let context = Context { image, explain, ..Context::default() };
        self.plugins.filter(&call, listed, &context).await.map_err(|error| {
            let failed = Failed::from(error);
            Failed { message: format!("spec.exclusionList: {}", failed.message), ..failed }
        })
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

/// What a scan brought, before it is held against the one before.
struct Scanned {
    image: String,
    fingerprint: String,
    tags: Arc<TagSet>,
    listed: u64,
    at: u64,
}

impl Scanned {
    /// The list to remember, and what it changes of the one before.
    fn after(self, before: Option<Listing>) -> (Listing, Difference) {
        // Times outlive other credentials and exclusions, but not another image.
        let before = before.filter(|known| known.state.image == self.image);
        let none = TagSet::default();
        let difference =
            Difference::between(before.as_ref().map_or(&none, |known| &known.tags), &self.tags);
        let first_seen = match &before {
            None => FirstSeen::all(self.tags.len(), self.at),
            Some(known) => {
                FirstSeen::carried((&known.tags, &known.first_seen), &self.tags, self.at)
            }
        };
        let (changed_at, last) = match before {
            Some(known) if difference.is_empty() => {
                (known.state.changed_at, known.state.difference)
            }
            _ => (self.at, difference.clone()),
        };
        let state = ScanState {
            image: self.image,
            fingerprint: self.fingerprint,
            scanned_at: self.at,
            listed: self.listed,
            tags: self.tags.len() as u64,
            changed_at,
            difference: last,
        };
        (Listing { tags: self.tags, first_seen, state }, difference)
    }
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
