//! What a plugin's author needs: templates, builds, cases, measurements, records.
//!
//! Place in the flow: beside it. An author starts a [`Project`] from a template
//! ([`scaffold`]), has it built into a component by its language's own tools
//! ([`build`]), and runs [`cases`] against the result. [`record`] keeps
//! the evaluations of a running program, so that they can be tried again.
//!
//! Invariant: a component is only ever judged through the port
//! [`Plugins`](tagwarden_reconcile::ports::Plugins), so what an author sees is
//! what an operator gets. Nothing here is needed to run a plugin.

pub mod bench;
pub mod cases;
mod component;
mod contract;
mod error;
pub mod images;
mod kind;
mod project;
pub mod question;
pub mod record;
pub mod reference;
pub mod scaffold;
mod toolchain;

pub use component::describe_wit;
pub use error::AuthorError;
pub use kind::{Kind, Language};
pub use project::Project;
pub use toolchain::build;
