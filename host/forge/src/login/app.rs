//! Tokens of GitHub Apps' installations.

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use reqwest::{Client, header::HeaderValue};
use tagwarden_access::{GitHubApp, Question, Step};
use tagwarden_reconcile::ports::ForgeErrorKind as Kind;
use tokio::time::timeout;

use super::{Missing, header, missing};
use crate::http::causes;

/// The most bytes of an answer that are read.
const MAX_ANSWER: usize = 1 << 20;

/// The tokens that were given, kept while they last.
#[derive(Default)]
pub(crate) struct AppTokens(Mutex<HashMap<String, (HeaderValue, Instant)>>);

impl AppTokens {
    /// The token kept from before, or a new one.
    pub async fn get(
        &self,
        client: &Client,
        app: &GitHubApp,
        patience: Duration,
    ) -> Result<HeaderValue, Missing> {
        let name = app.name();
        let kept = self.kept().get(&name).filter(|(_, until)| Instant::now() < *until).cloned();
        if let Some((header, _)) = kept {
            return Ok(header);
        }
        let late = |_| (Kind::Unreachable, format!("{} gives no token in time", app.api()));
        let (header, life) = timeout(patience, given(client, app)).await.map_err(late)??;
        self.kept().insert(name, (header.clone(), Instant::now() + life));
        Ok(header)
    }

    /// The forge did not take it.
    pub fn forget(&self, header: &HeaderValue) {
        self.kept().retain(|_, (kept, _)| kept != header);
    }

    fn kept(&self) -> MutexGuard<'_, HashMap<String, (HeaderValue, Instant)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn given(client: &Client, app: &GitHubApp) -> Result<(HeaderValue, Duration), Missing> {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
    let mut question = app.ask(now).map_err(missing)?;
    let token = loop {
        let answer = ask(client, &question).await;
        let (status, body) = answer.map_err(|error| {
            let message = format!("asking {} for a token: {}", app.api(), causes(error));
            (Kind::Unreachable, message)
        })?;
        match question.answered(status, &body).map_err(missing)? {
            Step::Ask(next) => question = next,
            Step::Done(token) => break token,
        }
    };
    let text = token.token.expose_text().unwrap_or_default();
    Ok((header(&format!("Bearer {text}"))?, token.life))
}

async fn ask(client: &Client, question: &Question<'_>) -> Result<(u16, Vec<u8>), reqwest::Error> {
    let request = match question.is_post() {
        true => client.post(question.url()),
        false => client.get(question.url()),
    };
    let request =
        question.headers().into_iter().fold(request, |r, (name, value)| r.header(name, value));
    let mut response = request.send().await?;
    let status = response.status().as_u16();
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await? {
        body.extend_from_slice(&chunk);
        if body.len() > MAX_ANSWER {
            break;
        }
    }
    Ok((status, body))
}
