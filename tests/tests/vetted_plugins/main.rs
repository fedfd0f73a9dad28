//! An operator's plugins, from a real registry with real signatures to a
//! commit; and every byte on the way that somebody may change.

#![expect(clippy::unwrap_used, reason = "a test's own reading of JSON may panic as the test may")]

mod adding;
mod limits;
mod shown;
mod stage;
mod tampering;
mod vetting;
