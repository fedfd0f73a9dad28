//! What goes wrong, in the port's terms.

use git2::{ErrorClass, ErrorCode};
use tagwarden_access::{Refusal, RefusalKind};
use tagwarden_reconcile::ports::{GitError, GitErrorKind};

/// Longest piece of a remote's own words that goes into a message.
const QUOTE_LIMIT: usize = 400;

/// A reason, before the remote's name is put in front of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    pub kind: GitErrorKind,
    pub message: String,
}

impl Failure {
    pub fn new(kind: GitErrorKind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into() }
    }

    /// The port's error for the remote `shown` (without user information).
    pub fn at(self, shown: &str) -> GitError {
        GitError { url: shown.to_owned(), message: self.message, kind: self.kind }
    }
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        let kind = match refusal.kind {
            RefusalKind::Configuration => GitErrorKind::Configuration,
            RefusalKind::Unauthorized => GitErrorKind::Unauthorized,
            RefusalKind::Unreachable => GitErrorKind::Unreachable,
        };
        Self::new(kind, refusal.message)
    }
}

impl From<git2::Error> for Failure {
    fn from(error: git2::Error) -> Self {
        let said = quote(error.message());
        let kind = match (error.code(), error.class()) {
            (ErrorCode::Auth, _) => GitErrorKind::Unauthorized,
            (ErrorCode::Certificate, _) => GitErrorKind::Untrusted,
            (ErrorCode::NotFastForward, _) => GitErrorKind::Rejected,
            (ErrorCode::BareRepo, _) => GitErrorKind::Forbidden,
            (ErrorCode::Owner, _) => GitErrorKind::Configuration,
            (ErrorCode::NotFound, ErrorClass::Os | ErrorClass::Repository | ErrorClass::Net) => {
                GitErrorKind::NotFound
            }
            (ErrorCode::Eof | ErrorCode::Timeout, _) => GitErrorKind::Unreachable,
            _ => kind_of_words(&said),
        };
        Self::new(kind, said)
    }
}

/// Classifies what a server wrote for people to read.
pub fn kind_of_words(said: &str) -> GitErrorKind {
    let said = said.to_ascii_lowercase();
    let any = |words: &[&str]| words.iter().any(|w| said.contains(w));
    if any(&[
        "not our ref",
        "does not appear to be a git repository",
        "not a git repository",
        "repository not found",
        "no such file or directory",
        "could not be found",
        "repository not exported",
    ]) {
        GitErrorKind::NotFound
    } else if any(&[
        "permission denied",
        "access denied",
        "not allowed",
        "read-only",
        "read only",
        "denied to",
        "not authorized",
        "service not enabled",
        "unrecognized command",
    ]) {
        GitErrorKind::Forbidden
    } else if any(&["early eof", "unexpected eof", "timed out", "connection reset"]) {
        GitErrorKind::Unreachable
    } else {
        GitErrorKind::Other
    }
}

/// The words of a remote as one line without control characters.
pub fn quote(text: &str) -> String {
    let mut line = String::new();
    for word in text.split(|c: char| c.is_whitespace() || c.is_control()) {
        if word.is_empty() {
            continue;
        }
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
        if line.len() > QUOTE_LIMIT {
            let end = line.floor_char_boundary(QUOTE_LIMIT);
            line.truncate(end);
            line.push('…');
            break;
        }
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quote_is_one_line_without_control_characters() {
        assert_eq!(quote("\x1b[31mno\r\n  way\0\n"), "[31mno way");
    }

    #[test]
    fn a_quote_is_short() {
        let long = "é".repeat(10_000);
        assert!(quote(&long).len() < 2 * QUOTE_LIMIT);
    }

    #[test]
    fn a_servers_words_tell_what_to_do() {
        for (said, kind) in [
            ("fatal: '/x' does not appear to be a git repository", GitErrorKind::NotFound),
            ("ERROR: Permission to a/b denied to bot.", GitErrorKind::Forbidden),
            ("upload-pack: not our ref 123", GitErrorKind::NotFound),
            ("whatever", GitErrorKind::Other),
        ] {
            assert_eq!(kind_of_words(said), kind, "{said}");
        }
    }
}
