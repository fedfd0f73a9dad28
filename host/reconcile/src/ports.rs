//! What the loop needs of the world: small traits in domain terms.
//!
//! Adapters implement them; tests use the in-memory ones of [`crate::memory`].
//! Async where the work waits for a peer; blocking where it is CPU or disk,
//! in which case the loop calls from a blocking thread.

mod forge;
mod git;
mod image;
mod metadata;
mod plugins;
mod registry;
mod store;

pub use forge::{
    ClosedRequest, Forge, ForgeError, ForgeErrorKind, ForgeRepository, OpenRequest, Remark,
    RequestText,
};
pub use git::{
    Commit, CommitRequest, FileWrite, Git, GitError, GitErrorKind, GitRemote, Interest, Past,
    Pushed, Remote, Reply, Signing, Snapshot, Visit,
};
pub use image::ImageFacts;
pub use metadata::{ImageMetadata, Metadata, MetadataError};
pub use plugins::{
    Choice, Context, EvaluationError, Failure, Filtered, MessageInput, Plugins, Rejection,
};
pub use registry::{
    Login, Registry, RegistryError, RegistryErrorKind, Signed, Target, VerificationError,
};
pub use store::{
    AutomationState, Listing, Moved, PolicyState, ProposalState, Refusal, RequestState, ScanState,
    ScanTrouble, Store, StoreError, Written,
};
