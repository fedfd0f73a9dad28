//! Why there is no engine.

use std::path::PathBuf;

/// Why the engine does not start.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// A plugin's name would not do.
    #[error("{0:?} is no name for a plugin: use 1 to 63 lower-case letters, digits and hyphens")]
    Name(String),
    /// A grant names no plugin.
    #[error("a grant is given to {0:?}, and no plugin of that name is loaded")]
    Grant(String),
    /// Limits name no plugin.
    #[error("limits are set for {0:?}, and no plugin of that name is loaded")]
    Limit(String),
    /// The folder for compiled code is not private. Whoever can write there
    /// could make this process run anything.
    #[error("refusing to keep compiled plugins in {}: {reason}; remove it or make it private to this user (mode 700)", folder.display())]
    Cache {
        /// The folder.
        folder: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// The engine itself failed to start.
    #[error("the plugin engine does not start: {0}")]
    Engine(String),
}
