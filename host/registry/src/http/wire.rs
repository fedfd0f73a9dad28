//! One request, one answer, both bounded.

use std::time::SystemTime;

use bytes::Bytes;
use reqwest::{
    Client, Method, StatusCode,
    header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderValue, IntoHeaderName},
};
use tokio::time::{Instant, timeout_at};
use url::Url;

use super::{failure::Failure, retry_after};

/// The most bytes read of an answer that is only quoted in an error.
const MAX_ERROR_BODY: usize = 64 << 10;

/// What to ask.
#[derive(Clone)]
pub(crate) struct Ask {
    pub method: Method,
    pub url: Url,
    pub accept: &'static str,
    /// The `Authorization` header, already meant for this address.
    pub authorization: Option<HeaderValue>,
    /// Further headers, which go to this address only.
    pub headers: HeaderMap,
    /// What to send along.
    pub content: Option<Content>,
    /// The most bytes a good answer may have.
    pub cap: usize,
}

impl Ask {
    pub fn get(url: Url, accept: &'static str, cap: usize) -> Self {
        Self {
            method: Method::GET,
            url,
            accept,
            authorization: None,
            headers: HeaderMap::new(),
            content: None,
            cap,
        }
    }

    /// Sets a further header whose value is no secret and of this program's making.
    pub fn header(&mut self, name: impl IntoHeaderName, value: &str) {
        if let Ok(value) = HeaderValue::from_str(value) {
            self.headers.insert(name, value);
        }
    }
}

/// A request's body; a retry does not copy it.
#[derive(Clone)]
pub(crate) struct Content {
    pub media_type: &'static str,
    pub bytes: Bytes,
}

impl Content {
    /// A form, already encoded.
    pub fn form(text: String) -> Self {
        Self { media_type: "application/x-www-form-urlencoded", bytes: text.into() }
    }

    /// A form of these pairs.
    pub fn pairs(pairs: &[(&str, &str)]) -> Self {
        let mut form = url::form_urlencoded::Serializer::new(String::new());
        form.extend_pairs(pairs);
        Self::form(form.finish())
    }
}

/// What came back.
pub(crate) struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    /// The address that answered, after redirects.
    pub url: Url,
    pub body: Vec<u8>,
}

impl Answer {
    /// The wait the server asks for.
    pub fn retry_after(&self) -> Option<std::time::Duration> {
        retry_after::wait(&self.headers, SystemTime::now())
    }
}

/// Sends one request and reads its whole answer before the deadline.
pub(crate) async fn exchange(
    client: &Client,
    ask: &Ask,
    deadline: Instant,
) -> Result<Answer, Failure> {
    timeout_at(deadline, exchange_unbounded(client, ask))
        .await
        .unwrap_or_else(|_elapsed| Err(Failure::late()))
}

async fn exchange_unbounded(client: &Client, ask: &Ask) -> Result<Answer, Failure> {
    let mut request =
        client.request(ask.method.clone(), ask.url.clone()).header(ACCEPT, ask.accept);
    if let Some(authorization) = &ask.authorization {
        request = request.header(AUTHORIZATION, authorization.clone());
    }
    request = request.headers(ask.headers.clone());
    if let Some(content) = &ask.content {
        request = request.header(CONTENT_TYPE, content.media_type).body(content.bytes.clone());
    }
    let response = request.send().await.map_err(Failure::of)?;
    let (status, headers) = (response.status(), response.headers().clone());
    let body = match status.is_success() {
        true => whole_body(response, ask).await?,
        false => some_body(response).await,
    };
    Ok(Answer { status, headers, url: ask.url.clone(), body })
}

async fn whole_body(mut response: reqwest::Response, ask: &Ask) -> Result<Vec<u8>, Failure> {
    let cap = ask.cap;
    let too_long =
        || Failure::nonsense(format!("the answer is longer than the {cap} bytes allowed"));
    if ask.method != Method::HEAD && response.content_length().is_some_and(|n| n > cap as u64) {
        return Err(too_long());
    }
    let mut body = vec![];
    while let Some(chunk) = response.chunk().await.map_err(Failure::of)? {
        if body.len() + chunk.len() > cap {
            return Err(too_long());
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

/// As much of an error's body as is worth quoting; a broken one is no news.
async fn some_body(mut response: reqwest::Response) -> Vec<u8> {
    let mut body = vec![];
    while let Ok(Some(chunk)) = response.chunk().await {
        let room = MAX_ERROR_BODY.saturating_sub(body.len());
        body.extend_from_slice(&chunk[..chunk.len().min(room)]);
        if chunk.len() >= room {
            break;
        }
    }
    body
}
