//! The token of a GitHub App's installation.

use std::time::{Instant, SystemTime, UNIX_EPOCH};

use tagwarden_access::{GitHubApp, Question, Step};

use super::super::{Client, answer};
use crate::{
    endpoint::{Header, basic},
    failure::Failure,
};

const ANSWER_LIMIT: u64 = 1 << 20;

/// The token kept from before, or a new one.
pub fn token(client: &Client, app: &GitHubApp) -> Result<Header, Failure> {
    let name = app.name();
    let keyring = &client.call.keyring;
    if let Some(header) = keyring.get(&name) {
        return Ok(header);
    }
    let mut question = app.ask(now())?;
    let token = loop {
        let (status, body) = ask(client, app, &question)?;
        match question.answered(status, &body)? {
            Step::Ask(next) => question = next,
            Step::Done(token) => break token,
        }
    };
    let header = Header {
        value: basic("x-access-token", token.token.expose_text().unwrap_or_default()),
        origin: format!("the GitHub App in {}", app.origin()),
    };
    keyring.put(name, header.clone(), Some(Instant::now() + token.life));
    Ok(header)
}

fn ask(
    client: &Client,
    app: &GitHubApp,
    question: &Question<'_>,
) -> Result<(u16, Vec<u8>), Failure> {
    let timeout = Some(client.call.remaining()?);
    let (url, headers) = (question.url(), question.headers());
    let answered = if question.is_post() {
        let request = headers.into_iter().fold(client.agent.post(&url), |r, (k, v)| r.header(k, v));
        request.config().timeout_global(timeout).build().send_empty()
    } else {
        let request = headers.into_iter().fold(client.agent.get(&url), |r, (k, v)| r.header(k, v));
        request.config().timeout_global(timeout).build().call()
    };
    let mut response = answered.map_err(|error| {
        let failure = answer::unanswered(&client.call, &error);
        let message = format!("asking {} for a token: {}", app.api(), failure.message);
        Failure::new(failure.kind, message)
    })?;
    let status = response.status().as_u16();
    let body = response.body_mut().with_config().limit(ANSWER_LIMIT).read_to_vec();
    Ok((status, body.unwrap_or_default()))
}

fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}
