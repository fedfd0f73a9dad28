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
        wire::{Answer, Ask, exchange},
    },
};

/// How many redirects are followed.
const MAX_REDIRECTS: usize = 5;

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
            let Some(wait) = self.wait_before_retry(&outcome, attempt, &host) else {
                return outcome.map_err(|failure| self.failed(ask, &failure));
            };
            attempt += 1;
            tracing::debug!(registry.host = %host, attempt, wait_ms = wait.as_millis() as u64, "trying again");
            sleep(wait).await;
        }
    }

    /// Waits while the host wants to be left alone, if that ends in time.
    async fn wait_at_gate(&self, ask: &Ask, host: &str) -> Result<(), RegistryError> {
        let Some(wait) = self.shared.gate.closed_for(host, self.who) else {
            return Ok(());
        };
        if wait < self.remaining() {
            sleep(wait).await;
            return Ok(());
        }
        let kind = RegistryErrorKind::Throttled { retry_after: Some(wait) };
        let seconds = wait.as_secs() + 1;
        let message = format!(
            "{}: not asked: the server wants no requests for another {seconds} s",
            named(ask)
        );
        Err(self.subject.error(kind, message))
    }

    async fn pass_gate(&self, ask: &Ask, host: &str) -> Result<Answer, Failure> {
        let permits = self.shared.gate.permits(host);
        let permit =
            timeout_at(self.deadline, permits.acquire()).await.map_err(|_| Failure::late())?;
        let answer = exchange(&self.client, ask, self.deadline).await;
        drop(permit);
        answer
    }

    fn wait_before_retry(
        &self,
        outcome: &Result<Answer, Failure>,
        attempt: u32,
        host: &str,
    ) -> Option<Duration> {
        let wait = match outcome {
            Ok(answer) => self.wait_of(answer, attempt, host)?,
            Err(failure) if failure.cause == Cause::Broken => self.back_off(attempt),
            Err(_) => return None,
        };
        let in_time = Instant::now() + wait < self.deadline;
        (attempt < self.shared.options.retries && in_time).then_some(wait)
    }

    fn wait_of(&self, answer: &Answer, attempt: u32, host: &str) -> Option<Duration> {
        let busy = matches!(
            answer.status,
            StatusCode::TOO_MANY_REQUESTS
                | StatusCode::BAD_GATEWAY
                | StatusCode::SERVICE_UNAVAILABLE
                | StatusCode::GATEWAY_TIMEOUT
        );
        let asked = answer.retry_after();
        if let (true, Some(wait)) = (busy, asked) {
            self.shared.gate.close(host, self.who, wait);
        }
        busy.then(|| asked.unwrap_or_else(|| self.back_off(attempt)))
    }

    /// Doubles each time; half of it is chance, so that many do not come back at once.
    fn back_off(&self, attempt: u32) -> Duration {
        let full = self.shared.options.back_off * 2_u32.saturating_pow(attempt.min(10));
        full.mul_f64(0.5 + fastrand::f64() / 2.0)
    }
}
