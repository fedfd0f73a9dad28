//! The one loop from specification to outcome.
//!
//! Place in the flow: between `api`, which says what is wanted, and the
//! adapters behind the [`ports`], which touch the world. The command line, a
//! daemon and a controller run this same loop.
//!
//! Invariant: a failure of one object never stops another, nothing is written
//! from partial knowledge, and every object ends a pass with an outcome.

mod decide;
mod evaluate;
mod explain;
mod failure;
mod guard;
mod images;
pub mod memory;
mod outcome;
mod pass;
pub mod ports;
mod progress;
mod room;
mod scan;
mod schedule;
mod update;
mod verify;

pub use evaluate::{Evaluated, Winner, evaluate};
pub use explain::{Deciders, Explanation};
pub use failure::{Failed, Reason, Retry};
pub use outcome::{
    AutomationOutcome, Decision, EditedFile, FileMarkers, PolicyOutcome, Proposal, Report,
    RepositoryOutcome, RequestStep, Requested, Scan, SkippedFile, Update,
};
pub use pass::{CONCURRENT_SCANS, Mode, Reconciler, Request};
pub use progress::{Event, Reporter, Silent};
pub use schedule::{Due, Schedule};
