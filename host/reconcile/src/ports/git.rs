use std::{collections::BTreeMap, sync::Arc, time::Duration};

use tagwarden_core::spec::{Author, GitProvider, GitReference, Secret, SigningFormat};

/// Reads and writes Git repositories. Blocking: call from a blocking thread.
pub trait Git: Send + Sync {
    /// Takes up a remote. Nothing is asked of it yet.
    fn remote(&self, remote: &GitRemote) -> Result<Arc<dyn Remote>, GitError>;

    /// Whose key signs, for people; an error when it could not.
    fn signer(&self, signing: &Signing) -> Result<String, GitError>;
}

/// One remote, as a pass sees it: it is asked for its references once, and
/// whatever is asked after that is answered from the list.
pub trait Remote: Send + Sync {
    /// Opens a reference for reading; fetches what is missing here.
    fn open(&self, reference: &GitReference) -> Result<Box<dyn Snapshot>, GitError>;

    /// The tags, short names.
    fn tags(&self) -> Result<Vec<String>, GitError>;

    /// The branch that HEAD points to.
    fn default_branch(&self) -> Result<String, GitError>;

    /// Forgets the list: somebody else has pushed.
    fn forget(&self);
}

/// A remote repository, with what it takes to get in.
#[derive(Clone, Debug)]
pub struct GitRemote {
    /// `http://`, `https://`, `ssh://`, `git@host:path`, or `file://` with an absolute path.
    pub url: String,
    /// Flux's Git secret: `username`/`password`, `bearerToken`, `ca.crt`,
    /// or `identity`, `known_hosts` and `password` for SSH.
    pub secret: Option<Secret>,
    /// Flux's proxy secret: `address`, and `username` and `password` if it wants some.
    pub proxy: Option<Secret>,
    /// Whose credentials the remote takes.
    pub provider: GitProvider,
    /// How long one network operation may take.
    pub timeout: Duration,
}

/// One commit's tree, and the way to put another on top.
pub trait Snapshot: Send {
    /// The commit's id in hex.
    fn commit(&self) -> &str;

    /// The branch it was opened from, when it was a branch.
    fn branch(&self) -> Option<&str>;

    /// Shows each regular file of interest under the folder `path` (empty for
    /// all), in path order, and gives the number of those whose name is of
    /// interest. Symlinks and submodules are not followed; a file over the
    /// size cap is reported, not shown.
    fn visit(
        &self,
        path: &str,
        interest: &Interest<'_>,
        visitor: &mut dyn FnMut(Visit<'_>) -> Reply,
    ) -> Result<usize, GitError>;

    /// What commits of this author, among the latest `depth`, made of these
    /// files; the oldest first. History that is missing here is fetched.
    fn past(&self, author: &Author, files: &[String], depth: u32) -> Result<Vec<Past>, GitError>;

    /// Commits the writes on top of this snapshot; nothing leaves the machine.
    fn write(&self, request: &CommitRequest) -> Result<Commit, GitError>;

    /// Pushes a commit of [`Snapshot::write`] to `branch`. A push to the
    /// branch it was opened from never forces; one to another branch replaces
    /// it, unless that branch already has the same tree on the same base. So is
    /// it with a refspec alone that leads to no branch, by what was pushed last.
    fn push(&self, commit: &Commit, request: &CommitRequest) -> Result<Pushed, GitError>;
}

/// Which files of a snapshot matter.
#[derive(Clone, Copy)]
pub struct Interest<'a> {
    /// Whether a file of this name may, in whatever folder it is.
    pub name: fn(&str) -> bool,
    /// Whether content does. The answer hangs on the bytes alone, so it may be
    /// remembered, and the same content never be read again.
    pub content: &'a dyn Fn(&[u8]) -> bool,
    /// Names what `name` and `content` ask and what notes mean: answers to
    /// another question do not count.
    pub question: &'a str,
}

/// One file of a snapshot.
#[derive(Clone, Copy, Debug)]
pub enum Visit<'a> {
    /// A regular file on whose content a note was left.
    Noted {
        /// The path from the repository's root, with `/`.
        path: &'a str,
        /// The note.
        note: &'a [u8],
    },
    /// A regular file and its bytes.
    File {
        /// The path from the repository's root, with `/`.
        path: &'a str,
        /// The content.
        bytes: &'a [u8],
    },
    /// Something that was left alone, and why.
    Skipped {
        /// The path, lossily decoded.
        path: &'a str,
        /// Why.
        reason: &'a str,
    },
}

/// What a visitor says to a visit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reply {
    /// That is enough.
    Enough,
    /// The note is not enough: show the file.
    Show,
    /// Leave this on the file's content. Whoever meets the same content again
    /// gets the note first, so it may hang on nothing else.
    Note(Vec<u8>),
}

/// What a commit made of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Past {
    /// The path from the repository's root, with `/`.
    pub file: String,
    /// Its content in the commit's first parent.
    pub before: Vec<u8>,
    /// Its content in the commit.
    pub after: Vec<u8>,
}

/// A file's new content.
#[derive(Clone, Debug)]
pub struct FileWrite {
    /// The path from the repository's root, with `/`; the file exists.
    pub path: String,
    /// All of its new bytes.
    pub bytes: Vec<u8>,
    /// The note to leave on them, as a visitor would.
    pub note: Option<Vec<u8>>,
}

/// What to commit and where to push it.
#[derive(Clone, Debug)]
pub struct CommitRequest {
    /// Files to replace; their modes stay.
    pub writes: Vec<FileWrite>,
    /// Author and committer.
    pub author: Author,
    /// The message, as it will stand.
    pub message: String,
    /// When, in seconds since 1970-01-01 UTC.
    pub time: i64,
    /// The branch to push to; none when only `refspec` is pushed.
    pub branch: Option<String>,
    /// A further refspec to push.
    pub refspec: Option<String>,
    /// The commit that was pushed last. A refspec may lead where no list of
    /// references tells what is there, as `refs/for/main` does.
    pub last: Option<String>,
    /// Push options.
    pub options: BTreeMap<String, String>,
    /// The key to sign with.
    pub signing: Option<Signing>,
}

/// A key that signs commits.
#[derive(Clone, Debug)]
pub struct Signing {
    /// Flux's signing secret: `git.asc` and `passphrase`, or `identity` and
    /// `password` for SSH.
    pub secret: Secret,
    /// Which of the two.
    pub format: SigningFormat,
}

/// A commit that exists here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Commit {
    /// Its id in hex.
    pub id: String,
}

/// What a push did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Pushed {
    /// The remote now has the commit.
    Updated,
    /// The remote branch already held the very same change.
    AlreadyThere {
        /// The commit it is at.
        commit: String,
    },
}

/// Why Git could not do it.
#[derive(Debug, thiserror::Error)]
#[error("{url}: {message}")]
pub struct GitError {
    /// The remote, without user information.
    pub url: String,
    /// What failed and on what; never a secret.
    pub message: String,
    /// What it means for the next try.
    pub kind: GitErrorKind,
}

/// What a Git failure means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GitErrorKind {
    /// The remote refused the credentials, or wants some.
    Unauthorized,
    /// The host key or certificate is not the expected one.
    Untrusted,
    /// The repository or reference does not exist.
    NotFound,
    /// Somebody pushed first: open again and recompute.
    Rejected,
    /// What is kept here of the remote was damaged: open again, and it is
    /// fetched anew.
    Damaged,
    /// The remote does not let us write there.
    Forbidden,
    /// The remote could not be reached in time.
    Unreachable,
    /// The credentials given cannot be used as they are.
    Configuration,
    /// Anything else.
    Other,
}
