//! What stops an author, and what to do about it.

use std::{io, path::PathBuf};

use tagwarden_core::spec::Grant;

use crate::Kind;

/// Why there is no project, no component or no answer.
#[derive(Debug, thiserror::Error)]
pub enum AuthorError {
    /// A name will not do for a plugin.
    #[error("{0:?} is no plugin name")]
    Name(String),
    /// A grant would be of no use to plugins of this kind.
    #[error("a {kind} plugin has no use for the grant {grant}")]
    Grant {
        /// What it decides.
        kind: Kind,
        /// What it would be granted.
        grant: Grant,
    },
    /// There is something in the way of a new project.
    #[error("{} is not empty", .0.display())]
    Occupied(PathBuf),
    /// The folder holds no project.
    #[error("{} is no plugin project: it has no plugin.yaml", .0.display())]
    NoProject(PathBuf),
    /// A file does not say what it should.
    #[error("{}: {reason}", path.display())]
    Malformed {
        /// The file.
        path: PathBuf,
        /// What is wrong with it, and where.
        reason: String,
    },
    /// A tool that the language needs is not on this machine.
    #[error("{language} plugins are built with {tool}, which is not here")]
    MissingTool {
        /// Who needs it.
        language: &'static str,
        /// What it is called.
        tool: &'static str,
        /// How to get it.
        how: &'static str,
    },
    /// A tool ran and failed; what it said went to standard error.
    #[error("{tool} failed ({status})")]
    Tool {
        /// What was run.
        tool: String,
        /// How it ended.
        status: String,
    },
    /// The module that the tools made is no component of the contract.
    #[error("the module does not become a component: {0}")]
    Component(String),
    /// A file or folder cannot be read or written.
    #[error("cannot {doing} {}: {source}", path.display())]
    Io {
        /// What was tried.
        doing: &'static str,
        /// On what.
        path: PathBuf,
        /// Why it failed.
        source: io::Error,
    },
}

impl AuthorError {
    /// What to do, where there is a word to say.
    #[must_use]
    pub fn hint(&self) -> Option<&str> {
        Some(match self {
            Self::Name(_) => "use 1 to 63 lower-case letters, digits and hyphens, a letter first",
            Self::Grant { .. } => "it is given changes, and no tags to ask about",
            Self::Occupied(_) => "give another name, or empty the folder",
            Self::NoProject(_) => "start one with `tagwarden plugin new`, or name its folder",
            Self::MissingTool { how, .. } => how,
            Self::Tool { .. } => "its own words are above",
            Self::Component(_) => "does it implement the world of wit/ that plugin.yaml names?",
            Self::Malformed { .. } | Self::Io { .. } => return None,
        })
    }

    pub(crate) fn io(
        doing: &'static str,
        path: impl Into<PathBuf>,
    ) -> impl FnOnce(io::Error) -> Self {
        let path = path.into();
        move |source| Self::Io { doing, path, source }
    }
}
