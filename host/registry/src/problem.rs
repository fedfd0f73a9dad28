//! Errors in words: what failed, on which host and repository, what to do.

use std::time::Duration;

use reqwest::StatusCode;
use serde::Deserialize;
use tagwarden_core::quote::{MAX_QUOTE, plain};
use tagwarden_reconcile::ports::{RegistryError, RegistryErrorKind as Kind};

/// What an operation is about, as its errors name it.
#[derive(Clone, Debug)]
pub(crate) struct Subject {
    pub registry: String,
    pub repository: String,
}

impl Subject {
    pub fn error(&self, kind: Kind, message: impl AsRef<str>) -> RegistryError {
        RegistryError {
            registry: self.registry.clone(),
            message: format!("{}: {}", self.repository, message.as_ref()),
            kind,
        }
    }

    pub fn protocol(&self, message: impl AsRef<str>) -> RegistryError {
        self.error(Kind::Protocol, message)
    }

    pub fn configuration(&self, message: impl AsRef<str>) -> RegistryError {
        self.error(Kind::Configuration, message)
    }
}

/// What a status other than success means.
pub(crate) fn kind_of(status: StatusCode, retry_after: Option<Duration>) -> Kind {
    match status {
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => Kind::Unauthorized,
        StatusCode::NOT_FOUND => Kind::NotFound,
        StatusCode::TOO_MANY_REQUESTS => Kind::Throttled { retry_after },
        StatusCode::SERVICE_UNAVAILABLE if retry_after.is_some() => Kind::Throttled { retry_after },
        status if status.is_server_error() => Kind::Unreachable,
        _ => Kind::Protocol,
    }
}

#[derive(Deserialize)]
struct OciErrors {
    errors: Vec<OciError>,
}

#[derive(Deserialize)]
struct OciError {
    #[serde(default)]
    code: String,
    #[serde(default)]
    message: Option<String>,
}

/// The answer's own words: its OCI errors, or what kind of page came instead.
pub(crate) fn words(body: &[u8]) -> Option<String> {
    if let Ok(oci) = serde_json::from_slice::<OciErrors>(body) {
        let first = oci.errors.into_iter().next()?;
        return Some(match first.message.filter(|m| !m.is_empty()) {
            Some(message) => plain(&format!("{}: {message}", first.code)),
            None => plain(&first.code),
        });
    }
    let text = String::from_utf8_lossy(&body[..body.len().min(4 * MAX_QUOTE)]);
    match text.trim_start() {
        "" => None,
        html if html.starts_with('<') => Some("an HTML page".to_owned()),
        text => Some(plain(text)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_the_oci_error_code_and_message() {
        let body = br#"{"errors":[{"code":"NAME_UNKNOWN","message":"no\nsuch \u001b[31mname"}]}"#;
        assert_eq!(words(body).as_deref(), Some("NAME_UNKNOWN: no such [31mname"));
    }

    #[test]
    fn a_message_that_is_null_leaves_the_code() {
        assert_eq!(
            words(br#"{"errors":[{"code":"DENIED","message":null}]}"#).as_deref(),
            Some("DENIED")
        );
    }

    #[test]
    fn does_not_quote_html() {
        assert_eq!(words(b"\n<html><body>Bad gateway").as_deref(), Some("an HTML page"));
        assert_eq!(words(b" \n"), None);
    }

    #[test]
    fn cuts_long_words_short() {
        let quoted = words("ä".repeat(10_000).as_bytes()).unwrap();
        assert_eq!(quoted.chars().count(), MAX_QUOTE + 1);
    }

    #[test]
    fn a_server_that_says_when_to_come_back_is_throttling() {
        let wait = Some(Duration::from_secs(3));
        assert_eq!(
            kind_of(StatusCode::SERVICE_UNAVAILABLE, wait),
            Kind::Throttled { retry_after: wait }
        );
        assert_eq!(kind_of(StatusCode::SERVICE_UNAVAILABLE, None), Kind::Unreachable);
    }
}
