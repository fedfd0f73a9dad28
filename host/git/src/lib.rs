//! The Git writer: the adapter of [`tagwarden_reconcile::ports::Git`].
//!
//! One bare mirror per remote lives in a state folder. [`Mirrors`] asks the
//! remote for its references, fetches a single commit when the mirror lacks
//! it, and hands out a snapshot that reads blobs, writes blobs, trees and the
//! commit straight to the object store, and pushes. libgit2 does Git; the
//! bytes travel over transports of our own (HTTP by `ureq`, SSH by `libssh2`),
//! because only so does each remote have its own deadline, certificate
//! authority, host keys and a precise reason when it says no.
//!
//! Invariant: nothing is ever checked out, no path of a repository becomes a
//! path of this machine, and a branch that was opened is never forced.

mod cache;
mod endpoint;
mod failure;
mod fetch;
mod home;
mod index;
mod keyring;
mod listing;
mod mirror;
mod mirrors;
mod push;
mod reference;
mod remote;
mod signing;
mod snapshot;
mod transport;

pub use cache::Pruned;
pub use home::Home;
pub use mirrors::{Mirrors, Options};
