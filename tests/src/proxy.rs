//! A forward proxy with a login: absolute requests and CONNECT tunnels.

use std::{
    io,
    net::{SocketAddr, TcpListener},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use base64::{Engine, engine::general_purpose::STANDARD};
use bytes::Bytes;
use http_body_util::{BodyExt, Full, combinators::BoxBody};
use hyper::{
    Method, Request, Response, StatusCode,
    body::Incoming,
    client::conn::http1,
    header::{HOST, PROXY_AUTHENTICATE, PROXY_AUTHORIZATION},
};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

use crate::loopback::Loopback;

type Body = BoxBody<Bytes, hyper::Error>;
type Refused = Box<dyn std::error::Error + Send + Sync>;

/// A proxy that runs until it is dropped.
#[derive(Debug)]
pub struct Proxy {
    address: SocketAddr,
    passed: Arc<AtomicUsize>,
    _running: Loopback,
}

impl Proxy {
    /// Starts one that lets through who sends this user name and password.
    ///
    /// # Errors
    /// When no port can be had.
    pub fn start(user: &str, password: &str) -> io::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let address = listener.local_addr()?;
        let passed = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&passed);
        let expected = Arc::new(format!("Basic {}", STANDARD.encode(format!("{user}:{password}"))));
        let running = Loopback::start_fallible(listener, move |request| {
            let (expected, count) = (Arc::clone(&expected), Arc::clone(&count));
            async move { answer(request, &expected, &count).await }
        })?;
        Ok(Self { address, passed, _running: running })
    }

    /// Its URL.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// How many requests and tunnels it let through.
    #[must_use]
    pub fn passed(&self) -> usize {
        self.passed.load(Ordering::SeqCst)
    }
}

async fn answer(
    mut request: Request<Incoming>,
    expected: &str,
    count: &AtomicUsize,
) -> Result<Response<Body>, Refused> {
    let login = request.headers_mut().remove(PROXY_AUTHORIZATION);
    if login.as_ref().and_then(|v| v.to_str().ok()) != Some(expected) {
        let mut refusal = empty(StatusCode::PROXY_AUTHENTICATION_REQUIRED);
        refusal.headers_mut().insert(PROXY_AUTHENTICATE, "Basic realm=\"proxy\"".parse()?);
        return Ok(refusal);
    }
    count.fetch_add(1, Ordering::SeqCst);
    let authority =
        request.uri().authority().ok_or("a proxy needs an absolute address")?.to_string();
    // Only loopback, whatever a test asks for.
    let port: u16 = authority.rsplit_once(':').ok_or("no port")?.1.parse()?;
    let peer = TcpStream::connect(("127.0.0.1", port)).await?;
    match *request.method() {
        Method::CONNECT => Ok(tunnel(request, peer)),
        _ => forward(request, peer, &authority).await,
    }
}

fn tunnel(request: Request<Incoming>, mut peer: TcpStream) -> Response<Body> {
    tokio::spawn(async move {
        if let Ok(client) = hyper::upgrade::on(request).await {
            let mut client = TokioIo::new(client);
            let _ended = tokio::io::copy_bidirectional(&mut client, &mut peer).await;
        }
    });
    empty(StatusCode::OK)
}

async fn forward(
    mut request: Request<Incoming>,
    peer: TcpStream,
    authority: &str,
) -> Result<Response<Body>, Refused> {
    let (mut sender, connection) = http1::handshake(TokioIo::new(peer)).await?;
    tokio::spawn(connection);
    let path = request.uri().path_and_query().map_or("/", |p| p.as_str()).parse()?;
    *request.uri_mut() = path;
    request.headers_mut().insert(HOST, authority.parse()?);
    Ok(sender.send_request(request).await?.map(BodyExt::boxed))
}

fn empty(status: StatusCode) -> Response<Body> {
    let mut answer = Response::new(Full::new(Bytes::new()).map_err(|never| match never {}).boxed());
    *answer.status_mut() = status;
    answer
}
