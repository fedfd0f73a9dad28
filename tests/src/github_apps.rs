//! The part of GitHub's REST API that gives an App tokens for an installation.

use std::{
    io,
    net::{SocketAddr, TcpListener},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{SystemTime, UNIX_EPOCH},
};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use bytes::Bytes;
use http_body_util::Full;
use hyper::{HeaderMap, Method, Response, StatusCode, header::AUTHORIZATION};
use openssl::{
    hash::MessageDigest,
    pkey::{PKey, Private},
    rsa::Rsa,
    sign::Verifier,
};
use serde_json::{Value, json};

use crate::loopback::Loopback;

/// The number of the one App there is.
pub const APP: &str = "1234";
/// The number of its one installation, at [`OWNER`].
pub const INSTALLATION: &str = "56789";
/// Who installed it.
pub const OWNER: &str = "platform-team";
/// The token every request for one gets.
pub const TOKEN: &str = "ghs_loopback";

/// Gives tokens until it is dropped.
#[derive(Debug)]
pub struct GitHubApps {
    address: SocketAddr,
    app: Arc<App>,
    _running: Loopback,
}

/// The App, as GitHub knows it.
#[derive(Debug)]
pub struct App {
    key: PKey<Private>,
    given: AtomicUsize,
    /// How many seconds its tokens last.
    life: u64,
}

impl GitHubApps {
    /// Starts one on a free port; its tokens last so many seconds.
    ///
    /// # Errors
    /// When no port or no key can be had.
    pub fn start(life: u64) -> io::Result<Self> {
        let app = Arc::new(App::new(life)?);
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let address = listener.local_addr()?;
        let asked = Arc::clone(&app);
        let running = Loopback::start(listener, move |request| {
            let app = Arc::clone(&asked);
            async move { app.answer(request.method(), request.uri().path(), request.headers()) }
        })?;
        Ok(Self { address, app, _running: running })
    }

    /// The base of the API, as an enterprise server has it.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}/api/v3", self.address)
    }

    /// The App's private key in PEM, as GitHub lets it be downloaded.
    ///
    /// # Errors
    /// When the key cannot be written.
    pub fn key(&self) -> io::Result<String> {
        self.app.key()
    }

    /// How many tokens it gave.
    #[must_use]
    pub fn given(&self) -> usize {
        self.app.given()
    }
}

impl App {
    /// A new one, whose tokens last so many seconds.
    ///
    /// # Errors
    /// When no key can be had.
    pub fn new(life: u64) -> io::Result<Self> {
        let key = PKey::from_rsa(Rsa::generate(2048)?)?;
        Ok(Self { key, given: AtomicUsize::new(0), life })
    }

    /// Its private key in PEM, as GitHub lets it be downloaded.
    ///
    /// # Errors
    /// When the key cannot be written.
    pub fn key(&self) -> io::Result<String> {
        let pem = self.key.rsa()?.private_key_to_pem()?;
        String::from_utf8(pem).map_err(io::Error::other)
    }

    /// How many tokens it was given.
    #[must_use]
    pub fn given(&self) -> usize {
        self.given.load(Ordering::SeqCst)
    }

    /// Whether a path is about Apps.
    pub(crate) fn knows(path: &str) -> bool {
        path.starts_with("/api/v3/app/") || path.ends_with("/installation")
    }

    pub(crate) fn answer(
        &self,
        method: &Method,
        path: &str,
        headers: &HeaderMap,
    ) -> Response<Full<Bytes>> {
        if let Err(why) = check(headers, &self.key) {
            return reply(StatusCode::UNAUTHORIZED, &json!({ "message": why }));
        }
        let token = format!("/api/v3/app/installations/{INSTALLATION}/access_tokens");
        let of_owner = format!("/api/v3/users/{OWNER}/installation");
        match (method, path) {
            (&Method::POST, path) if path == token => {
                self.given.fetch_add(1, Ordering::SeqCst);
                let body = json!({ "token": TOKEN, "expires_at": rfc3339(now() + self.life) });
                reply(StatusCode::CREATED, &body)
            }
            (&Method::GET, path) if path == of_owner => {
                let id: u64 = INSTALLATION.parse().unwrap_or_default();
                reply(StatusCode::OK, &json!({ "id": id, "account": { "login": OWNER } }))
            }
            _ => reply(StatusCode::NOT_FOUND, &json!({ "message": "Not Found" })),
        }
    }
}

/// What GitHub checks of a JSON Web Token.
fn check(headers: &HeaderMap, key: &PKey<Private>) -> Result<(), &'static str> {
    let header = headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok());
    let token = header.and_then(|value| value.strip_prefix("Bearer ")).ok_or("no bearer token")?;
    let (content, signature) = token.rsplit_once('.').ok_or("not a token")?;
    let (head, claims) = content.split_once('.').ok_or("not a token")?;
    let read = |part: &str| -> Option<Value> {
        serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).ok()?).ok()
    };
    let head = read(head).ok_or("no header")?;
    let claims = read(claims).ok_or("no claims")?;
    let signature = URL_SAFE_NO_PAD.decode(signature).map_err(|_| "no signature")?;
    let is_signed = Verifier::new(MessageDigest::sha256(), key)
        .and_then(|mut verifier| verifier.verify_oneshot(&signature, content.as_bytes()))
        .unwrap_or(false);
    let (issued, expires) = (claims["iat"].as_u64(), claims["exp"].as_u64());
    match (issued, expires) {
        _ if head["alg"] != "RS256" || !is_signed => Err("A JSON web token could not be decoded"),
        _ if claims["iss"] != APP => Err("Integration not found"),
        (Some(issued), Some(expires))
            if issued <= now() && expires > now() && expires <= now() + 600 =>
        {
            Ok(())
        }
        _ => Err("'Expiration time' claim ('exp') is too far in the future"),
    }
}

fn reply(status: StatusCode, body: &Value) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(Bytes::from(body.to_string())));
    *response.status_mut() = status;
    response
}

fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}

/// A time as GitHub writes it.
fn rfc3339(seconds: u64) -> String {
    // Days to a date of the civil calendar, after Howard Hinnant.
    let (days, rest) = (seconds / 86_400 + 719_468, seconds % 86_400);
    let (era, day) = (days / 146_097, days % 146_097);
    let year = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day + 2) / 153;
    let date = day - (153 * month + 2) / 5 + 1;
    let (month, next) = if month < 10 { (month + 3, 0) } else { (month - 9, 1) };
    format!(
        "{:04}-{month:02}-{date:02}T{:02}:{:02}:{:02}Z",
        year + era * 400 + next,
        rest / 3_600,
        rest % 3_600 / 60,
        rest % 60
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_written_as_github_does() {
        assert_eq!(rfc3339(0), "1970-01-01T00:00:00Z");
        assert_eq!(rfc3339(1_709_164_799), "2024-02-28T23:59:59Z");
        assert_eq!(rfc3339(1_709_164_800), "2024-02-29T00:00:00Z");
    }
}
