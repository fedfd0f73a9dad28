//! Taking up a service account with another identity's token.

use std::time::SystemTime;

use reqwest::{Method, header::AUTHORIZATION};
use serde::Deserialize;
use serde_json::json;
use tagwarden_core::spec::SecretValue;

use super::{Access, Credentials, Google, SCOPE};
use crate::{
    auth::credential::sensitive,
    cloud::{
        CloudError,
        caller::{MAX_ANSWER, Place, trusted},
        moment,
    },
    http::wire::{Ask, Content},
};

/// How long the account's token is to last, unless the file says: Google's usual hour.
const USUAL_SECONDS: u64 = 3600;

/// A file of the type `impersonated_service_account`.
#[derive(Deserialize)]
pub(super) struct Impersonated {
    service_account_impersonation_url: String,
    #[serde(default)]
    delegates: Vec<String>,
    source_credentials: Box<Credentials>,
}

impl Impersonated {
    pub async fn access(&self, google: &Google<'_>) -> Result<Access, CloudError> {
        let source = Box::pin(self.source_credentials.access(google)).await?;
        let url = &self.service_account_impersonation_url;
        impersonate(google, url, &self.delegates, None, &source.token).await
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Answer {
    access_token: String,
    expire_time: String,
}

/// `generateAccessToken` at the address that the file gives.
pub(super) async fn impersonate(
    google: &Google<'_>,
    url: &str,
    delegates: &[String],
    seconds: Option<u64>,
    token: &SecretValue,
) -> Result<Access, CloudError> {
    let source = google.source;
    let url = trusted(&format!("service_account_impersonation_url of {source}"), url)?;
    let what = "service account impersonation";
    let mut ask = Ask::get(url, "application/json", MAX_ANSWER);
    ask.method = Method::POST;
    let mut body = json!({
        "scope": [SCOPE], "lifetime": format!("{}s", seconds.unwrap_or(USUAL_SECONDS)),
    });
    if !delegates.is_empty() {
        body["delegates"] = json!(delegates);
    }
    ask.content = Some(Content { media_type: "application/json", bytes: body.to_string().into() });
    let bearer = token.expose_text().and_then(|text| sensitive(&format!("Bearer {text}")));
    let bearer = bearer.ok_or_else(|| CloudError::protocol(format!("{what}: no usable token")))?;
    ask.headers.insert(AUTHORIZATION, bearer);
    let answer: Answer = google.caller.json(what, Place::Internet, ask, &[token]).await?;
    let until = moment::seconds(&answer.expire_time)
        .ok_or_else(|| CloudError::protocol(format!("{what}: expireTime is no moment")))?;
    Ok(Access {
        token: SecretValue::new(answer.access_token),
        life: moment::until(until, SystemTime::now()),
    })
}
