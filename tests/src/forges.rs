//! Stand-ins for forges: their requests live in memory, their branches in a bare
//! repository, and what they are asked is held against the reduced API
//! descriptions in `tests/forges/`, as strictly as the real ones would.

mod contract;
mod desk;
mod dialect;
pub mod gitea;

use std::{
    io,
    net::{SocketAddr, TcpListener},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use bytes::Bytes;
use http_body_util::{BodyExt, Full, Limited};
use hyper::{Request, Response, StatusCode, body::Incoming};
use serde_json::{Value, json};

pub use self::desk::{Entry, State};
use self::{contract::Contract, desk::Desk};
use crate::{bare::Bare, loopback::Loopback};

/// The token that a stand-in takes.
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
    contract: Contract,
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
            contract: Contract::of(provider),
            desk: Mutex::new(Desk::new(remote.clone())),
        });
        let answering = Arc::clone(&shared);
        let running = Loopback::start(listener, move |request| {
            let shared = Arc::clone(&answering);
            async move { shared.answer(provider, request).await }
        })?;
        Ok(Self { provider, address, shared, _running: running })
    }

    /// Lets the next questions be answered with a plea for patience.
    pub fn throttle(&self, questions: usize) {
        self.desk().throttled = questions;
    }

    /// The operations asked for so far, by their names in the description.
    #[must_use]
    pub fn asked(&self) -> Vec<String> {
        self.desk().asked.clone()
    }

    /// What was asked against the description, which should be nothing.
    #[must_use]
    pub fn violations(&self) -> Vec<String> {
        self.desk().violations.clone()
    }

    /// Changes a request as a person would.
    pub fn change(&self, number: u64, change: impl FnOnce(&mut Entry)) {
        change(self.desk().entry_mut(number).expect("a request of this number"));
    }

    fn desk(&self) -> MutexGuard<'_, Desk> {
        self.shared.desk()
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
        TOKEN.to_owned()
    }

    fn requests(&self) -> Vec<Entry> {
        self.desk().entries.clone()
    }

    fn merge(&self, number: u64) {
        self.desk().merge(number);
    }

    fn close(&self, number: u64) {
        self.change(number, |entry| {
            entry.state = State::Closed;
            entry.closed_by = Some("alice".to_owned());
        });
    }
}

impl Shared {
    fn desk(&self) -> MutexGuard<'_, Desk> {
        self.desk.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn answer(&self, provider: &str, request: Request<Incoming>) -> Response<Full<Bytes>> {
        let (parts, body) = request.into_parts();
        let body = match Limited::new(body, MAX_BODY).collect().await {
            Ok(body) => body.to_bytes(),
            Err(_) => return reply(413, &json!({"message": "too much"})),
        };
        let mut desk = self.desk();
        if desk.throttled > 0 {
            desk.throttled -= 1;
            return patience(provider);
        }
        let asked = match self.contract.read(&parts, &body) {
            Ok(asked) => asked,
            Err((status, message)) => {
                let what = format!("{} {}: {message}", parts.method, parts.uri);
                desk.violations.push(what);
                return reply(status, &json!({"message": message}));
            }
        };
        desk.asked.push(asked.operation.clone());
        let host = parts.headers.get("host").and_then(|v| v.to_str().ok()).unwrap_or_default();
        let (status, value) = match provider {
            "github" => dialect::github(&mut desk, &asked, host),
            "gitlab" => dialect::gitlab(&mut desk, &asked, host),
            "gitea" | "forgejo" => dialect::gitea(&mut desk, &asked, host),
            "bitbucket" => dialect::bitbucket(&mut desk, &asked, host),
            _ => dialect::bitbucketserver(&mut desk, &asked, host),
        };
        reply(status, &value)
    }
}

/// As GitHub and the others ask for it.
fn patience(provider: &str) -> Response<Full<Bytes>> {
    let status = if provider == "github" { 403 } else { 429 };
    let mut answer = reply(status, &json!({"message": "API rate limit exceeded"}));
    answer.headers_mut().insert("retry-after", hyper::header::HeaderValue::from_static("1"));
    answer
}

fn reply(status: u16, value: &Value) -> Response<Full<Bytes>> {
    let text = if value.is_null() { String::new() } else { value.to_string() };
    let mut answer = Response::new(Full::new(Bytes::from(text)));
    *answer.status_mut() = StatusCode::from_u16(status).expect("a status code");
    let json = hyper::header::HeaderValue::from_static("application/json");
    answer.headers_mut().insert(hyper::header::CONTENT_TYPE, json);
    answer
}
