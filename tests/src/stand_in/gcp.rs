//! Google: the metadata server, the token endpoint, the security token
//! service, and impersonation.

use serde_json::json;

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
        "/google/sts" if is_exchange(call, secret) => good("token exchange"),
        "/google/impersonate" if call.header("authorization") == format!("Bearer {secret}") => {
            let body = json!({"accessToken": secret, "expireTime": "2099-01-01T00:00:00Z"});
            Some(("impersonation".into(), (200, body.to_string())))
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

fn is_exchange(call: &Call, secret: &str) -> bool {
    let form = call.form();
    let is = |name: &str, value: &str| form.get(name).is_some_and(|v| v == value);
    is("grant_type", "urn:ietf:params:oauth:grant-type:token-exchange")
        && is("subject_token", secret)
        && is("subject_token_type", "urn:ietf:params:oauth:token-type:jwt")
        && form.get("audience").is_some_and(|a| a.starts_with("//iam.googleapis.com/"))
}
