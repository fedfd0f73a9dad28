//! What a failed question means, and whether it makes sense to ask it again.

use std::time::Duration;

use reqwest::{
    Method, StatusCode,
    header::{HeaderMap, LOCATION},
};
use tagwarden_core::quote;
use tagwarden_reconcile::ports::{ForgeError, ForgeErrorKind as Kind};

use super::patience;
use crate::words;

/// How often one question is asked in all.
const ATTEMPTS: u32 = 3;
/// The longest wait within a question; beyond it the pass comes back later.
const MAX_WAIT: Duration = Duration::from_secs(10);

/// An answer that is no success: what it means, and how it is told.
pub(super) fn of(status: StatusCode, headers: &HeaderMap, body: &[u8]) -> (Kind, String) {
    let said = words::of(body).unwrap_or_default();
    let kind = match patience::asked_for(status, headers, &said) {
        Some(retry_after) => Kind::Throttled { retry_after },
        None => kind(status),
    };
    let colon = if said.is_empty() { "" } else { ": " };
    let moved = headers.get(LOCATION).filter(|_| status.is_redirection());
    let moved = moved.and_then(|to| to.to_str().ok()).map(quote::plain);
    let moved = moved.map(|to| format!(" (it has moved to {to})")).unwrap_or_default();
    (kind, format!("{}{colon}{said}{moved}", status.as_u16()))
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
pub(super) fn wait(failed: &ForgeError, method: &Method, attempt: u32) -> Option<Duration> {
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

/// An error and its causes in one line, without the address.
pub(crate) fn causes(error: reqwest::Error) -> String {
    quote::causes(&error.without_url())
}
