//! One HTTP exchange: clients, patience and limits.

pub(crate) mod failure;
pub(crate) mod gate;
pub(crate) mod retry_after;
pub(crate) mod tls;
pub(crate) mod wire;
