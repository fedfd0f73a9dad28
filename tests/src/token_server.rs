//! A token server for a real registry: signed JSON Web Tokens for one user.

use std::{
    io,
    net::{SocketAddr, TcpListener},
    sync::Arc,
    time::{SystemTime, UNIX_EPOCH},
};

use base64::{
    Engine,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use bytes::Bytes;
use http_body_util::Full;
use hyper::{Request, Response, body::Incoming, header::AUTHORIZATION};
use openssl::{hash::MessageDigest, sign::Signer};
use serde_json::json;

use crate::{certificates::Certificate, loopback::Loopback};

/// Who the tokens are from, as the registry's configuration names it.
pub const ISSUER: &str = "tagwarden test tokens";
/// Who they are for.
pub const SERVICE: &str = "tagwarden test registry";

/// Gives tokens to one user until it is dropped.
#[derive(Debug)]
pub struct TokenServer {
    address: SocketAddr,
    certificate: Vec<u8>,
    _running: Loopback,
}

struct Shop {
    signer: Certificate,
    authorization: String,
}

impl TokenServer {
    /// Starts one on a free port.
    ///
    /// # Errors
    /// When no port or no key can be had.
    pub fn start(user: &str, password: &str) -> io::Result<Self> {
        let signer = Certificate::authority("token signer")?;
        let certificate = signer.pem()?;
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let address = listener.local_addr()?;
        let shop = Arc::new(Shop {
            signer,
            authorization: format!("Basic {}", STANDARD.encode(format!("{user}:{password}"))),
        });
        let running = Loopback::start(listener, move |request| {
            let shop = Arc::clone(&shop);
            async move { shop.answer(&request) }
        })?;
        Ok(Self { address, certificate, _running: running })
    }

    /// Where tokens are to be had.
    #[must_use]
    pub fn realm(&self) -> String {
        format!("http://{}/token", self.address)
    }

    /// The certificate the registry is to trust, as PEM.
    #[must_use]
    pub fn certificate(&self) -> &[u8] {
        &self.certificate
    }
}

impl Shop {
    fn answer(&self, request: &Request<Incoming>) -> Response<Full<Bytes>> {
        let who = request.headers().get(AUTHORIZATION).and_then(|v| v.to_str().ok());
        if who != Some(self.authorization.as_str()) {
            return reply(
                401,
                r#"{"errors":[{"code":"UNAUTHORIZED","message":"wrong user name or password"}]}"#,
            );
        }
        let query = request.uri().query().unwrap_or_default();
        let scopes =
            url::form_urlencoded::parse(query.as_bytes()).filter(|(name, _)| name == "scope");
        let access: Vec<_> = scopes.filter_map(|(_, scope)| access(&scope)).collect();
        match self.token(&access) {
            Ok(token) => reply(200, &json!({"token": token, "expires_in": 300}).to_string()),
            Err(e) => reply(500, &e.to_string()),
        }
    }

    fn token(&self, access: &[serde_json::Value]) -> Result<String, openssl::error::ErrorStack> {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |d| d.as_secs());
        let header =
            json!({"typ": "JWT", "alg": "RS256", "x5c": [STANDARD.encode(self.signer.der()?)]});
        let claims = json!({
            "iss": ISSUER, "sub": "user", "aud": SERVICE, "jti": fastrand::u64(..).to_string(),
            "iat": now, "nbf": now.saturating_sub(10), "exp": now + 300, "access": access,
        });
        let encode = |value: &serde_json::Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let signed = format!("{}.{}", encode(&header), encode(&claims));
        let mut signer = Signer::new(MessageDigest::sha256(), self.signer.key())?;
        signer.update(signed.as_bytes())?;
        Ok(format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signer.sign_to_vec()?)))
    }
}

/// `repository:name:pull,push` as a claim.
fn access(scope: &str) -> Option<serde_json::Value> {
    let (kind, rest) = scope.split_once(':')?;
    let (name, actions) = rest.rsplit_once(':')?;
    let actions: Vec<&str> = actions.split(',').collect();
    Some(json!({"type": kind, "name": name, "actions": actions}))
}

fn reply(status: u16, text: &str) -> Response<Full<Bytes>> {
    let mut answer = Response::new(Full::new(Bytes::from(text.to_owned())));
    *answer.status_mut() = hyper::StatusCode::from_u16(status).expect("a status code");
    answer
}
