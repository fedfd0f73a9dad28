//! The wire format: Flux's kinds in every version, and Tagwarden's extensions.
//!
//! Place in the flow: the first station. Manifests go in as files or bytes;
//! the core's specifications come out, every policy as a call of a plugin.
//!
//! Invariant: nothing wrong is passed over. What Flux's API would refuse, and
//! what it would silently drop, is an error that names file, line, column and
//! field; all errors of all files are reported at once; none of them shows
//! what a Secret holds. Only [`load`] does I/O.

mod context;
mod duration;
mod error;
mod fields;
mod hint;
mod kind;
mod load;
mod lock;
mod reader;
mod tree;
mod wire;

pub use duration::parse_duration;
pub use error::{Level, ManifestError, Note, Place, Problem};
pub use load::{MAX_FILES, MAX_FOLDERS, MAX_TOTAL, load};
pub use lock::{LOCK_FILE, MAX_LOCK, read_lock, write_lock};
pub use reader::{MAX_DOCUMENTS, MAX_ERRORS, MAX_FILE, Reader, Reading, SourceFile, read};
pub use wire::policy_plugin::parse_size;
