//! Google: the metadata server, the token endpoint, the security token
//! service, and impersonation.

use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::{Value, json};

use super::{Call, Reply};

pub(super) fn answer(call: &Call, secret: &str, life: u64) -> Option<(String, Reply)> {
    let token = json!({"access_token": secret, "expires_in": life, "token_type": "Bearer"});
    let good = |name: &str| Some((name.to_owned(), (200, token.to_string())));
    match call.path.as_str() {
        "/computeMetadata/v1/instance/service-accounts/default/token"
            if call.header("metadata-flavor") == "Google" =>
        {
            good("metadata token")
        }
        "/google/token" if is_assertion(call) => good("signed assertion"),
        "/google/token" if is_refresh(call, secret) => good("refreshed user"),
        "/google/sts" if is_exchange(call, secret) => good("token exchange"),
        "/google/sts" if is_aws_exchange(call) => good("AWS exchange"),
        "/google/impersonate" | "/google/serviceAccounts/a@b.example:generateAccessToken"
            if call.header("authorization") == format!("Bearer {secret}") =>
        {
            let body = json!({"accessToken": secret, "expireTime": "2099-01-01T00:00:00Z"});
            let asked: Value = serde_json::from_str(&call.body).ok()?;
            let delegates = asked["delegates"].as_array().map_or(0, Vec::len);
            let lifetime = asked["lifetime"].as_str().unwrap_or_default();
            let name = match (delegates, lifetime) {
                (0, "3600s") => "impersonation".to_owned(),
                _ => format!("impersonation, {delegates} delegates, {lifetime}"),
            };
            Some((name, (200, body.to_string())))
        }
        "/subject" if call.header("x-subject") == secret => {
            Some(("subject token".into(), (200, json!({"value": secret}).to_string())))
        }
        _ => None,
    }
}

/// A JSON Web Token of three parts; who may sign it is Google's to check.
fn is_assertion(call: &Call) -> bool {
    let form = call.form();
    let grant = form.get("grant_type").map(String::as_str);
    let parts = form.get("assertion").map_or(0, |jwt| jwt.split('.').count());
    grant == Some("urn:ietf:params:oauth:grant-type:jwt-bearer") && parts == 3
}

/// A person's refresh token, with the client in the form or in a header.
fn is_refresh(call: &Call, secret: &str) -> bool {
    let form = call.form();
    let is = |name: &str, value: &str| form.get(name).is_some_and(|v| v == value);
    let basic = format!("Basic {}", STANDARD.encode(format!("a-client:{secret}")));
    let client = is("client_id", "a-client") && is("client_secret", secret);
    is("grant_type", "refresh_token")
        && is("refresh_token", secret)
        && (client || call.header("authorization") == basic)
}

/// A subject that is a signed request for `GetCallerIdentity`.
fn is_aws_exchange(call: &Call) -> bool {
    let form = call.form();
    let kind = form.get("subject_token_type").map(String::as_str);
    let Some(subject) = form.get("subject_token") else { return false };
    let request: String =
        url::form_urlencoded::parse(subject.as_bytes()).map(|(key, _)| key).collect();
    let Ok(request) = serde_json::from_str::<Value>(&request) else { return false };
    let header = |name: &str| {
        let all = request["headers"].as_array().map_or(&[][..], Vec::as_slice);
        let found = all.iter().find(|header| header["key"] == name);
        found.and_then(|header| header["value"].as_str()).unwrap_or_default().to_owned()
    };
    let signature = header("authorization");
    kind == Some("urn:ietf:params:aws:token-type:aws4_request")
        && request["method"] == "POST"
        && request["url"].as_str().is_some_and(|url| url.contains("Action=GetCallerIdentity"))
        && signature.contains("/eu-west-1/sts/aws4_request, SignedHeaders=host;x-amz-date")
        && signature.contains("x-goog-cloud-target-resource, Signature=")
        && header("host") == "sts.eu-west-1.amazonaws.com"
        && Some(&header("x-goog-cloud-target-resource")) == form.get("audience")
}

fn is_exchange(call: &Call, secret: &str) -> bool {
    let form = call.form();
    let is = |name: &str, value: &str| form.get(name).is_some_and(|v| v == value);
    is("grant_type", "urn:ietf:params:oauth:grant-type:token-exchange")
        && is("subject_token", secret)
        && is("subject_token_type", "urn:ietf:params:oauth:token-type:jwt")
        && form.get("audience").is_some_and(|a| a.starts_with("//iam.googleapis.com/"))
}
