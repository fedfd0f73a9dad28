//! Pull requests: the adapter of [`tagwarden_reconcile::ports::Forge`].
//!
//! [`ForgeClient`] finds out from the Git remote's URL where the forge's REST
//! interface is and what the repository is called there, and lets one module a
//! forge speak its dialect. All of them go through one narrow door to the
//! network, which keeps to limits, deadlines and what a forge says about
//! patience.
//!
//! Invariant: a token goes to the forge's own host and nowhere else, redirects
//! are not followed, no answer is read beyond its cap, and a request is only
//! sent again when the first cannot have had an effect.

mod address;
mod bitbucket_cloud;
mod bitbucket_data_center;
mod client;
mod connections;
mod dialect;
mod gitea;
mod github;
mod gitlab;
mod http;
mod login;
mod place;
mod words;

pub use client::{ForgeClient, Options};
