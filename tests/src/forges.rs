//! Stand-ins for forges: their requests live in memory, their branches in a bare
//! repository. What they are asked, and what they answer, is held against the
//! reduced API descriptions in `tests/forges/`, as strictly as the real ones
//! would; a test whose questions do not keep to them fails.

mod answer;
mod contract;
mod desk;
mod dialect;
pub mod gitea;
mod plea;

use std::{
    io,
    net::{SocketAddr, TcpListener},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{SystemTime, UNIX_EPOCH},
};

use bytes::Bytes;
use http_body_util::{BodyExt, Full, Limited};
use hyper::{Request, Response, body::Incoming};

use self::{
    answer::Answer,
    contract::{Contract, Refusal},
    desk::Desk,
    dialect::Call,
};
pub use self::{
    desk::{Entry, State},
    plea::Plea,
};
use crate::{bare::Bare, github_apps::App, loopback::Loopback};

/// The token that a stand-in takes, unless it is told of another.
pub const TOKEN: &str = "forge-t0ken";
/// The most bytes a question may have.
const MAX_BODY: usize = 4 << 20;

/// What a test needs of a forge, real or not.
pub trait Forge {
    /// Its name in a manifest.
    fn provider(&self) -> &str;
    /// Its address.
    fn base_url(&self) -> String;
    /// The repository's path on it.
    fn repository(&self) -> String;
    /// The token it takes.
    fn token(&self) -> String;
    /// All requests there ever were, in order of their numbers.
    fn requests(&self) -> Vec<Entry>;
    /// Merges a request, as a person would.
    fn merge(&self, number: u64);
    /// Closes a request, as a person would.
    fn close(&self, number: u64);
}

/// A forge that runs; it ends when dropped.
#[derive(Debug)]
pub struct StandIn {
    provider: &'static str,
    address: SocketAddr,
    shared: Arc<Shared>,
    _running: Loopback,
}

#[derive(Debug)]
struct Shared {
    provider: &'static str,
    contract: Contract,
    /// The App whose tokens it takes, where it is GitHub.
    app: App,
    desk: Mutex<Desk>,
}

impl StandIn {
    /// The stand-in of a forge by its name in a manifest, before a repository.
    ///
    /// # Errors
    /// When no port can be had.
    pub fn start(provider: &'static str, remote: &Bare) -> io::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let address = listener.local_addr()?;
        let shared = Arc::new(Shared {
            provider,
            contract: Contract::of(provider),
            app: App::new(3600)?,
            desk: Mutex::new(Desk::new(remote.clone())),
        });
        let answering = Arc::clone(&shared);
        let running = Loopback::start(listener, move |request| {
            let shared = Arc::clone(&answering);
            async move { shared.respond(request).await }
        })?;
        Ok(Self { provider, address, shared, _running: running })
    }

    /// Lets the next questions be answered with a plea for patience.
    pub fn throttle(&self, questions: usize, plea: Plea) {
        self.desk().throttled = Some((questions, plea));
    }

    /// Takes another token from now on.
    pub fn take(&self, token: &str) {
        self.desk().token = token.to_owned();
    }

    /// The GitHub App that may ask for tokens.
    #[must_use]
    pub fn app(&self) -> &App {
        &self.shared.app
    }

    /// Says that it is of another version.
    pub fn be(&self, version: &'static str) {
        self.desk().version = version;
    }

    /// The operations asked for so far, by their names in the description.
    #[must_use]
    pub fn asked(&self) -> Vec<String> {
        self.desk().asked.clone()
    }

    /// Changes a request as a person would.
    pub fn change(&self, number: u64, change: impl FnOnce(&mut Entry)) {
        change(self.desk().entry_mut(number).expect("a request of this number"));
    }

    /// Opens so many requests of other people, in the given state.
    pub fn crowd(&self, requests: usize, state: State) {
        let mut desk = self.desk();
        for number in 0..requests {
            let entry = desk.push(&format!("people/{number}"), "main");
            entry.title = "A change".to_owned();
            entry.state = state;
        }
    }

    fn desk(&self) -> MutexGuard<'_, Desk> {
        self.shared.desk()
    }
}

impl Drop for StandIn {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            let violations = self.desk().violations.clone();
            assert!(violations.is_empty(), "against {}'s API: {violations:#?}", self.provider);
        }
    }
}

impl Forge for StandIn {
    fn provider(&self) -> &str {
        self.provider
    }

    fn base_url(&self) -> String {
        format!("http://{}", self.address)
    }

    fn repository(&self) -> String {
        "platform/gitops".to_owned()
    }

    fn token(&self) -> String {
        self.desk().token.clone()
    }

    fn requests(&self) -> Vec<Entry> {
        self.desk().entries.clone()
    }

    fn merge(&self, number: u64) {
        self.desk().merge(number);
    }

    fn close(&self, number: u64) {
        self.change(number, |entry| entry.close("alice"));
    }
}

impl Shared {
    fn desk(&self) -> MutexGuard<'_, Desk> {
        self.desk.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn respond(&self, request: Request<Incoming>) -> Response<Full<Bytes>> {
        let (parts, body) = request.into_parts();
        if self.provider == "github" && App::knows(parts.uri.path()) {
            return self.app.answer(&parts.method, parts.uri.path(), &parts.headers);
        }
        let body = Limited::new(body, MAX_BODY).collect().await;
        let body = body.map(http_body_util::Collected::to_bytes).unwrap_or_default();
        let mut desk = self.desk();
        if let Some(plea) = desk.plea() {
            return plea.answer(self.provider, now()).response();
        }
        let refused = |status, message: &str| {
            Answer::new(status, dialect::refusal(self.provider, status, message)).response()
        };
        let asked = match self.contract.read(&parts, &body, &desk.token) {
            Ok(asked) => asked,
            Err(Refusal::Login) => return refused(401, "Bad credentials"),
            Err(Refusal::Violation(status, message)) => {
                desk.violations.push(format!("{} {}: {message}", parts.method, parts.uri));
                return refused(status, &message);
            }
        };
        desk.asked.push(asked.operation.clone());
        let host = parts.headers.get("host").and_then(|v| v.to_str().ok()).unwrap_or_default();
        let answer = dialect::answer(self.provider, &mut desk, &Call { asked: &asked, host });
        let checked = self.contract.check_answer(&asked.operation, answer.status, &answer.body);
        if let Err(message) = checked {
            desk.violations.push(format!("the stand-in's own answer: {message}"));
        }
        answer.response()
    }
}

fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}
