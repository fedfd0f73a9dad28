//! The door to the network: one forge, one repository, one token.

mod gate;
mod patience;
mod refusal;

use std::{sync::Arc, time::Duration};

use reqwest::{
    Client, Method, RequestBuilder, Response,
    header::{AUTHORIZATION, HeaderMap, HeaderValue},
};
use serde::de::DeserializeOwned;
use serde_json::Value;
use tagwarden_reconcile::ports::{ForgeError, ForgeErrorKind as Kind};
use tokio::time::{Instant, sleep, timeout_at};
use url::Url;

pub(crate) use self::{
    gate::{Gate, Party},
    refusal::causes,
};
use crate::login::AppTokens;

/// The most bytes an answer may have: a page of a hundred requests with long bodies.
const MAX_ANSWER: usize = 16 << 20;
/// The most bytes read of an answer that is only quoted in an error.
const MAX_ERROR: usize = 64 << 10;

/// One repository's forge, reached with one token.
pub(crate) struct Api {
    pub client: Client,
    pub root: Url,
    pub authorization: HeaderValue,
    /// What every question says besides.
    pub headers: HeaderMap,
    /// Whom the forge asks for patience.
    pub party: Party,
    /// The forge's name and host, for messages.
    pub label: String,
    /// How long one question may take, retries and all.
    pub timeout: Duration,
    pub gate: Arc<Gate>,
    pub apps: Arc<AppTokens>,
}

/// One question.
pub(crate) struct Ask<'a> {
    pub method: Method,
    pub url: Url,
    pub body: Option<&'a Value>,
}

/// An answer that is a success.
pub(crate) struct Answer {
    headers: HeaderMap,
    body: Vec<u8>,
}

impl Answer {
    /// Whether a list goes on (RFC 8288).
    fn has_next(&self) -> bool {
        let links = self.headers.get("link").and_then(|value| value.to_str().ok());
        links.is_some_and(|links| links.contains("rel=\"next\""))
    }
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

    /// Reads a list page by page, as long as the forge links to a next one and
    /// `enough` is not yet there.
    pub async fn list<T: DeserializeOwned>(
        &self,
        url: &Url,
        pages: u32,
        enough: impl Fn(&[T]) -> bool + Send + Sync,
    ) -> Result<Vec<T>, ForgeError> {
        let mut found = Vec::new();
        for page in 1..=pages {
            let mut url = url.clone();
            url.query_pairs_mut().append_pair("page", &page.to_string());
            let ask = Ask { method: Method::GET, url, body: None };
            let answer = self.ask(&ask).await?;
            let items: Vec<T> = self.parsed(&ask, &answer)?;
            let is_last = enough(&items) || !answer.has_next();
            found.extend(items);
            if is_last {
                break;
            }
        }
        Ok(found)
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
        if let Some(wait) = self.gate.closed_for(&self.party) {
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
            let Some(wait) = refusal::wait(&failed, &ask.method, attempt) else {
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

    fn given_up(&self, mut failed: ForgeError) -> ForgeError {
        if let Kind::Throttled { retry_after } = &mut failed.kind {
            let wait = *retry_after.get_or_insert(patience::UNSAID);
            self.gate.close(&self.party, wait);
        }
        if failed.kind == Kind::Unauthorized {
            self.apps.forget(&self.authorization);
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
        if status.is_success() {
            return Ok(Answer { headers, body });
        }
        let (kind, said) = refusal::of(status, &headers, &body);
        Err(self.error(kind, format!("{}: {said}", of(ask))))
    }

    fn request(&self, ask: &Ask<'_>) -> RequestBuilder {
        let request = self
            .client
            .request(ask.method.clone(), ask.url.clone())
            .headers(self.headers.clone())
            .header(AUTHORIZATION, self.authorization.clone());
        match ask.body {
            Some(body) => request.json(body),
            None => request,
        }
    }
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
