//! The wires under libgit2's smart protocol.
//!
//! libgit2 offers one place for settings such as timeouts and certificate
//! authorities: the process. Ours belong to a remote, so it gets transports
//! that carry them. libgit2 makes a transport on the thread that connects,
//! which is how [`Call::run`] hands over the remote.

mod advertisement;
mod http;
mod known_hosts;
mod ssh;
mod stream;
mod tls;

use std::{
    cell::RefCell,
    panic::{self, AssertUnwindSafe},
    sync::{Arc, Mutex, Once, PoisonError},
    time::{Duration, Instant},
};

use git2::{
    ConfigLevel, opts,
    transport::{Service, Transport, register},
};
use tagwarden_reconcile::ports::GitErrorKind;

use crate::{
    endpoint::{Address, Credentials, Endpoint},
    failure::Failure,
    keyring::Keyring,
};

/// What libgit2 is told to connect to.
pub const URL: &str = "tagwarden://remote";
const SCHEME: &str = "tagwarden";

thread_local! {
    /// The call this thread is in.
    static CURRENT: RefCell<Option<Arc<Call>>> = const { RefCell::new(None) };
}

/// One operation on one remote, with its deadline and the reason it failed.
#[derive(Debug)]
pub struct Call {
    pub endpoint: Arc<Endpoint>,
    pub keyring: Arc<Keyring>,
    deadline: Instant,
    failure: Mutex<Option<Failure>>,
}

impl Call {
    /// Runs an operation of libgit2 whose connections go to the endpoint.
    /// A failure the transport noted tells more than libgit2's, so it wins.
    pub fn run<T>(
        endpoint: &Arc<Endpoint>,
        keyring: &Arc<Keyring>,
        operation: impl FnOnce() -> Result<T, git2::Error>,
    ) -> Result<T, CallError> {
        prepare();
        endpoint.reach().map_err(CallError::Transport)?;
        let call = Arc::new(Self {
            endpoint: Arc::clone(endpoint),
            keyring: Arc::clone(keyring),
            deadline: Instant::now() + endpoint.timeout,
            failure: Mutex::new(None),
        });
        let before = CURRENT.replace(Some(Arc::clone(&call)));
        // `git2` panics on a message or name that is not UTF-8. What it holds
        // is dropped on the way; nothing of ours is left half done.
        let result = panic::catch_unwind(AssertUnwindSafe(operation));
        CURRENT.set(before);
        let result = result.map_err(|_| CallError::Transport(illegible()))?;
        result.map_err(|error| match call.noted() {
            Some(failure) => CallError::Transport(failure),
            None => CallError::Libgit2(error),
        })
    }

    /// The time left; an error when there is none.
    fn remaining(&self) -> Result<Duration, Failure> {
        self.deadline
            .checked_duration_since(Instant::now())
            .filter(|left| !left.is_zero())
            .ok_or_else(|| self.late())
    }

    fn late(&self) -> Failure {
        Failure::new(
            GitErrorKind::Unreachable,
            format!("not done within the timeout of {:?}", self.endpoint.timeout),
        )
    }

    /// Keeps the first failure and gives what libgit2 is told instead.
    fn note(&self, failure: Failure) -> git2::Error {
        self.failure.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(failure);
        git2::Error::from_str("the transport failed")
    }

    fn noted(&self) -> Option<Failure> {
        self.failure.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

/// Who reported the failure of a call.
#[derive(Debug)]
pub enum CallError {
    /// The wire: nothing is known about the mirror.
    Transport(Failure),
    /// libgit2: the remote's answer or the mirror's state.
    Libgit2(git2::Error),
}

impl From<CallError> for Failure {
    fn from(error: CallError) -> Self {
        match error {
            CallError::Transport(failure) => failure,
            CallError::Libgit2(error) => error.into(),
        }
    }
}

fn illegible() -> Failure {
    Failure::new(
        GitErrorKind::Other,
        "the remote has a reference, or sent a message, that is not UTF-8 text",
    )
}

/// The command that serves an action.
fn program(service: Service) -> &'static str {
    match service {
        Service::UploadPackLs | Service::UploadPack => "git-upload-pack",
        Service::ReceivePackLs | Service::ReceivePack => "git-receive-pack",
    }
}

/// Registers the transport and shuts out the machine's Git configuration,
/// which could rewrite URLs (`insteadOf`) under the credentials.
#[expect(unsafe_code, reason = "libgit2's process-wide settings have no safe form")]
pub fn prepare() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        // SAFETY: `Once` orders these before any other use of libgit2 by this
        // crate, which alone in the program uses it.
        let done = unsafe {
            [
                opts::set_search_path(ConfigLevel::System, ""),
                opts::set_search_path(ConfigLevel::Global, ""),
                opts::set_search_path(ConfigLevel::XDG, ""),
                opts::set_search_path(ConfigLevel::ProgramData, ""),
                register(SCHEME, open),
            ]
        };
        for result in done {
            result.expect("libgit2 takes its settings and one transport before first use");
        }
    });
}

fn open(remote: &git2::Remote<'_>) -> Result<Transport, git2::Error> {
    let call = CURRENT
        .with_borrow(Clone::clone)
        .ok_or_else(|| git2::Error::from_str("no call under way on this thread"))?;
    match (&call.endpoint.address, &call.endpoint.credentials) {
        (Address::Http(_), Credentials::Http(_)) => {
            Transport::smart(remote, true, http::HttpTransport::new(&call)?)
        }
        _ => Transport::smart(remote, false, ssh::SshTransport::new(&call)),
    }
}
