//! The pure heart of Tagwarden.
//!
//! Place in the flow: everything between the adapters. Specifications come in
//! from `api`, tags from `registry`, decisions from `wasm`; selections, edits
//! and changes go out to `git`.
//!
//! Invariant: nothing here does I/O, reads a clock, an environment variable or
//! a global, logs, or panics, whatever the input.

pub mod branch;
pub mod change;
pub mod edit;
pub mod image;
pub mod lines;
pub mod lock;
pub mod marker;
pub mod object;
pub mod quote;
pub mod selection;
pub mod spec;
pub mod tags;
pub mod vetting;
