//! Patience and redirects.

use std::time::Duration;

use reqwest::{Method, StatusCode, header::LOCATION};
use tagwarden_reconcile::ports::{RegistryError, RegistryErrorKind};
use tokio::time::{Instant, sleep, timeout_at};
use url::Url;

use super::{Session, named, place};
use crate::{
    endpoint::same_origin,
    http::{
        failure::{Cause, Failure},
        gate::{Because, Lane, jittered},
        rate_limit,
        wire::{Answer, Ask, exchange},
    },
};

/// How many redirects are followed.
const MAX_REDIRECTS: usize = 5;
/// The longest wait within one operation; it keeps its place meanwhile.
const MAX_NAP: Duration = Duration::from_secs(15);

impl Session<'_> {
    /// Asks, following redirects. The `Authorization` header and a form go to
    /// `home` only: a redirect elsewhere is asked without.
    pub(super) async fn follow(&self, mut ask: Ask, home: &Url) -> Result<Answer, RegistryError> {
        for _ in 0..=MAX_REDIRECTS {
            let answer = self.patiently(&ask).await?;
            let Some(next) = self.redirection(&ask, &answer)? else {
                return Ok(answer);
            };
            if !same_origin(&next, home) {
                ask.authorization = None;
                ask.headers.clear();
            }
            ask.url = next;
        }
        Err(self.subject.protocol(format!("{}: more than {MAX_REDIRECTS} redirects", named(&ask))))
    }

    fn redirection(&self, ask: &Ask, answer: &Answer) -> Result<Option<Url>, RegistryError> {
        let redirects = matches!(answer.status.as_u16(), 301 | 302 | 303 | 307 | 308);
        if !redirects || ask.method == Method::POST {
            return Ok(None);
        }
        let next = answer
            .headers
            .get(LOCATION)
            .and_then(|location| answer.url.join(location.to_str().ok()?).ok())
            .ok_or_else(|| {
                self.subject.protocol(format!("{}: a redirect without an address", named(ask)))
            })?;
        let downgrade = answer.url.scheme() == "https" && next.scheme() != "https";
        if downgrade || !matches!(next.scheme(), "https" | "http") {
            let message =
                format!("{}: refused a redirect to {}: it is not HTTPS", named(ask), place(&next));
            return Err(self.subject.protocol(message));
        }
        tracing::debug!(registry.host = %self.subject.registry, to = %place(&next), "following a redirect");
        Ok(Some(next))
    }

    /// Asks, and asks again a few times when the server is busy or the
    /// connection breaks, as long as there is time.
    async fn patiently(&self, ask: &Ask) -> Result<Answer, RegistryError> {
        let host = ask.url.authority().to_owned();
        let mut attempt = 0;
        loop {
            self.wait_at_gate(ask, &host).await?;
            let outcome = self.pass_gate(ask, &host).await;
            // A host that is to be left alone now is asked no more, and the
            // answer says why better than the pause.
            let resting = || {
                let closed = self.shared.gate.closed(&host, self.who, lane(ask));
                closed.is_some_and(|closed| matches!(closed.because, Because::Failing(_)))
            };
            let wait = self.wait_before_retry(ask, &outcome, attempt);
            let Some(wait) = wait.filter(|_| !resting()) else {
                if let Ok(answer) = &outcome
                    && is_throttling(answer)
                {
                    self.shared.gate.throttled(&host, self.who, answer.retry_after());
                }
                return outcome.map_err(|failure| self.failed(ask, &failure));
            };
            attempt += 1;
            tracing::debug!(registry.host = %host, attempt, wait_ms = wait.as_millis() as u64, "trying again");
            sleep(wait).await;
        }
    }

    /// Waits a moment while the host wants to be left alone. A longer wait is
    /// an error that says until when, so that others get their turn.
    async fn wait_at_gate(&self, ask: &Ask, host: &str) -> Result<(), RegistryError> {
        let Some(closed) = self.shared.gate.closed(host, self.who, lane(ask)) else {
            return Ok(());
        };
        let nap = closed.because == Because::Throttled && closed.left < MAX_NAP;
        if nap && closed.left < self.remaining() {
            sleep(closed.left).await;
            return Ok(());
        }
        let seconds = closed.left.as_secs() + 1;
        let throttled = RegistryErrorKind::Throttled { retry_after: Some(closed.left) };
        let (kind, why) = match closed.because {
            Because::Throttled => {
                (throttled, format!("the server wants no requests for another {seconds} s"))
            }
            Because::PullLimit => {
                (throttled, format!("the limit on pulls is used up for another {seconds} s"))
            }
            Because::Failing(times) => (
                RegistryErrorKind::Unreachable,
                format!("the last {times} requests failed; there is a pause of {seconds} s"),
            ),
        };
        Err(self.subject.error(kind, format!("{}: not asked: {why}", named(ask))))
    }

    async fn pass_gate(&self, ask: &Ask, host: &str) -> Result<Answer, Failure> {
        let permits = self.shared.gate.permits(host);
        let permit =
            timeout_at(self.deadline, permits.acquire()).await.map_err(|_| Failure::late())?;
        let outcome = exchange(&self.client, ask, self.deadline).await;
        drop(permit);
        self.note(&outcome, host);
        outcome
    }

    /// What an outcome says of the host's health and limits.
    fn note(&self, outcome: &Result<Answer, Failure>, host: &str) {
        let gate = &self.shared.gate;
        match outcome {
            Ok(answer) if is_throttling(answer) => {
                if let Some(wait) = answer.retry_after() {
                    gate.throttled(host, self.who, Some(wait));
                }
            }
            Ok(answer) if answer.status.is_server_error() => gate.failed(host, self.who),
            Ok(_) => gate.went_well(host, self.who),
            Err(failure) if failure.is_the_hosts() => gate.failed(host, self.who),
            Err(_) => {}
        }
        let Some(limit) = outcome.as_ref().ok().and_then(|a| rate_limit::read(&a.headers)) else {
            return;
        };
        if let Some(source) = &limit.source {
            gate.counted_as(host, self.who, source);
        }
        if limit.remaining == 0 {
            gate.pulls_used_up(host, self.who, limit.next);
        }
    }

    fn wait_before_retry(
        &self,
        ask: &Ask,
        outcome: &Result<Answer, Failure>,
        attempt: u32,
    ) -> Option<Duration> {
        let wait = match outcome {
            Ok(answer) => self.wait_of(ask, answer, attempt)?,
            Err(failure) if failure.cause == Cause::Broken => self.back_off(attempt),
            Err(_) => return None,
        };
        let in_time = wait < MAX_NAP && Instant::now() + wait < self.deadline;
        (attempt < self.shared.options.retries && in_time).then_some(wait)
    }

    fn wait_of(&self, ask: &Ask, answer: &Answer, attempt: u32) -> Option<Duration> {
        let busy = match answer.status {
            StatusCode::TOO_MANY_REQUESTS
            | StatusCode::BAD_GATEWAY
            | StatusCode::SERVICE_UNAVAILABLE
            | StatusCode::GATEWAY_TIMEOUT => true,
            // Nobody knows how far the server came before it failed.
            StatusCode::INTERNAL_SERVER_ERROR => ask.method.is_safe(),
            _ => false,
        };
        busy.then(|| answer.retry_after().unwrap_or_else(|| self.back_off(attempt)))
    }

    fn back_off(&self, attempt: u32) -> Duration {
        jittered(self.shared.options.back_off, MAX_NAP, attempt)
    }
}

/// Whether the server asks for patience, as opposed to having trouble.
fn is_throttling(answer: &Answer) -> bool {
    let busy = answer.status == StatusCode::SERVICE_UNAVAILABLE;
    answer.status == StatusCode::TOO_MANY_REQUESTS || (busy && answer.retry_after().is_some())
}

/// Docker Hub counts a manifest that is fetched as a pull, and nothing else.
fn lane(ask: &Ask) -> Lane {
    match ask.method == Method::GET && ask.url.path().contains("/manifests/") {
        true => Lane::Pulls,
        false => Lane::Any,
    }
}
