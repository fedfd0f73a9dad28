//! Stand-ins for endpoints of clouds: they answer as the documentation of
//! the endpoints says, to those who ask as it says.

mod aws;
mod azure;
mod gcp;

use std::{
    collections::HashMap,
    io,
    net::{SocketAddr, TcpListener},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use bytes::Bytes;
use http_body_util::{BodyExt, Full, Limited};
use hyper::{Request, Response, StatusCode, body::Incoming};

use crate::loopback::Loopback;

/// The most bytes a request may have.
const MAX_BODY: usize = 1 << 20;

/// What every stand-in takes and gives as key, password or token, so that a
/// test has one word to look for where no secret may be.
#[derive(Clone, Debug)]
pub struct Secret(pub String);

/// An endpoint that runs until it is dropped. It has the paths of all clouds.
#[derive(Debug)]
pub struct StandIn {
    address: SocketAddr,
    shared: Arc<Shared>,
    _running: Loopback,
}

#[derive(Debug)]
struct Shared {
    secret: Secret,
    life: Mutex<u64>,
    fault: Mutex<Option<CloudFault>>,
    seen: Mutex<Vec<String>>,
}

/// What happens instead of a good answer.
#[derive(Clone, Debug)]
pub enum CloudFault {
    /// This status and body.
    Status(u16, String),
    /// No answer, ever.
    Silence,
    /// Status 403 with a body that repeats the request's headers and body.
    Echo,
}

/// One request, taken apart.
struct Call {
    method: String,
    path: String,
    query: HashMap<String, String>,
    headers: HashMap<String, String>,
    body: String,
}

/// A status and a body.
type Reply = (u16, String);

impl Call {
    fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", String::as_str)
    }

    fn form(&self) -> HashMap<String, String> {
        url::form_urlencoded::parse(self.body.as_bytes()).into_owned().collect()
    }
}

impl StandIn {
    /// Starts one on a free port.
    ///
    /// # Errors
    /// When no port can be had.
    pub fn start(secret: &str) -> io::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let address = listener.local_addr()?;
        let shared = Arc::new(Shared {
            secret: Secret(secret.to_owned()),
            life: Mutex::new(3600),
            fault: Mutex::default(),
            seen: Mutex::default(),
        });
        let serving = Arc::clone(&shared);
        let running = Loopback::start(listener, move |request| {
            let shared = Arc::clone(&serving);
            async move { answer(&shared, request).await }
        })?;
        Ok(Self { address, shared, _running: running })
    }

    /// Its address, `http://127.0.0.1:PORT`.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Its host and port.
    #[must_use]
    pub fn host(&self) -> String {
        self.address.to_string()
    }

    /// How long its logins last from now on.
    pub fn set_life(&self, seconds: u64) {
        *lock(&self.shared.life) = seconds;
    }

    /// What happens to every request from now on.
    pub fn meet(&self, fault: Option<CloudFault>) {
        *lock(&self.shared.fault) = fault;
    }

    /// What was asked for, in order: a word a request.
    #[must_use]
    pub fn seen(&self) -> Vec<String> {
        lock(&self.shared.seen).clone()
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

async fn answer(shared: &Shared, request: Request<Incoming>) -> Response<Full<Bytes>> {
    let call = take_apart(request).await;
    let fault = lock(&shared.fault).clone();
    let (status, body) = match fault {
        Some(CloudFault::Silence) => std::future::pending().await,
        Some(CloudFault::Status(status, body)) => (status, body),
        Some(CloudFault::Echo) => {
            let echo = format!("{:?} {}", call.headers, call.body);
            (403, serde_json::json!({"error": "denied", "error_description": echo}).to_string())
        }
        None => good(shared, &call),
    };
    let mut answer = Response::new(Full::new(Bytes::from(body)));
    *answer.status_mut() = StatusCode::from_u16(status).expect("a status code");
    answer
}

/// The cloud whose request it is answers; a request that none documents is refused.
fn good(shared: &Shared, call: &Call) -> Reply {
    let life = *lock(&shared.life);
    let secret = &shared.secret.0;
    let answered = aws::answer(call, secret, life)
        .or_else(|| azure::answer(call, secret, life))
        .or_else(|| gcp::answer(call, secret, life));
    let (name, reply) = answered.unwrap_or_else(|| {
        (format!("unknown {} {}", call.method, call.path), (404, "no such thing".into()))
    });
    lock(&shared.seen).push(name);
    reply
}

async fn take_apart(request: Request<Incoming>) -> Call {
    let (parts, body) = request.into_parts();
    let body = Limited::new(body, MAX_BODY).collect().await;
    let body = body.map(http_body_util::Collected::to_bytes).unwrap_or_default();
    let text =
        |value: &hyper::header::HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
    let query = parts.uri.query().unwrap_or_default();
    Call {
        method: parts.method.to_string(),
        path: parts.uri.path().to_owned(),
        query: url::form_urlencoded::parse(query.as_bytes()).into_owned().collect(),
        headers: parts.headers.iter().map(|(k, v)| (k.to_string(), text(v))).collect(),
        body: String::from_utf8_lossy(&body).into_owned(),
    }
}

/// Seconds since 1970 at which something of this life ends.
fn ends(life: u64) -> u64 {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    now.map_or(0, |now| now.as_secs()) + life
}
