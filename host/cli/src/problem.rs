//! What went wrong, what to do, and the exit code: the one table of them.

use std::{fmt, process::ExitCode};

use anstream::eprintln;
use tagwarden_author::AuthorError;
use tagwarden_reconcile::{Failed, Reason};

/// Exit codes of the program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// All done.
    Done = 0,
    /// Something failed.
    Failed = 1,
    /// The command line or a manifest makes no sense.
    Usage = 2,
    /// No tag is eligible.
    NothingSelected = 3,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

/// An error on its way to the user.
#[derive(Debug)]
pub struct Problem {
    message: String,
    hint: Option<String>,
    exit: Exit,
}

/// What a command comes to.
pub type Outcome = Result<Exit, Problem>;

impl Problem {
    /// Something failed.
    pub fn failed(message: impl Into<String>) -> Self {
        Self { message: message.into(), hint: None, exit: Exit::Failed }
    }

    /// The user's input makes no sense.
    pub fn usage(message: impl Into<String>) -> Self {
        Self { exit: Exit::Usage, ..Self::failed(message) }
    }

    /// A file could not be read or written.
    pub fn io(doing: &str, path: &std::path::Path, error: &std::io::Error) -> Self {
        Self::failed(format!("cannot {doing} {}: {error}", path.display()))
    }

    /// The same problem with a word on what to do.
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// The same problem, told of `input` where it was told of something that the user
    /// does not know.
    pub fn about(self, unknown: &str, input: &str) -> Self {
        Self { message: self.message.replacen(unknown, input, 1), ..self }
    }

    /// What went wrong, without what to do.
    pub fn message(&self) -> &str {
        &self.message
    }

    /// Prints the problem to standard error.
    pub fn report(&self) -> Exit {
        eprintln!("{self}");
        self.exit
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{ERROR}error:{ERROR:#} {}", self.message)?;
        match &self.hint {
            Some(hint) => write!(f, "\n{HINT}hint:{HINT:#} {hint}"),
            None => Ok(()),
        }
    }
}

impl From<Failed> for Problem {
    fn from(failed: Failed) -> Self {
        let exit = match failed.reason {
            Reason::NoTagSelected => Exit::NothingSelected,
            _ => Exit::Failed,
        };
        Self { message: failed.message, hint: failed.hint, exit }
    }
}

impl From<AuthorError> for Problem {
    fn from(error: AuthorError) -> Self {
        let problem = match error {
            AuthorError::Name(_) | AuthorError::Occupied(_) | AuthorError::NoProject(_) => {
                Self::usage(error.to_string())
            }
            _ => Self::failed(error.to_string()),
        };
        match error.hint() {
            Some(hint) => problem.hint(hint),
            None => problem,
        }
    }
}

const ERROR: anstyle::Style = anstyle::AnsiColor::Red.on_default().bold();
const HINT: anstyle::Style = anstyle::AnsiColor::Cyan.on_default().bold();
