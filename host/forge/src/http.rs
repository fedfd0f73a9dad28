//! The door to the network: one forge, one repository, one token.

mod gate;
mod patience;

use std::{sync::Arc, time::Duration};

use reqwest::{
    Client, Method, RequestBuilder, Response, StatusCode,
    header::{ACCEPT, AUTHORIZATION, HeaderMap, HeaderValue, LOCATION},
};
use serde::de::DeserializeOwned;
use serde_json::Value;
use tagwarden_reconcile::ports::{ForgeError, ForgeErrorKind as Kind};
use tokio::time::{Instant, sleep, timeout_at};
use url::Url;

pub(crate) use gate::Gate;

use crate::words;

/// The most bytes an answer may have: a page of a hundred requests with long bodies.
const MAX_ANSWER: usize = 16 << 20;
/// The most bytes read of an answer that is only quoted in an error.
const MAX_ERROR: usize = 64 << 10;
/// How often one question is asked in all.
const ATTEMPTS: u32 = 3;
/// The longest wait within a question; beyond it the pass comes back later.
const MAX_WAIT: Duration = Duration::from_secs(10);

/// One repository's forge, reached with one token.
pub(crate) struct Api {
    pub client: Client,
    pub root: Url,
    pub authorization: HeaderValue,
    pub accept: HeaderValue,
    /// The forge's name and host, for messages.
    pub label: String,
    /// How long one question may take, retries and all.
    pub timeout: Duration,
    pub gate: Arc<Gate>,
}

/// One question.
pub(crate) struct Ask<'a> {
    pub method: Method,
    pub url: Url,
    pub body: Option<&'a Value>,
}

/// An answer that is a success.
pub(crate) struct Answer {
    pub headers: HeaderMap,
    body: Vec<u8>,
}

impl Api {
    /// An address below the root: segments are encoded, so none can escape.
    pub fn at<S: AsRef<str>>(&self, path: &[S], query: &[(&str, &str)]) -> Url {
        let mut url = self.root.clone();
        if let Ok(mut segments) = url.path_segments_mut() {
            segments.pop_if_empty().extend(path.iter().map(AsRef::as_ref));
        }
        if !query.is_empty() {
            url.query_pairs_mut().extend_pairs(query);
        }
        url
    }

    /// Reads something.
    pub async fn get<T: DeserializeOwned>(&self, url: Url) -> Result<T, ForgeError> {
        let ask = Ask { method: Method::GET, url, body: None };
        self.parsed(&ask, &self.ask(&ask).await?)
    }

    /// Reads a page, and says whether the forge has another.
    pub async fn page<T: DeserializeOwned>(&self, url: Url) -> Result<(T, bool), ForgeError> {
        let ask = Ask { method: Method::GET, url, body: None };
        let answer = self.ask(&ask).await?;
        let links = answer.headers.get("link").and_then(|v| v.to_str().ok());
        let more = links.is_some_and(|links| links.contains("rel=\"next\""));
        Ok((self.parsed(&ask, &answer)?, more))
    }

    /// Changes something, and reads what it became.
    pub async fn send<T: DeserializeOwned>(
        &self,
        method: Method,
        url: Url,
        body: &Value,
    ) -> Result<T, ForgeError> {
        let ask = Ask { method, url, body: Some(body) };
        self.parsed(&ask, &self.ask(&ask).await?)
    }

    /// Changes something.
    pub async fn tell(
        &self,
        method: Method,
        url: Url,
        body: Option<&Value>,
    ) -> Result<(), ForgeError> {
        self.ask(&Ask { method, url, body }).await.map(drop)
    }

    fn parsed<T: DeserializeOwned>(&self, ask: &Ask<'_>, answer: &Answer) -> Result<T, ForgeError> {
        serde_json::from_slice(&answer.body).map_err(|error| {
            self.error(
                Kind::Protocol,
                format!("{}: the answer is not understood: {error}", of(ask)),
            )
        })
    }

    /// An error of this forge.
    pub fn error(&self, kind: Kind, message: impl Into<String>) -> ForgeError {
        ForgeError { forge: self.label.clone(), message: message.into(), kind }
    }

    async fn ask(&self, ask: &Ask<'_>) -> Result<Answer, ForgeError> {
        if let Some(wait) = self.gate.closed_for(&self.root, &self.authorization) {
            let message = format!("it asked for patience for another {} s", wait.as_secs() + 1);
            return Err(self.error(Kind::Throttled { retry_after: Some(wait) }, message));
        }
        let deadline = Instant::now() + self.timeout;
        let mut attempt = 1;
        loop {
            let failed = match self.once(ask, deadline).await {
                Ok(answer) => return Ok(answer),
                Err(failed) => failed,
            };
            let Some(wait) = wait(&failed, &ask.method, attempt) else {
                return Err(self.given_up(failed));
            };
            if Instant::now() + wait >= deadline {
                return Err(self.given_up(failed));
            }
            tracing::debug!(forge = %self.label, ?wait, "asking again: {}", failed.message);
            sleep(wait).await;
            attempt += 1;
        }
    }

    fn given_up(&self, failed: ForgeError) -> ForgeError {
        if let Kind::Throttled { retry_after: Some(wait) } = failed.kind {
            self.gate.close(&self.root, &self.authorization, wait);
        }
        failed
    }

    async fn once(&self, ask: &Ask<'_>, deadline: Instant) -> Result<Answer, ForgeError> {
        let late = |_| self.error(Kind::Unreachable, format!("{}: no answer in time", of(ask)));
        timeout_at(deadline, self.exchange(ask)).await.unwrap_or_else(|e| Err(late(e)))
    }

    async fn exchange(&self, ask: &Ask<'_>) -> Result<Answer, ForgeError> {
        let broken = |error: reqwest::Error| {
            let message = format!("{}: {}", of(ask), causes(error));
            self.error(Kind::Unreachable, message)
        };
        let response = self.request(ask).send().await.map_err(broken)?;
        let (status, headers) = (response.status(), response.headers().clone());
        let cap = if status.is_success() { MAX_ANSWER } else { MAX_ERROR };
        let Some(body) = read(response, cap).await.map_err(broken)? else {
            let message = format!("{}: the answer is longer than {cap} bytes", of(ask));
            return Err(self.error(Kind::Protocol, message));
        };
        match status.is_success() {
            true => Ok(Answer { headers, body }),
            false => Err(self.refusal(ask, status, &headers, &body)),
        }
    }

    fn request(&self, ask: &Ask<'_>) -> RequestBuilder {
        let request = self
            .client
            .request(ask.method.clone(), ask.url.clone())
            .header(ACCEPT, self.accept.clone())
            .header(AUTHORIZATION, self.authorization.clone());
        match ask.body {
            Some(body) => request.json(body),
            None => request,
        }
    }

    fn refusal(
        &self,
        ask: &Ask<'_>,
        status: StatusCode,
        headers: &HeaderMap,
        body: &[u8],
    ) -> ForgeError {
        let said = words::of(body).map(|said| format!(": {said}")).unwrap_or_default();
        let kind = match patience::asked_for(status, headers) {
            Some(retry_after) => Kind::Throttled { retry_after },
            None => kind(status),
        };
        let moved = headers.get(LOCATION).filter(|_| status.is_redirection());
        let moved = moved.and_then(|to| to.to_str().ok()).map(words::plain);
        let moved = moved.map(|to| format!(" (it has moved to {to})")).unwrap_or_default();
        self.error(kind, format!("{}: {}{said}{moved}", of(ask), status.as_u16()))
    }
}

fn kind(status: StatusCode) -> Kind {
    match status {
        StatusCode::UNAUTHORIZED => Kind::Unauthorized,
        StatusCode::FORBIDDEN => Kind::Forbidden,
        StatusCode::NOT_FOUND | StatusCode::GONE => Kind::NotFound,
        status if status.is_server_error() => Kind::Unreachable,
        status if status.is_redirection() => Kind::Configuration,
        _ => Kind::Refused,
    }
}

/// How long to wait before the same question makes sense again, if it does.
/// Only what cannot have had an effect is asked again.
fn wait(failed: &ForgeError, method: &Method, attempt: u32) -> Option<Duration> {
    if attempt >= ATTEMPTS {
        return None;
    }
    match failed.kind {
        Kind::Throttled { retry_after } => {
            retry_after.or(Some(backoff(attempt))).filter(|wait| *wait <= MAX_WAIT)
        }
        Kind::Unreachable if *method == Method::GET => Some(backoff(attempt)),
        _ => None,
    }
}

fn backoff(attempt: u32) -> Duration {
    Duration::from_millis(200 * u64::from(attempt * attempt) + fastrand::u64(0..200))
}

/// What was asked, without the host and the query.
fn of(ask: &Ask<'_>) -> String {
    format!("{} {}", ask.method, ask.url.path())
}

async fn read(mut response: Response, cap: usize) -> Result<Option<Vec<u8>>, reqwest::Error> {
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await? {
        if body.len() + chunk.len() > cap {
            return Ok(None);
        }
        body.extend_from_slice(&chunk);
    }
    Ok(Some(body))
}

/// An error and its causes in one line, without the address.
fn causes(error: reqwest::Error) -> String {
    let error = error.without_url();
    let mut parts = vec![error.to_string()];
    let mut cause = std::error::Error::source(&error);
    while let Some(next) = cause {
        let text = next.to_string();
        if !parts.iter().any(|part| part.contains(&text)) {
            parts.push(text);
        }
        cause = next.source();
    }
    words::plain(&parts.join(": "))
}
