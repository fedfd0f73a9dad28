//! One HTTP exchange: clients, patience and limits.

pub(crate) mod failure;
pub(crate) mod gate;
pub(crate) mod rate_limit;
pub(crate) mod retry_after;
pub(crate) mod tls;
pub(crate) mod wire;
