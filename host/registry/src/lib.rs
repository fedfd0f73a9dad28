//! Registry scans and the state store.
//!
//! Place in the flow: behind the ports `Registry` and `Store` of `reconcile`.
//! [`RegistryClient`] turns an image into its whole list of tags, or a tag into
//! a digest; [`StateStore`] remembers tags and selections from run to run.
//!
//! Invariant: a list of tags is whole or an error, never a part; credentials
//! travel to the registry's own host or to its token realm and nowhere else,
//! and never into an error, a `Debug` text or a log; what is read from the
//! network is capped, and what is read from disk is checked before it is used.
//!
//! Why not `oci-client` for this: its `list_tags` hands back a page without the
//! `Link` header that leads to the next one, without the status and headers of
//! an error (`Retry-After`, `WWW-Authenticate`), reads bodies of any size, and
//! follows redirects by itself; whether the list is whole cannot be known.

#[cfg(test)]
mod any_text;
mod artifact;
mod auth;
mod child;
mod client;
mod cloud;
mod content;
pub mod cosign;
mod digest;
mod endpoint;
mod environment;
mod http;
mod image;
mod options;
mod problem;
mod scan;
mod session;
mod store;

pub use artifact::{ArtifactError, Pulled, Told, Wanted, names};
pub use client::RegistryClient;
pub use content::{Content, ContentError};
pub use environment::Environment;
pub use options::Options;
pub use store::StateStore;
