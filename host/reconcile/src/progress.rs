//! What an onlooker may want to know while a pass runs.

use std::time::Duration;

use tagwarden_core::object::ObjectName;

/// Hears of progress. Must not block.
pub trait Reporter: Send + Sync {
    /// Something happened.
    fn event(&self, event: &Event<'_>);
}

/// What happened.
#[derive(Debug)]
pub enum Event<'a> {
    /// So many repositories will be scanned.
    Scanning {
        /// How many.
        repositories: usize,
    },
    /// One scan ended.
    Scanned {
        /// The object.
        name: &'a ObjectName,
        /// Tags after exclusion, or what went wrong.
        result: Result<usize, &'a str>,
        /// How long it took.
        took: Duration,
    },
    /// All scans ended.
    ScansDone,
    /// An automation's repository is being opened.
    Updating {
        /// The object.
        name: &'a ObjectName,
    },
    /// Somebody pushed first; the edits are computed again.
    Recomputing {
        /// The object.
        name: &'a ObjectName,
        /// Which try comes next.
        attempt: u32,
    },
}

/// Hears nothing.
#[derive(Clone, Copy, Debug, Default)]
pub struct Silent;

impl Reporter for Silent {
    fn event(&self, _event: &Event<'_>) {}
}
