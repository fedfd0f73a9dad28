//! The conversation with GitHub that ends in an installation's token. Whoever
//! holds it does the asking, with an HTTP client of its own.

use std::time::Duration;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use openssl::{asn1::Asn1Time, error::ErrorStack, hash::MessageDigest, sign::Signer};
use serde_json::{Value, json};
use tagwarden_core::spec::SecretValue;

use super::{GitHubApp, Installation};
use crate::{Refusal, RefusalKind};

/// A token is not used in its last minutes: a push may take some.
const SPARE: Duration = Duration::from_secs(5 * 60);
/// How long a token serves whose end cannot be read; GitHub's last an hour.
const UNKNOWN_LIFE: Duration = Duration::from_secs(10 * 60);
/// GitHub takes no longer life of the proof than ten minutes.
const PROOF_LIFE: u64 = 9 * 60;
/// As much as its clock may be behind ours.
const CLOCK_SKEW: u64 = 60;
/// The most characters quoted from an answer.
const MAX_QUOTE: usize = 300;

/// Something to ask GitHub.
#[derive(Debug)]
pub struct Question<'a> {
    app: &'a GitHubApp,
    proof: String,
    about: About,
}

#[derive(Debug)]
enum About {
    /// The installation of an owner: an organisation's first, then a user's.
    Organisation(String),
    User(String),
    /// The token of an installation.
    Token(String),
}

/// What an answer leads to.
#[derive(Debug)]
pub enum Step<'a> {
    /// Another question.
    Ask(Question<'a>),
    /// The end.
    Done(InstallationToken),
}

/// A token of an installation.
#[derive(Debug)]
pub struct InstallationToken {
    /// The token.
    pub token: SecretValue,
    /// How long it serves.
    pub life: Duration,
}

impl<'a> Question<'a> {
    pub(super) fn first(app: &'a GitHubApp, now: u64) -> Result<Self, Refusal> {
        let proof = proof(app, now).map_err(|error| {
            let message = format!("`githubAppPrivateKey` of {} cannot sign: {error}", app.origin);
            Refusal::new(RefusalKind::Configuration, message)
        })?;
        let about = match &app.installation {
            Installation::Id(id) => About::Token(id.clone()),
            Installation::Owner(owner) => About::Organisation(owner.clone()),
        };
        Ok(Self { app, proof, about })
    }

    /// Whether it is asked by POST, without a body; by GET otherwise.
    #[must_use]
    pub fn is_post(&self) -> bool {
        matches!(self.about, About::Token(_))
    }

    /// Where it is asked.
    #[must_use]
    pub fn url(&self) -> String {
        let api = self.app.api.as_str().trim_end_matches('/');
        match &self.about {
            About::Organisation(owner) => format!("{api}/orgs/{owner}/installation"),
            About::User(owner) => format!("{api}/users/{owner}/installation"),
            About::Token(id) => format!("{api}/app/installations/{id}/access_tokens"),
        }
    }

    /// What it is asked with.
    #[must_use]
    pub fn headers(&self) -> [(&'static str, String); 3] {
        [
            ("authorization", format!("Bearer {}", self.proof)),
            ("accept", "application/vnd.github+json".to_owned()),
            ("x-github-api-version", "2022-11-28".to_owned()),
        ]
    }

    /// Takes the answer.
    ///
    /// # Errors
    /// When GitHub gives no token.
    pub fn answered(self, status: u16, body: &[u8]) -> Result<Step<'a>, Refusal> {
        let body: Value = serde_json::from_slice(body).unwrap_or_default();
        match (status, &self.about) {
            (200 | 201, About::Token(_)) => token(&body).map(Step::Done).ok_or(self.nonsense()),
            (200 | 201, _) => {
                let id = body["id"].as_u64().ok_or_else(|| self.nonsense())?;
                Ok(Step::Ask(Self { about: About::Token(id.to_string()), ..self }))
            }
            (404, About::Organisation(owner)) => {
                let about = About::User(owner.clone());
                Ok(Step::Ask(Self { about, ..self }))
            }
            (404, _) => Err(self.unknown()),
            (status, _) => Err(self.refused(status, body["message"].as_str().unwrap_or_default())),
        }
    }

    fn refused(&self, status: u16, said: &str) -> Refusal {
        let GitHubApp { api, origin, .. } = self.app;
        let said = format!("HTTP {status} {}", quote(said));
        let said = said.trim_end();
        let (kind, message) = match status {
            401 => (
                RefusalKind::Unauthorized,
                format!(
                    "{api} does not take the App's proof ({said}); expected `githubAppID` and \
                     `githubAppPrivateKey` of {origin} to belong together",
                ),
            ),
            403 | 422 => (
                RefusalKind::Unauthorized,
                format!("{api} gives the App of {origin} no token ({said})"),
            ),
            _ => (RefusalKind::Unreachable, format!("{api} answers {said}")),
        };
        Refusal::new(kind, message)
    }

    fn unknown(&self) -> Refusal {
        let GitHubApp { id, installation, api, origin, .. } = self.app;
        let (entry, value) = match installation {
            Installation::Id(id) => ("githubAppInstallationID", id),
            Installation::Owner(owner) => ("githubAppInstallationOwner", owner),
        };
        let message = format!(
            "{api} knows no installation {value} of the App {id}; check `{entry}` of {origin}"
        );
        Refusal::new(RefusalKind::Unauthorized, message)
    }

    fn nonsense(&self) -> Refusal {
        let GitHubApp { api, origin, .. } = self.app;
        let message =
            format!("{api} does not answer as GitHub's API; check `githubAppBaseURL` of {origin}");
        Refusal::new(RefusalKind::Configuration, message)
    }
}

fn token(body: &Value) -> Option<InstallationToken> {
    let token = SecretValue::new(body["token"].as_str()?);
    let life = body["expires_at"].as_str().and_then(time_left).unwrap_or(UNKNOWN_LIFE);
    Some(InstallationToken { token, life: life.saturating_sub(SPARE) })
}

/// A JSON Web Token that proves to be the App (RS256).
fn proof(app: &GitHubApp, now: u64) -> Result<String, ErrorStack> {
    let part = |value: Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let claims = json!({
        "iat": now.saturating_sub(CLOCK_SKEW),
        "exp": now + PROOF_LIFE,
        "iss": app.id,
    });
    let content = format!("{}.{}", part(json!({"alg": "RS256", "typ": "JWT"})), part(claims));
    let mut signer = Signer::new(MessageDigest::sha256(), &app.key)?;
    let signature = signer.sign_oneshot_to_vec(content.as_bytes())?;
    Ok(format!("{content}.{}", URL_SAFE_NO_PAD.encode(signature)))
}

/// How long until a time such as `2026-07-11T22:14:10Z`.
fn time_left(text: &str) -> Option<Duration> {
    // X.509's form of the same: a reader of dates that is there already.
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    let end = Asn1Time::from_str(&format!("{digits}Z")).ok()?;
    let left = Asn1Time::days_from_now(0).ok()?.diff(&end).ok()?;
    let seconds = i64::from(left.days) * 86_400 + i64::from(left.secs);
    u64::try_from(seconds).ok().map(Duration::from_secs)
}

/// An answer's own words, in one line.
fn quote(text: &str) -> String {
    let words = text.split(|c: char| c.is_whitespace() || c.is_control()).filter(|w| !w.is_empty());
    words.collect::<Vec<_>>().join(" ").chars().take(MAX_QUOTE).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::secret::fixture::secret;

    fn app(installed: (&str, &str)) -> GitHubApp {
        let key = openssl::rsa::Rsa::generate(2048).unwrap().private_key_to_pem().unwrap();
        let key = String::from_utf8(key).unwrap();
        let entries = [("githubAppID", "12"), ("githubAppPrivateKey", key.as_str()), installed];
        GitHubApp::new(&secret(&entries)).unwrap()
    }

    fn next(step: Step<'_>) -> Question<'_> {
        match step {
            Step::Ask(question) => question,
            Step::Done(_) => panic!("a question"),
        }
    }

    #[test]
    fn an_owner_is_looked_for_among_organisations_and_users() {
        let app = app(("githubAppInstallationOwner", "me"));
        let first = app.ask(1_700_000_000).unwrap();
        assert!(first.url().ends_with("/orgs/me/installation") && !first.is_post());
        let second = next(first.answered(404, b"").unwrap());
        assert!(second.url().ends_with("/users/me/installation"));
        let third = next(second.answered(200, br#"{"id": 7}"#).unwrap());
        assert!(third.url().ends_with("/app/installations/7/access_tokens") && third.is_post());
        let done = third.answered(201, br#"{"token": "t", "expires_at": "2999-01-01T00:00:00Z"}"#);
        let Ok(Step::Done(token)) = done else { panic!("{done:?}") };
        assert_eq!(token.token.expose_text(), Some("t"));
        assert!(token.life > Duration::from_secs(1 << 30));
    }

    #[test]
    fn a_refusal_names_the_entry_at_fault() {
        let app = app(("githubAppInstallationID", "34"));
        for (status, body, kind, named) in [
            (401, "{}", RefusalKind::Unauthorized, "`githubAppPrivateKey` of secret apps/git"),
            (403, r#"{"message":"no\nway"}"#, RefusalKind::Unauthorized, "HTTP 403 no way"),
            (404, "", RefusalKind::Unauthorized, "check `githubAppInstallationID`"),
            (201, "<html>", RefusalKind::Configuration, "`githubAppBaseURL`"),
            (502, "", RefusalKind::Unreachable, "HTTP 502"),
        ] {
            let refusal = app.ask(0).unwrap().answered(status, body.as_bytes()).unwrap_err();
            assert_eq!(refusal.kind, kind);
            assert!(refusal.message.contains(named), "{refusal}");
        }
    }

    #[test]
    fn the_time_left_is_read_from_githubs_form() {
        assert!(time_left("2999-01-01T00:00:00Z").unwrap() > Duration::from_secs(1 << 30));
        assert_eq!(time_left("2001-01-01T00:00:00Z"), None);
        assert_eq!(time_left("soon"), None);
    }
}
