//! What a plugin that was granted `metadata` learns of images.

mod wire;

use std::{
    collections::HashMap,
    sync::Arc,
    time::{Duration, Instant},
};

use tagwarden_core::tags::Candidates;
use tagwarden_reconcile::ports::{Failure, Metadata, MetadataError};
use wasmtime::{AsContextMut, Result, StoreContextMut, component::Linker};

use crate::{
    Limits,
    contract::{PACKAGE, VERSION},
    guest::{Ended, Guest},
    ticker::ticks,
};

/// The interface, without its version.
pub(crate) const INTERFACE: &str = "tagwarden:policy/metadata";

/// What one call may ask, and has asked.
#[derive(Debug)]
pub(crate) struct Lookup {
    candidates: Candidates,
    metadata: Option<Arc<dyn Metadata>>,
    known: HashMap<u32, Option<wire::Image>>,
    limits: Limits,
    started: Instant,
    waited: Duration,
}

impl Lookup {
    /// Answers about `candidates` by what `metadata` says.
    pub(crate) fn new(
        candidates: Candidates,
        metadata: Option<Arc<dyn Metadata>>,
        limits: &Limits,
    ) -> Self {
        Self {
            candidates,
            metadata,
            known: HashMap::new(),
            limits: limits.clone(),
            started: Instant::now(),
            waited: Duration::ZERO,
        }
    }

    /// The image of the candidate at `index`, asked for once.
    fn image(&mut self, index: u32) -> Result<Option<wire::Image>, Failure> {
        if let Some(known) = self.known.get(&index) {
            return Ok(known.clone());
        }
        let Some(tag) = self.candidates.tag(index as usize) else {
            let count = self.candidates.len();
            return Err(Failure::BadAnswer(format!("it asked about tag {index} of {count}")));
        };
        if self.known.len() >= self.limits.lookups {
            return Err(Failure::Limit(format!("{} images asked about", self.limits.lookups)));
        }
        let asked = Instant::now();
        let found = self.ask(tag);
        self.waited += asked.elapsed();
        let found = found?.map(wire::Image::from);
        self.known.insert(index, found.clone());
        Ok(found)
    }

    fn ask(&self, tag: &str) -> Result<Option<tagwarden_reconcile::ports::ImageMetadata>, Failure> {
        let Some(metadata) = &self.metadata else {
            return Err(Failure::Lookup("there is no registry to ask here".into()));
        };
        let within = self.limits.lookup_deadline.saturating_sub(self.waited);
        let found = match within.is_zero() {
            true => Err(MetadataError::Timeout(self.limits.lookup_deadline)),
            false => metadata.image(tag, within),
        };
        found.map_err(|error| Failure::Lookup(format!("{tag}: {error}")))
    }

    /// What is left of the time to answer: waiting for images is not in it.
    fn left(&self) -> Duration {
        let computed = self.started.elapsed().saturating_sub(self.waited);
        self.limits.deadline.saturating_sub(computed)
    }
}

/// Offers the interface.
pub(crate) fn link(linker: &mut Linker<Guest>) -> Result<()> {
    let mut metadata = linker.instance(&format!("{PACKAGE}/metadata@{VERSION}"))?;
    metadata.func_wrap("lookup", |mut store: StoreContextMut<'_, Guest>, (index,): (u32,)| {
        let Some(lookup) = &mut store.data_mut().lookup else {
            let failure = Failure::Lookup("there are no tags to ask about in this call".into());
            return Err(Ended(failure).into());
        };
        let image = lookup.image(index).map_err(Ended)?;
        let left = lookup.left();
        store.as_context_mut().set_epoch_deadline(ticks(left));
        Ok((image,))
    })
}
