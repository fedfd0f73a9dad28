//! The wire format: Flux's kinds in every version, and Tagwarden's extensions.
