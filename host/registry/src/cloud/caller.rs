//! One exchange with a cloud's endpoint: retried, bounded, and told in words.

use std::{path::Path, process::Command, time::Duration};

use reqwest::{Client, StatusCode};
use serde::de::DeserializeOwned;
use serde_json::Value;
use tagwarden_core::{quote::plain, spec::SecretValue};
use tagwarden_reconcile::ports::RegistryErrorKind as Kind;
use tokio::time::{Instant, sleep};
use url::Url;

use super::CloudError;
use crate::{
    child::{self, Said},
    endpoint::is_private,
    http::wire::{Answer, Ask, exchange},
};

/// The most bytes such an answer may have.
pub(super) const MAX_ANSWER: usize = 1 << 20;
/// The most bytes a file with a key or token may have.
const MAX_FILE: u64 = 1 << 20;
/// How often an endpoint in trouble is asked again.
const RETRIES: u32 = 2;
/// How long a metadata service may take: it is next door, or it is not there.
const METADATA_TIMEOUT: Duration = Duration::from_secs(2);

/// Which network an endpoint is on.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// The internet, through a proxy where there is one.
    Internet,
    /// The machine's own network, never through a proxy.
    Metadata,
    /// The registry itself, with its certificates.
    Registry,
}

/// Asks the endpoints of a cloud before a deadline.
pub(crate) struct Caller<'a> {
    pub internet: &'a Client,
    pub metadata: &'a Client,
    pub registry: &'a Client,
    pub deadline: Instant,
    pub back_off: Duration,
}

impl Caller<'_> {
    /// The JSON of an answer. `what` names the endpoint in errors, `secrets`
    /// are kept out of them.
    pub(super) async fn json<T: DeserializeOwned>(
        &self,
        what: &str,
        place: Place,
        ask: Ask,
        secrets: &[&SecretValue],
    ) -> Result<T, CloudError> {
        let body = self.body(what, place, ask, secrets).await?;
        serde_json::from_slice(&body).map_err(|_| {
            CloudError::protocol(format!("{what}: the answer is not the JSON expected"))
        })
    }

    /// The body of an answer.
    pub(super) async fn body(
        &self,
        what: &str,
        place: Place,
        ask: Ask,
        secrets: &[&SecretValue],
    ) -> Result<Vec<u8>, CloudError> {
        let answer = self.patiently(what, place, &ask).await?;
        match answer.status.is_success() {
            true => Ok(answer.body),
            false => Err(refused(what, &answer, secrets)),
        }
    }

    /// What a program says that the user's configuration names, within the
    /// time given and before the deadline.
    pub(super) async fn program(
        &self,
        what: &str,
        program: Command,
        limit: Duration,
    ) -> Result<Said, CloudError> {
        let limit = limit.min(self.deadline.saturating_duration_since(Instant::now()));
        let said = tokio::task::spawn_blocking(move || child::ask(program, "", limit)).await;
        said.unwrap_or_else(|_| Err("it broke off".to_owned()))
            .map_err(|problem| CloudError::configuration(format!("{what}: {problem}")))
    }

    async fn patiently(&self, what: &str, place: Place, ask: &Ask) -> Result<Answer, CloudError> {
        let mut attempt = 0;
        loop {
            let (client, deadline) = self.way(place);
            let outcome = exchange(client, ask, deadline).await;
            let again = match &outcome {
                Ok(answer) => answer.status.is_server_error(),
                Err(_) => place != Place::Metadata,
            };
            let wait = self.back_off * 2_u32.saturating_pow(attempt);
            let wait = wait.mul_f64(0.5 + fastrand::f64() / 2.0);
            if !again || attempt >= RETRIES || Instant::now() + wait >= self.deadline {
                return outcome.map_err(|failure| CloudError {
                    kind: Kind::Unreachable,
                    message: format!("{what}: {}", failure.message),
                });
            }
            attempt += 1;
            sleep(wait).await;
        }
    }

    fn way(&self, place: Place) -> (&Client, Instant) {
        match place {
            Place::Internet => (self.internet, self.deadline),
            Place::Registry => (self.registry, self.deadline),
            Place::Metadata => {
                (self.metadata, self.deadline.min(Instant::now() + METADATA_TIMEOUT))
            }
        }
    }
}

/// An address of a configuration, to which secrets may be sent.
pub(super) fn trusted(name: &str, text: &str) -> Result<Url, CloudError> {
    let url = Url::parse(text)
        .ok()
        .filter(|url| matches!(url.scheme(), "https" | "http") && url.has_host())
        .ok_or_else(|| CloudError::configuration(format!("{name} holds no http(s) address")))?;
    match is_private(&url) {
        true => Ok(url),
        false => Err(CloudError::configuration(format!(
            "{name} is an address without TLS: credentials are not sent there"
        ))),
    }
}

/// A small file with a key or a token, trimmed.
pub(super) async fn file(name: &str, path: &Path) -> Result<SecretValue, CloudError> {
    let content = whole_file(name, path).await?;
    Ok(SecretValue::new(content.expose().trim_ascii()))
}

/// A small file as it is.
pub(super) async fn whole_file(name: &str, path: &Path) -> Result<SecretValue, CloudError> {
    let failed = |why: String| {
        CloudError::configuration(format!("{name}: {} cannot be read: {why}", path.display()))
    };
    let size = tokio::fs::metadata(path).await.map_err(|e| failed(e.to_string()))?.len();
    if size > MAX_FILE {
        return Err(failed(format!("it is larger than {} KiB", MAX_FILE >> 10)));
    }
    tokio::fs::read(path).await.map(SecretValue::new).map_err(|e| failed(e.to_string()))
}

fn refused(what: &str, answer: &Answer, secrets: &[&SecretValue]) -> CloudError {
    let status = answer.status;
    let mut said = words(&answer.body).unwrap_or_default();
    for secret in secrets.iter().filter_map(|s| s.expose_text()).filter(|s| !s.is_empty()) {
        said = said.replace(secret, "[redacted]");
    }
    let said = plain(&said);
    let separator = if said.is_empty() { "" } else { ": " };
    let throttled = status == StatusCode::TOO_MANY_REQUESTS || said.contains("Throttl");
    let kind = match status {
        _ if throttled => Kind::Throttled { retry_after: answer.retry_after() },
        status if status.is_server_error() => Kind::Unreachable,
        _ => Kind::Unauthorized,
    };
    let message = format!("{what}: refused ({}{separator}{said})", status.as_u16());
    CloudError { kind, message }
}

/// The words of an error, in the forms that clouds have for them.
fn words(body: &[u8]) -> Option<String> {
    if let Ok(json) = serde_json::from_slice::<Value>(body) {
        let fields = ["__type", "error", "code", "Code", "error_description", "message", "Message"];
        let nested = json.get("error").filter(|error| error.is_object());
        let all = nested.into_iter().chain([&json]);
        let texts = all.flat_map(|object| fields.iter().filter_map(|f| object.get(f)?.as_str()));
        return Some(texts.collect::<Vec<_>>().join(": "));
    }
    let text = std::str::from_utf8(body).ok()?;
    let parts = ["Code", "Message"].iter().filter_map(|name| element(text, name));
    Some(parts.collect::<Vec<_>>().join(": "))
}

/// The text of the first XML element of that name.
pub(super) fn element<'a>(xml: &'a str, name: &str) -> Option<&'a str> {
    let (_, rest) = xml.split_once(&format!("<{name}>"))?;
    rest.split_once(&format!("</{name}>")).map(|(text, _)| text.trim())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_every_clouds_words_for_an_error() {
        for (body, expected) in [
            (r#"{"__type":"AccessDeniedException","message":"no"}"#, "AccessDeniedException: no"),
            (
                r#"{"error":"invalid_client","error_description":"AADSTS7"}"#,
                "invalid_client: AADSTS7",
            ),
            (r#"{"error":{"code":403,"message":"disabled","status":"X"}}"#, "disabled"),
            (
                "<ErrorResponse><Error><Code>Denied</Code><Message>no</Message></Error></ErrorResponse>",
                "Denied: no",
            ),
        ] {
            assert_eq!(words(body.as_bytes()).as_deref(), Some(expected), "{body}");
        }
        assert_eq!(words(b"<html>x").as_deref(), Some(""));
    }

    #[test]
    fn secrets_are_sent_over_tls_or_to_this_machine() {
        assert!(trusted("X", "https://sts.example/").is_ok());
        assert!(trusted("X", "http://127.0.0.1:8080/").is_ok());
        for wrong in ["http://sts.example/", "file:///etc/passwd", "nonsense", "https://"] {
            let error = trusted("AWS_ENDPOINT_URL", wrong).unwrap_err();
            assert!(error.message.contains("AWS_ENDPOINT_URL"), "{wrong}: {error:?}");
        }
    }
}
