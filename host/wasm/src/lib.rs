//! The plugin engine: the only crate that knows wasmtime.
//!
//! Place in the flow: behind the port [`tagwarden_reconcile::ports::Plugins`].
//! The loop asks for a decision by a plugin's name; a component in a fresh
//! sandbox makes it; the answer is checked against the question and goes back
//! in the loop's own terms. The composition root says which components there
//! are; this crate knows none.
//!
//! Invariant: nothing a plugin does or answers harms the host or another
//! plugin. Each evaluation ends within its deadline and its memory, in an
//! answer that makes sense or a
//! [`Failure`](tagwarden_reconcile::ports::Failure) that says what happened.

mod answer;
mod builder;
mod cache;
mod call;
mod compile;
mod contract;
mod engine;
mod error;
mod failure;
mod guest;
mod info;
mod input;
mod limiter;
mod log;
mod lookup;
mod meter;
mod options;
mod plugin;
mod plugins;
mod sandbox;
mod text;
mod ticker;
mod wasi;
mod world;

pub use builder::Builder;
pub use cache::TAMPERED;
pub use compile::{CompilerLimits, CompilerProgram, compile_component};
pub use error::EngineError;
pub use info::{Description, PluginInfo};
pub use meter::Usage;
pub use options::{EngineOptions, Limits};
pub use plugin::Origin;
pub use plugins::Plugins;
pub use sandbox::Sandbox;
pub use world::Kind;
