//! A token server for a real registry: signed JSON Web Tokens for one user, by
//! password or, with OAuth 2, by refresh token.

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
use http_body_util::{BodyExt, Full, Limited};
use hyper::{Request, Response, body::Incoming, header::AUTHORIZATION};
use openssl::{hash::MessageDigest, sign::Signer};
use serde_json::json;
use url::form_urlencoded;

use crate::{certificates::Certificate, loopback::Loopback};

/// Who the tokens are from, as the registry's configuration names it.
pub const ISSUER: &str = "tagwarden test tokens";
/// Who they are for.
pub const SERVICE: &str = "tagwarden test registry";

/// The most bytes a request may have.
const MAX_BODY: usize = 1 << 20;

/// Gives tokens to one user until it is dropped.
#[derive(Debug)]
pub struct TokenServer {
    address: SocketAddr,
    certificate: Vec<u8>,
    shop: Arc<Shop>,
    _running: Loopback,
}

struct Shop {
    signer: Certificate,
    authorization: String,
    /// The password is the refresh token, too.
    refresh_token: String,
}

impl std::fmt::Debug for Shop {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Shop").finish_non_exhaustive()
    }
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
            refresh_token: password.to_owned(),
        });
        let serving = Arc::clone(&shop);
        let running = Loopback::start(listener, move |request| {
            let shop = Arc::clone(&serving);
            async move { shop.answer(request).await }
        })?;
        Ok(Self { address, certificate, shop, _running: running })
    }

    /// A token for a scope such as `repository:team/app:pull`.
    ///
    /// # Errors
    /// When the TLS library refuses.
    pub fn token(&self, scope: &str) -> Result<String, openssl::error::ErrorStack> {
        self.shop.token(&access(scope).into_iter().collect::<Vec<_>>())
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
    async fn answer(&self, request: Request<Incoming>) -> Response<Full<Bytes>> {
        let header = request.headers().get(AUTHORIZATION).and_then(|v| v.to_str().ok());
        let by_password = header == Some(self.authorization.as_str());
        let query = request.uri().query().unwrap_or_default().to_owned();
        let body = Limited::new(request.into_body(), MAX_BODY).collect().await;
        let body = body.map(http_body_util::Collected::to_bytes).unwrap_or_default();
        let by_refresh = form_urlencoded::parse(&body)
            .any(|(name, value)| name == "refresh_token" && value == self.refresh_token);
        if !by_password && !by_refresh {
            return reply(
                401,
                r#"{"errors":[{"code":"UNAUTHORIZED","message":"wrong user name or password"}]}"#,
            );
        }
        let asked = if by_refresh { &body[..] } else { query.as_bytes() };
        let scopes = form_urlencoded::parse(asked).filter(|(name, _)| name == "scope");
        let access: Vec<_> = scopes.filter_map(|(_, scope)| access(&scope)).collect();
        // OAuth 2 has another name for the same.
        let name = if by_refresh { "access_token" } else { "token" };
        match self.token(&access) {
            Ok(token) => reply(200, &json!({name: token, "expires_in": 300}).to_string()),
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
