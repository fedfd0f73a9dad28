//! Plugins as artifacts in a registry: one manifest, one configuration, one
//! component.
//!
//! What is pushed has the layout of the CNCF's Wasm working group, as `wkg`
//! writes it; what Kubewarden's `kwctl` pushes is read too. Nothing is
//! downloaded before its manifest was checked: its signatures, its form and
//! the size it promises.

mod manifest;
mod pull;
mod push;

pub use manifest::names;
pub use pull::{Pulled, Wanted};
pub use push::Told;

use tagwarden_reconcile::ports::{RegistryError, VerificationError};

/// Why there is no plugin.
#[derive(Debug, thiserror::Error)]
pub enum ArtifactError {
    /// The registry did not give or take it.
    #[error(transparent)]
    Registry(#[from] RegistryError),
    /// It is not signed as it must be.
    #[error(transparent)]
    Unsigned(#[from] VerificationError),
    /// It is something else than a plugin, or not the one wanted.
    #[error("{0}")]
    Unfit(String),
    /// It is larger than allowed.
    #[error("it has {size} bytes, and {limit} are allowed")]
    TooLarge {
        /// The size that its manifest states.
        size: u64,
        /// The cap.
        limit: u64,
    },
}
