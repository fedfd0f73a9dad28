//! The tags that a pass decides from.

use std::sync::Arc;

use tagwarden_core::{
    spec::{ImageRepository, Inventory},
    tags::TagSet,
};

use crate::{
    Failed, Reason, Reconciler, Request, Retry,
    ports::{Listing, Metadata},
    update::blocking,
};

/// What a pass knows of a repository's tags.
pub(crate) enum Tags {
    /// They were read in this pass.
    Known(Known),
    /// A list to decide from is in the store; nobody has wanted it yet.
    Stored,
    /// The last scan failed, and the next one is not due.
    Waiting,
    /// There is no list to decide from.
    Unknown(Failed),
}

/// A repository's tags, and who to ask about their images.
#[derive(Clone)]
pub(crate) struct Known {
    pub tags: Arc<TagSet>,
    pub images: Arc<dyn Metadata>,
}

impl Reconciler {
    /// What is known with the list.
    pub(super) fn known(
        &self,
        repository: &ImageRepository,
        inventory: &Inventory,
        request: &Request,
        listing: Listing,
    ) -> Known {
        let tags = listing.tags.clone();
        Known { tags, images: self.images(repository, inventory, request.now, Some(listing)) }
    }

    /// The tags to decide from, read from the store when they are wanted first.
    pub(crate) async fn tags_of(
        &self,
        repository: &ImageRepository,
        inventory: &Inventory,
        request: &Request,
        tags: &mut Tags,
    ) -> Result<Known, Failed> {
        if let Tags::Stored = tags {
            let (store, name) = (self.store.clone(), repository.name.clone());
            let stored = blocking(move || Ok(store.listing(&name)?)).await?;
            let listing = stored.ok_or_else(|| lost(repository))?;
            *tags = Tags::Known(self.known(repository, inventory, request, listing));
        }
        match tags {
            Tags::Known(known) => Ok(known.clone()),
            Tags::Stored => Err(lost(repository)),
            Tags::Waiting => Err(waiting(repository)),
            Tags::Unknown(failed) => {
                let message = format!("no tags of {}: {}", repository.name, failed.message);
                Err(Failed { message, reason: Reason::TagsUnknown, ..failed.clone() })
            }
        }
    }
}

fn lost(repository: &ImageRepository) -> Failed {
    let message = format!("the stored tags of {} are lost", repository.name);
    Failed::new(Reason::TagsUnknown, Retry::BackOff, message)
}

fn waiting(repository: &ImageRepository) -> Failed {
    let message = format!(
        "no tags of {}: its last scan failed, and the next one is not due yet",
        repository.name
    );
    Failed::new(Reason::TagsUnknown, Retry::OnChange, message)
}
