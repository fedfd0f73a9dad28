//! Conversions between the bindings generated from `wit/` and the types of this
//! crate. Present on `wasm32` alone; reached through the export macros.

pub mod filter;
pub(crate) mod images;
pub mod message;
pub mod policy;
