//! Which request is what.

use std::{
    fmt,
    sync::{Arc, atomic::Ordering},
};

use bytes::Bytes;
use http_body_util::{BodyExt, Full, Limited, combinators::BoxBody};
use hyper::{
    Method, Request, Response, StatusCode,
    body::Incoming,
    header::{AUTHORIZATION, CONTENT_TYPE, ETAG, IF_NONE_MATCH, LOCATION, WWW_AUTHENTICATE},
};
use serde_json::json;

use super::{
    Access, Fault, Seen, Step,
    access::is_basic_of,
    lock,
    pages::{self, parameter},
    shared::Shared,
};

/// The most bytes a request may have.
const MAX_BODY: usize = 64 << 20;

pub(super) type Body = BoxBody<Bytes, Refused>;

/// The connection is to end without an answer.
#[derive(Debug)]
pub(super) struct Refused;

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ended on purpose")
    }
}

impl std::error::Error for Refused {}

/// One request, taken apart.
struct Asked {
    method: Method,
    path: String,
    query: String,
    authorization: Option<String>,
    if_none_match: Option<String>,
    content_type: String,
    body: Bytes,
}

pub(super) async fn answer(
    shared: &Arc<Shared>,
    request: Request<Incoming>,
) -> Result<Response<Body>, Refused> {
    let asked = take_apart(shared, request).await?;
    if let Some((fault, good)) = fault_of(shared, &asked) {
        return pages::misbehave(fault, good, asked.authorization.as_deref()).await;
    }
    if asked.path == "/token" {
        return Ok(token(shared, &asked));
    }
    if asked.path == "/oauth2/exchange" {
        return Ok(exchange(shared, &asked));
    }
    if let Some(refusal) = login(shared, &asked) {
        return Ok(refusal);
    }
    let Some(below) = asked.path.strip_prefix("/v2/") else {
        return Ok(oci_error(404, "NOT_FOUND", "no such page"));
    };
    if below.is_empty() {
        return Ok(reply(200, "{}".to_owned()));
    }
    if let Some(repository) = below.strip_suffix("/tags/list") {
        let list =
            pages::list(shared, repository, &asked.query, asked.authorization.as_deref()).await?;
        return tagged(shared, &asked, list).await;
    }
    if let Some((repository, reference)) = below.rsplit_once("/manifests/") {
        return Ok(manifest(shared, &asked, repository, reference));
    }
    if let Some((repository, upload)) = below.rsplit_once("/blobs/uploads/") {
        return Ok(upload_blob(shared, &asked, repository, upload));
    }
    match below.rsplit_once("/blobs/") {
        Some((_repository, digest)) => Ok(blob(shared, &asked, digest)),
        None => Ok(oci_error(404, "NOT_FOUND", "no such page")),
    }
}

async fn take_apart(shared: &Shared, request: Request<Incoming>) -> Result<Asked, Refused> {
    let header =
        |name| request.headers().get(name).and_then(|v| v.to_str().ok()).map(str::to_owned);
    let authorization = header(AUTHORIZATION);
    let if_none_match = header(IF_NONE_MATCH);
    let content_type = header(CONTENT_TYPE).unwrap_or_default();
    let (parts, body) = request.into_parts();
    lock(&shared.seen).push(Seen {
        method: parts.method.to_string(),
        target: parts.uri.to_string(),
        authorization: authorization.clone(),
    });
    let body = Limited::new(body, MAX_BODY).collect().await.map_err(|_| Refused)?.to_bytes();
    Ok(Asked {
        method: parts.method,
        path: parts.uri.path().to_owned(),
        query: parts.uri.query().unwrap_or_default().to_owned(),
        authorization,
        if_none_match,
        content_type,
        body,
    })
}

/// The fault of the request's step, and what a good answer would be.
fn fault_of(shared: &Shared, asked: &Asked) -> Option<(Fault, serde_json::Value)> {
    let step = match asked.path.as_str() {
        "/token" => Step::Token,
        path if path.contains("/manifests/") => Step::Manifest,
        _ => return None,
    };
    let good = json!({"token": "t0ken-of-the-test-registry", "expires_in": 300});
    Some((lock(&shared.steps).get(&step)?.clone(), good))
}

/// Gives the list a tag, and sends no list to who has that tag.
async fn tagged(
    shared: &Shared,
    asked: &Asked,
    list: Response<Body>,
) -> Result<Response<Body>, Refused> {
    if !shared.settings.tags_lists {
        return Ok(list);
    }
    let (parts, body) = list.into_parts();
    let bytes = body.collect().await?.to_bytes();
    let tag = format!("\"{}\"", crate::sample_image::digest(&bytes));
    if asked.if_none_match.as_ref() == Some(&tag) {
        shared.unchanged.fetch_add(1, Ordering::SeqCst);
        return Ok(reply(304, String::new()));
    }
    let mut answer = full(200, bytes);
    *answer.headers_mut() = parts.headers;
    header(&mut answer, ETAG.as_str(), &tag);
    Ok(answer)
}

/// What to answer those who may not come in.
fn login(shared: &Shared, asked: &Asked) -> Option<Response<Body>> {
    let header = asked.authorization.as_deref();
    let (let_in, challenge) = match &shared.settings.access {
        Access::Anonymous => return None,
        Access::Basic { user, password } => {
            (is_basic_of(header, user, password), "Basic realm=\"test, registry\"".to_owned())
        }
        Access::Token { realm, .. } => {
            let token = header.and_then(|h| h.strip_prefix("Bearer "));
            let good = token.is_some_and(|token| lock(&shared.tokens).spend(token));
            (good, bearer_challenge(shared, realm.as_deref(), &asked.path))
        }
    };
    if let_in {
        return None;
    }
    let mut refusal = oci_error(401, "UNAUTHORIZED", "authentication required");
    refusal
        .headers_mut()
        .insert(WWW_AUTHENTICATE, challenge.parse().expect("a challenge is a header"));
    Some(refusal)
}

fn bearer_challenge(shared: &Shared, realm: Option<&str>, path: &str) -> String {
    let own = format!("http://{}/token", shared.address);
    let realm = realm.unwrap_or(&own);
    let kinds = ["/tags/list", "/manifests/", "/blobs/"];
    let below = path.trim_start_matches("/v2/");
    let repository = kinds.iter().find_map(|kind| Some(below.split_once(kind)?.0));
    let scope =
        repository.map(|name| format!(",scope=\"repository:{name}:pull\"")).unwrap_or_default();
    format!("Bearer realm=\"{realm}\",service=\"test-registry\"{scope}")
}

fn token(shared: &Shared, asked: &Asked) -> Response<Body> {
    let Access::Token { user, password, uses, open, .. } = &shared.settings.access else {
        return oci_error(404, "NOT_FOUND", "no tokens here");
    };
    let form = String::from_utf8_lossy(&asked.body);
    let refresh = parameter(&form, "refresh_token");
    let good = match (&asked.method, asked.authorization.as_deref()) {
        (&Method::POST, _) => refresh.as_deref() == Some(password),
        (_, None) => *open,
        (_, header) => is_basic_of(header, user, password),
    };
    if !good {
        return oci_error(401, "UNAUTHORIZED", "wrong user name or password");
    }
    let token = lock(&shared.tokens).issue(*uses);
    // Either name is in use; clients must take both.
    let name = if asked.method == Method::POST { "access_token" } else { "token" };
    json_reply(200, &json!({ name: token, "expires_in": 300 }))
}

/// Azure's trade of a token of Entra ID for a refresh token.
fn exchange(shared: &Shared, asked: &Asked) -> Response<Body> {
    let form = String::from_utf8_lossy(&asked.body);
    let taken = parameter(&form, "grant_type").as_deref() == Some("access_token")
        && parameter(&form, "service").is_some()
        && parameter(&form, "access_token") == shared.settings.exchanges;
    match (&shared.settings.access, taken && asked.method == Method::POST) {
        (Access::Token { password, .. }, true) => {
            json_reply(200, &json!({"refresh_token": password}))
        }
        _ => oci_error(401, "UNAUTHORIZED", "the token is not taken"),
    }
}

fn manifest(shared: &Shared, asked: &Asked, repository: &str, reference: &str) -> Response<Body> {
    let mut contents = lock(&shared.contents);
    if asked.method == Method::PUT {
        let digest =
            contents.put_manifest(repository, reference, &asked.content_type, asked.body.to_vec());
        let mut answer = reply(201, String::new());
        header(&mut answer, "docker-content-digest", &digest);
        header(&mut answer, LOCATION.as_str(), &format!("/v2/{repository}/manifests/{digest}"));
        return answer;
    }
    let Some((digest, media_type, bytes)) = contents.manifest(repository, reference) else {
        return oci_error(404, "MANIFEST_UNKNOWN", "manifest unknown");
    };
    let mut answer = full(200, Bytes::from(bytes.clone()));
    header(&mut answer, CONTENT_TYPE.as_str(), media_type);
    if !shared.settings.hides_digests {
        header(&mut answer, "docker-content-digest", &digest);
    }
    answer
}

fn blob(shared: &Shared, asked: &Asked, digest: &str) -> Response<Body> {
    let contents = lock(&shared.contents);
    match contents.blob(digest) {
        Some(bytes) if matches!(asked.method, Method::GET | Method::HEAD) => {
            full(200, Bytes::from(bytes.clone()))
        }
        Some(_) => oci_error(405, "UNSUPPORTED", "blobs are only read and uploaded"),
        None => oci_error(404, "BLOB_UNKNOWN", "blob unknown to registry"),
    }
}

fn upload_blob(shared: &Shared, asked: &Asked, repository: &str, upload: &str) -> Response<Body> {
    let mut uploads = lock(&shared.uploads);
    let digest = parameter(&asked.query, "digest");
    let name = match asked.method {
        Method::POST => uploads.begin(),
        _ => upload.to_owned(),
    };
    let Some(length) = uploads.add(&name, &asked.body) else {
        return oci_error(404, "BLOB_UPLOAD_UNKNOWN", "no such upload");
    };
    let Some(digest) = digest else {
        let mut answer = reply(202, String::new());
        header(&mut answer, LOCATION.as_str(), &format!("/v2/{repository}/blobs/uploads/{name}"));
        header(&mut answer, "range", &format!("0-{}", length.saturating_sub(1)));
        return answer;
    };
    let bytes = uploads.end(&name).unwrap_or_default();
    if crate::sample_image::digest(&bytes) != digest {
        return oci_error(400, "DIGEST_INVALID", "the content has another digest");
    }
    lock(&shared.contents).put_blob(bytes);
    let mut answer = reply(201, String::new());
    header(&mut answer, LOCATION.as_str(), &format!("/v2/{repository}/blobs/{digest}"));
    header(&mut answer, "docker-content-digest", &digest);
    answer
}

fn header(answer: &mut Response<Body>, name: &str, value: &str) {
    let name = hyper::header::HeaderName::try_from(name).expect("a constant name");
    if let Ok(value) = value.parse() {
        answer.headers_mut().insert(name, value);
    }
}

pub(super) fn reply(status: u16, text: String) -> Response<Body> {
    full(status, Bytes::from(text))
}

fn full(status: u16, bytes: Bytes) -> Response<Body> {
    let mut answer = Response::new(Full::new(bytes).map_err(|never| match never {}).boxed());
    *answer.status_mut() = StatusCode::from_u16(status).expect("a status code");
    answer
}

fn json_reply(status: u16, json: &serde_json::Value) -> Response<Body> {
    let mut answer = reply(status, json.to_string());
    header(&mut answer, CONTENT_TYPE.as_str(), "application/json");
    answer
}

pub(super) fn oci_error(status: u16, code: &str, message: &str) -> Response<Body> {
    json_reply(status, &json!({"errors": [{"code": code, "message": message, "detail": null}]}))
}
