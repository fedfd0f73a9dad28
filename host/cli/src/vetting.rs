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
mod source;

pub use gate::Gate;
pub use load::{Loaded, Loader, keep};
pub use lock_file::LockFile;
pub use source::{Resolved, Sources};

use std::{collections::BTreeMap, sync::Arc};

use tagwarden_core::{
    spec::Inventory,
    vetting::{self, Verdicts},
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
    ) -> Result<Arc<dyn Plugins>, Problem> {
        let registry = world::registry(None);
        let loader = Loader::new(&self.lock, Sources::new(&registry, inventory), global)?;
        let mut refused = BTreeMap::new();
        let mut loaded = vec![];
        // A plugin of the command line is the developer's own word.
        let overridden = |name: &str| global.plugins.iter().any(|file| file.name == name);
        for (name, verdict) in self.verdicts.iter().filter(|(name, _)| !overridden(name)) {
            let component = match verdict {
                Ok(vetted) => loader.load(vetted).await,
                Err(reason) => Err(reason.clone()),
            };
            match component {
                Ok(component) => loaded.push(component),
                Err(reason) => {
                    tracing::warn!(policy.plugin = %name, "plugin refused: {reason}");
                    refused.insert(name.clone(), reason);
                }
            }
        }
        let plugins = world::plugins_with(global, loaded)?;
        let gate = Gate::new(plugins.clone(), refused);
        world::recorded(global, plugins, Arc::new(gate))
    }
}
