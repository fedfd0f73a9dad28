//! The one loop from specification to outcome.
//!
//! Place in the flow: between `api`, which says what is wanted, and the
//! adapters behind the [`ports`], which touch the world. The command line, a
//! daemon and a controller run this same loop.
//!
//! Invariant: a failure of one object never stops another, nothing is written
//! from partial knowledge, and every object ends a pass with an outcome.

pub mod ports;
