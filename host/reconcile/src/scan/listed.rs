//! What a registry lists, and what that changes of the list before.

use std::sync::Arc;

use tagwarden_core::{
    spec::{ImageRepository, Inventory, PluginCall},
    tags::{Difference, FirstSeen, TagSet},
};

use super::{Known, fingerprint, target};
use crate::{
    Failed, Mode, Reconciler, Request,
    ports::{Context, Filtered, Listing, ScanState},
    update::blocking,
};

/// The filter plugin that applies an exclusion list.
const EXCLUSION_PLUGIN: &str = "regex-filter";

impl Reconciler {
    /// What the registry lists, less what is excluded, remembered.
    pub(super) async fn listed(
        &self,
        repository: &ImageRepository,
        inventory: &Inventory,
        request: &Request,
    ) -> Result<(Known, Difference), Failed> {
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
        let remembered = blocking(move || {
            let (listing, difference) = scanned.after(store.listing(&name)?);
            log(&difference);
            if mode == Mode::Write {
                store.put_listing(&name, &listing)?;
            }
            Ok((listing, difference))
        });
        let (listing, difference) = remembered.await?;
        Ok((self.known(repository, inventory, request, listing), difference))
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
