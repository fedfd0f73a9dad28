//! An AWS identity as a subject: a request of its own for its name, signed and
//! not sent. Google's security token service sends it, and so learns who signed.

use reqwest::{Method, header::HeaderMap};
use serde_json::json;
use tagwarden_core::spec::SecretValue;
use url::{Url, form_urlencoded::byte_serialize};

use super::Google;
use crate::{
    cloud::{CloudError, aws},
    http::wire::Ask,
};

const USUAL_URL: &str =
    "https://sts.{region}.amazonaws.com?Action=GetCallerIdentity&Version=2011-06-15";

/// The signed request, in the form that the token service takes. The keys are
/// found as AWS's own clients find them.
pub(super) async fn subject(
    google: &Google<'_>,
    audience: &str,
    verification_url: Option<&str>,
) -> Result<SecretValue, CloudError> {
    let identity = aws::Identity::find(google.environment, google.caller).await?;
    let url = verification_url.unwrap_or(USUAL_URL).replace("{region}", identity.region());
    let wrong = |why: &str| {
        let source = google.source;
        CloudError::configuration(format!("regional_cred_verification_url of {source} {why}"))
    };
    let url = Url::parse(&url).ok().filter(|url| url.scheme() == "https" && url.has_host());
    let url = url.ok_or_else(|| wrong("is no address with TLS"))?;
    let mut ask = Ask::get(url, "*/*", 0);
    ask.method = Method::POST;
    ask.header("x-goog-cloud-target-resource", audience);
    identity.sign(&mut ask, "sts")?;
    let host = ask.url.host_str().unwrap_or_default().to_owned();
    ask.header("host", &host);
    let request = json!({
        "url": ask.url.as_str(), "method": "POST", "headers": written(&ask.headers),
    });
    Ok(SecretValue::new(byte_serialize(request.to_string().as_bytes()).collect::<String>()))
}

fn written(headers: &HeaderMap) -> Vec<serde_json::Value> {
    let text = |value: &reqwest::header::HeaderValue| value.to_str().unwrap_or_default().to_owned();
    headers
        .iter()
        .map(|(name, value)| json!({"key": name.as_str(), "value": text(value)}))
        .collect()
}
