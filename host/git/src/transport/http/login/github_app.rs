//! The token of a GitHub App's installation.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use openssl::{asn1::Asn1Time, error::ErrorStack, hash::MessageDigest, sign::Signer};
use serde_json::{Value, json};
use tagwarden_reconcile::ports::GitErrorKind;
use ureq::http::StatusCode;

use super::super::{Client, answer};
use crate::{
    endpoint::{GitHubApp, Header, Installation, basic},
    failure::{Failure, quote},
};

/// A token is not used in its last minutes: a push may take some.
const SPARE: Duration = Duration::from_secs(5 * 60);
/// How long a token serves whose end cannot be read; GitHub's last an hour.
const UNKNOWN_LIFE: Duration = Duration::from_secs(10 * 60);
/// GitHub takes no longer life of the proof than ten minutes.
const PROOF_LIFE: u64 = 9 * 60;
/// As much as its clock may be behind ours.
const CLOCK_SKEW: u64 = 60;
const ANSWER_LIMIT: u64 = 1 << 20;

/// The token kept from before, or a new one.
pub fn token(client: &Client, app: &GitHubApp) -> Result<Header, Failure> {
    let name = format!("app {} {:?} {}", app.id, app.installation, app.api);
    let keyring = &client.call.keyring;
    if let Some(header) = keyring.get(&name) {
        return Ok(header);
    }
    let proof = proof(app, now()).map_err(|error| {
        let message = format!("`githubAppPrivateKey` of {} cannot sign: {error}", app.origin);
        Failure::new(GitErrorKind::Configuration, message)
    })?;
    let id = installation(client, app, &proof)?;
    let path = format!("app/installations/{id}/access_tokens");
    let answer = ask(client, app, &proof, &path, true)?.ok_or_else(|| no_installation(app))?;
    let token = answer["token"].as_str().ok_or_else(|| nonsense(app))?;
    let life = answer["expires_at"].as_str().and_then(time_left).unwrap_or(UNKNOWN_LIFE);
    let header = Header {
        value: basic("x-access-token", token),
        origin: format!("the GitHub App in {}", app.origin),
    };
    keyring.put(name, header.clone(), Some(Instant::now() + life.saturating_sub(SPARE)));
    Ok(header)
}

fn installation(client: &Client, app: &GitHubApp, proof: &str) -> Result<String, Failure> {
    let owner = match &app.installation {
        Installation::Id(id) => return Ok(id.clone()),
        Installation::Owner(owner) => owner,
    };
    for kind in ["orgs", "users"] {
        let path = format!("{kind}/{owner}/installation");
        if let Some(answer) = ask(client, app, proof, &path, false)? {
            return answer["id"].as_u64().map(|id| id.to_string()).ok_or_else(|| nonsense(app));
        }
    }
    Err(no_installation(app))
}

/// One request to the API; none when it knows no such thing.
fn ask(
    client: &Client,
    app: &GitHubApp,
    proof: &str,
    path: &str,
    is_post: bool,
) -> Result<Option<Value>, Failure> {
    let url = format!("{}/{path}", app.api.as_str().trim_end_matches('/'));
    let timeout = Some(client.call.remaining()?);
    let headers = [
        ("Authorization", format!("Bearer {proof}")),
        ("Accept", "application/vnd.github+json".to_owned()),
        ("X-GitHub-Api-Version", "2022-11-28".to_owned()),
    ];
    let answered = if is_post {
        let mut request = client.agent.post(&url);
        for (name, value) in headers {
            request = request.header(name, value);
        }
        request.config().timeout_global(timeout).build().send_empty()
    } else {
        let mut request = client.agent.get(&url);
        for (name, value) in headers {
            request = request.header(name, value);
        }
        request.config().timeout_global(timeout).build().call()
    };
    let mut response = answered.map_err(|error| {
        let failure = answer::unanswered(&client.call, &error);
        Failure::new(failure.kind, format!("asking {} for a token: {}", app.api, failure.message))
    })?;
    let status = response.status();
    let body = response.body_mut().with_config().limit(ANSWER_LIMIT).read_to_vec();
    let body: Value = serde_json::from_slice(&body.unwrap_or_default()).unwrap_or_default();
    match status {
        StatusCode::OK | StatusCode::CREATED => Ok(Some(body)),
        StatusCode::NOT_FOUND => Ok(None),
        status => Err(refused(app, status, body["message"].as_str().unwrap_or_default())),
    }
}

fn refused(app: &GitHubApp, status: StatusCode, said: &str) -> Failure {
    let said = format!("HTTP {} {}", status.as_u16(), quote(said));
    let origin = &app.origin;
    let (kind, message) = match status.as_u16() {
        401 => (
            GitErrorKind::Unauthorized,
            format!(
                "{} does not take the App's proof ({said}); expected `githubAppID` and \
                 `githubAppPrivateKey` of {origin} to belong together",
                app.api
            ),
        ),
        403 | 422 => (
            GitErrorKind::Unauthorized,
            format!("{} gives the App of {origin} no token ({said})", app.api),
        ),
        _ => (GitErrorKind::Unreachable, format!("{} answers {said}", app.api)),
    };
    Failure::new(kind, message)
}

fn no_installation(app: &GitHubApp) -> Failure {
    let (entry, value) = match &app.installation {
        Installation::Id(id) => ("githubAppInstallationID", id),
        Installation::Owner(owner) => ("githubAppInstallationOwner", owner),
    };
    let message = format!(
        "{} knows no installation {value} of the App {}; check `{entry}` of {}",
        app.api, app.id, app.origin
    );
    Failure::new(GitErrorKind::Unauthorized, message)
}

fn nonsense(app: &GitHubApp) -> Failure {
    let message = format!(
        "{} does not answer as GitHub's API; check `githubAppBaseURL` of {}",
        app.api, app.origin
    );
    Failure::new(GitErrorKind::Configuration, message)
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

fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_left_is_read_from_githubs_form() {
        assert!(time_left("2999-01-01T00:00:00Z").unwrap() > Duration::from_secs(1 << 30));
        assert_eq!(time_left("2001-01-01T00:00:00Z"), None);
        assert_eq!(time_left("soon"), None);
    }
}
