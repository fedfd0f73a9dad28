//! A registry that plays back recorded exchanges, in their order and no other.

use std::{
    collections::{BTreeMap, VecDeque},
    io,
    net::{SocketAddr, TcpListener},
    sync::{Arc, Mutex, PoisonError},
};

use bytes::Bytes;
use http_body_util::Full;
use hyper::{
    Request, Response, StatusCode,
    body::Incoming,
    header::{AUTHORIZATION, HeaderName},
};
use serde::Deserialize;
use serde_json::Value;

use crate::loopback::Loopback;

/// What stands for the registry's host and port in a recording.
const HOST: &str = "{host}";

/// The exchanges with one registry.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Recording {
    /// Whose they are, and what is special about them.
    pub registry: String,
    /// Where that can be read.
    pub sources: Vec<String>,
    /// The repository; `team/app` unless said.
    #[serde(default = "usual_image")]
    pub image: String,
    /// How many tags to ask for in a page, where it is not the usual number.
    #[serde(default)]
    pub page_size: Option<usize>,
    /// The exchanges, in order.
    pub exchanges: Vec<Exchange>,
    /// What all of it comes to.
    pub tags: Vec<String>,
}

fn usual_image() -> String {
    "team/app".to_owned()
}

/// One request and its answer.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Exchange {
    /// Method, path and query.
    request: String,
    /// The `Authorization` header; none may be sent when it is absent.
    #[serde(default)]
    authorization: Option<String>,
    status: u16,
    #[serde(default)]
    headers: BTreeMap<String, String>,
    /// Text, or JSON.
    #[serde(default)]
    body: Value,
}

/// Plays a recording until it is dropped.
#[derive(Debug)]
pub struct Replay {
    address: SocketAddr,
    left: Arc<Mutex<VecDeque<Exchange>>>,
    _running: Loopback,
}

impl Replay {
    /// Starts on a free port.
    ///
    /// # Errors
    /// When no port can be had.
    pub fn start(recording: &Recording) -> io::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let address = listener.local_addr()?;
        let left = Arc::new(Mutex::new(VecDeque::from(recording.exchanges.clone())));
        let playing = Arc::clone(&left);
        let host = format!("localhost:{}", address.port());
        let running = Loopback::start(listener, move |request| {
            let answer = answer(&playing, &host, &request);
            async move { answer }
        })?;
        Ok(Self { address, left, _running: running })
    }

    /// The image of a repository, as a manifest writes it.
    #[must_use]
    pub fn image(&self, repository: &str) -> String {
        format!("localhost:{}/{repository}", self.address.port())
    }

    /// The requests that did not come.
    #[must_use]
    pub fn left(&self) -> Vec<String> {
        let left = self.left.lock().unwrap_or_else(PoisonError::into_inner);
        left.iter().map(|exchange| exchange.request.clone()).collect()
    }
}

fn answer(
    left: &Mutex<VecDeque<Exchange>>,
    host: &str,
    request: &Request<Incoming>,
) -> Response<Full<Bytes>> {
    let asked = format!("{} {}", request.method(), request.uri());
    // How a client finds out whether there is TLS.
    if asked == "GET /v2/" {
        return reply(200, "{}".to_owned());
    }
    let sent = request.headers().get(AUTHORIZATION).and_then(|value| value.to_str().ok());
    let mut left = left.lock().unwrap_or_else(PoisonError::into_inner);
    let expected = left.front().is_some_and(|exchange| {
        exchange.request == asked && exchange.authorization.as_deref() == sent
    });
    let Some(exchange) = left.pop_front_if(|_| expected) else {
        let next = left.front().map(|exchange| &exchange.request);
        return reply(418, format!("{asked} was not expected, but {next:?}"));
    };
    let body = match &exchange.body {
        Value::String(text) => text.clone(),
        json => json.to_string(),
    };
    let mut answer = reply(exchange.status, body.replace(HOST, host));
    for (name, value) in &exchange.headers {
        let name = HeaderName::try_from(name).expect("a recording names headers");
        let value = value.replace(HOST, host).parse().expect("a recording has values");
        answer.headers_mut().append(name, value);
    }
    answer
}

fn reply(status: u16, body: String) -> Response<Full<Bytes>> {
    let mut answer = Response::new(Full::new(Bytes::from(body)));
    *answer.status_mut() = StatusCode::from_u16(status).expect("a status code");
    answer
}
