//! The gate that an operator's plugins pass before they may run.
//!
//! What is declared (PolicyPlugin) and locked (`tagwarden.lock`) becomes
//! components here, and each of them is checked on the very bytes that are
//! compiled: signature → manifest → digest → bytes. What does not pass is
//! refused with the reason, and policies that name it hold their last good
//! selection.

mod gate;
mod load;
mod lock_file;
mod refusal;
mod source;
mod standing;

pub use gate::Gate;
pub use load::{Loaded, Loader, keep};
pub use lock_file::LockFile;
pub use refusal::Refusal;
pub use source::{Resolved, Sources};
pub use standing::{Standing, State, print};

use std::{collections::BTreeMap, sync::Arc};

use tagwarden_core::{
    spec::Inventory,
    vetting::{self, Verdicts, Vetted},
};
use tagwarden_reconcile::ports::Plugins;

use crate::{
    args::{Global, Manifests},
    problem::Problem,
    world,
};

/// What manifests and lock file say together.
pub struct Vetting {
    lock: LockFile,
    verdicts: Verdicts,
}

impl Vetting {
    /// Reads the lock file that belongs to the manifests.
    pub fn read(manifests: &Manifests, inventory: &Inventory) -> Result<Self, Problem> {
        let lock = LockFile::of(&manifests.files)?;
        let verdicts = vetting::vet(inventory, &lock.lock, lock.folder());
        Ok(Self { lock, verdicts })
    }

    /// Each plugin, and whether it may run.
    pub fn verdicts(&self) -> &Verdicts {
        &self.verdicts
    }

    /// Whether both let the same plugins run.
    pub fn is_as(&self, other: &Self) -> bool {
        // What is vetted holds neither secrets nor bytes, so its text tells all.
        self.lock.lock == other.lock.lock
            && format!("{:?}", self.verdicts) == format!("{:?}", other.verdicts)
    }

    /// Every plugin that may be called: the embedded ones, the vetted ones that
    /// pass, and those of the command line in their place.
    pub async fn plugins(
        &self,
        global: &Global,
        inventory: &Inventory,
    ) -> Result<Admitted, Problem> {
        let registry = world::registry(None);
        let loader = Loader::new(&self.lock, Sources::new(&registry, inventory), global)?;
        let (mut loaded, mut standings, mut refused) = (vec![], vec![], BTreeMap::new());
        for (name, verdict) in self.not_overridden(global) {
            let component = match verdict {
                Ok(vetted) => loader.load(vetted).await,
                Err(reason) => Err(reason.clone().into()),
            };
            match component {
                Ok(component) => {
                    let signed_by = component.resolved.signed_by();
                    standings.push(Standing::vetted(&component.vetted, signed_by));
                    loaded.push(component);
                }
                Err(refusal) => {
                    tracing::warn!(policy.plugin = %name, "plugin refused: {}", refusal.reason);
                    refused.insert(name.clone(), refusal.reason.clone());
                    standings.push(Standing::refused(name, verdict, inventory, refusal));
                }
            }
        }
        let engine = world::plugins_with(global, loaded)?;
        standings.extend(unvetted(global));
        let gate = Gate::new(engine.clone(), refused);
        let port = world::recorded(global, engine.clone(), Arc::new(gate))?;
        Ok(Admitted { port, engine, standings })
    }

    /// Where each plugin stands by what is on this machine; no registry is asked.
    pub fn at_hand(
        &self,
        global: &Global,
        inventory: &Inventory,
    ) -> Result<Vec<Standing>, Problem> {
        let registry = world::registry(None);
        let loader = Loader::new(&self.lock, Sources::new(&registry, inventory), global)?;
        let standing = |(name, verdict): (&String, &Result<Vetted, String>)| {
            let found = verdict.as_ref().map_err(|reason| Refusal::from(reason.clone()));
            match found.and_then(|vetted| Ok((vetted, loader.at_hand(vetted)?))) {
                Ok((vetted, Some(loaded))) => Standing::vetted(vetted, loaded.resolved.signed_by()),
                Ok((vetted, None)) => Standing::pinned(vetted),
                Err(refusal) => Standing::refused(name, verdict, inventory, refusal),
            }
        };
        let vetted = self.not_overridden(global).map(standing);
        Ok(vetted.chain(unvetted(global)).collect())
    }

    /// A plugin of the command line is the developer's own word, and goes before.
    fn not_overridden<'a>(
        &'a self,
        global: &'a Global,
    ) -> impl Iterator<Item = (&'a String, &'a Result<Vetted, String>)> {
        let overridden = |name: &str| global.plugins.iter().any(|file| file.name == name);
        self.verdicts.iter().filter(move |(name, _)| !overridden(name))
    }
}

/// The plugins that may be called, and where each stands.
pub struct Admitted {
    /// What the loop asks.
    pub port: Arc<dyn Plugins>,
    /// The engine behind it.
    pub engine: tagwarden_wasm::Plugins,
    /// What was vetted, refused, or named on the command line; the rest is first-party.
    pub standings: Vec<Standing>,
}

impl Admitted {
    /// Where the plugin of that name stands.
    pub fn standing(&self, name: &str) -> Standing {
        let known = self.standings.iter().find(|standing| standing.name == name);
        let mut standing = known.cloned().unwrap_or_else(|| Standing::other(name));
        if standing.digest.is_none() && standing.state != State::Refused {
            standing.digest = self.engine.sandbox().digest(name);
        }
        standing
    }
}

fn unvetted(global: &Global) -> impl Iterator<Item = Standing> {
    global.plugins.iter().map(|file| {
        let grants = global.grants.iter().filter(|granted| granted.name == file.name);
        Standing::unvetted(file, &grants.map(|granted| granted.grant).collect())
    })
}
