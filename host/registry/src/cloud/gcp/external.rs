//! Workload identity federation: a token of another identity provider is
//! traded for one of Google's, and that perhaps for a service account's.

use std::{collections::BTreeMap, path::PathBuf, time::SystemTime};

use reqwest::{
    Method,
    header::{AUTHORIZATION, HeaderName, HeaderValue},
};
use serde::Deserialize;
use serde_json::{Value, json};
use tagwarden_core::spec::SecretValue;

use super::{Access, SCOPE, traded};
use crate::{
    auth::credential::sensitive,
    cloud::{
        Caller, CloudError,
        caller::{MAX_ANSWER, Place, file, trusted},
        moment,
    },
    http::wire::{Ask, Content},
};

const GRANT: &str = "urn:ietf:params:oauth:grant-type:token-exchange";
const ACCESS_TOKEN: &str = "urn:ietf:params:oauth:token-type:access_token";

/// The parts of a credential configuration that matter.
#[derive(Deserialize)]
pub(super) struct ExternalAccount {
    audience: String,
    subject_token_type: String,
    token_url: String,
    credential_source: Source,
    #[serde(default)]
    service_account_impersonation_url: Option<String>,
}

/// Where the other provider's token is.
#[derive(Deserialize)]
struct Source {
    #[serde(default)]
    file: Option<PathBuf>,
    #[serde(default)]
    url: Option<String>,
    #[serde(default)]
    headers: BTreeMap<String, String>,
    #[serde(default)]
    format: Format,
}

/// How the token is written down.
#[derive(Default, Deserialize)]
struct Format {
    #[serde(default)]
    subject_token_field_name: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Impersonated {
    access_token: String,
    expire_time: String,
}

impl ExternalAccount {
    pub async fn access(&self, caller: &Caller<'_>, source: &str) -> Result<Access, CloudError> {
        let subject = self.subject(caller, source).await?;
        let text = subject.expose_text().ok_or_else(|| {
            CloudError::configuration(format!("{source}: the subject token is no text"))
        })?;
        let url = trusted(&format!("token_url of {source}"), &self.token_url)?;
        let form = [
            ("grant_type", GRANT),
            ("audience", &self.audience),
            ("scope", SCOPE),
            ("requested_token_type", ACCESS_TOKEN),
            ("subject_token_type", &self.subject_token_type),
            ("subject_token", text),
        ];
        let what = "Google's security token service";
        let access = traded(caller, what, url, &form, &[&subject]).await?;
        match &self.service_account_impersonation_url {
            None => Ok(access),
            Some(url) => impersonate(caller, source, url, &access.token).await,
        }
    }

    async fn subject(&self, caller: &Caller<'_>, source: &str) -> Result<SecretValue, CloudError> {
        let from = &self.credential_source;
        let whole = match (&from.file, &from.url) {
            (Some(path), _) => file(&format!("credential_source of {source}"), path).await?,
            (None, Some(url)) => of_address(caller, source, url, &from.headers).await?,
            (None, None) => {
                return Err(CloudError::configuration(format!(
                    "{source}: credential_source has neither file nor url; other kinds are not supported"
                )));
            }
        };
        let Some(field) = &from.format.subject_token_field_name else {
            return Ok(whole);
        };
        let json: Option<Value> = serde_json::from_slice(whole.expose()).ok();
        let token = json.as_ref().and_then(|json| json.get(field)?.as_str());
        token.map(SecretValue::new).ok_or_else(|| {
            CloudError::configuration(format!("{source}: the subject token has no field {field:?}"))
        })
    }
}

async fn of_address(
    caller: &Caller<'_>,
    source: &str,
    url: &str,
    headers: &BTreeMap<String, String>,
) -> Result<SecretValue, CloudError> {
    let name = format!("credential_source.url of {source}");
    let url = url::Url::parse(url).ok().filter(|url| matches!(url.scheme(), "http" | "https"));
    let url = url.ok_or_else(|| CloudError::configuration(format!("{name} is no address")))?;
    let mut ask = Ask::get(url, "*/*", MAX_ANSWER);
    for (key, value) in headers {
        let pair = HeaderName::try_from(key).ok().zip(HeaderValue::try_from(value).ok());
        let (key, mut value) =
            pair.ok_or_else(|| CloudError::configuration(format!("{name}: a header is none")))?;
        value.set_sensitive(true);
        ask.headers.insert(key, value);
    }
    let secrets: Vec<_> = headers.values().map(|v| SecretValue::new(v.as_str())).collect();
    let secrets: Vec<_> = secrets.iter().collect();
    caller.body(&name, Place::Metadata, ask, &secrets).await.map(SecretValue::new)
}

async fn impersonate(
    caller: &Caller<'_>,
    source: &str,
    url: &str,
    token: &SecretValue,
) -> Result<Access, CloudError> {
    let url = trusted(&format!("service_account_impersonation_url of {source}"), url)?;
    let what = "service account impersonation";
    let mut ask = Ask::get(url, "application/json", MAX_ANSWER);
    ask.method = Method::POST;
    let body = json!({"scope": [SCOPE], "lifetime": "3600s"});
    ask.content = Some(Content { media_type: "application/json", bytes: body.to_string().into() });
    let bearer = token.expose_text().and_then(|text| sensitive(&format!("Bearer {text}")));
    let bearer = bearer.ok_or_else(|| CloudError::protocol(format!("{what}: no usable token")))?;
    ask.headers.insert(AUTHORIZATION, bearer);
    let answer: Impersonated = caller.json(what, Place::Internet, ask, &[token]).await?;
    let until = moment::seconds(&answer.expire_time)
        .ok_or_else(|| CloudError::protocol(format!("{what}: expireTime is no moment")))?;
    Ok(Access {
        token: SecretValue::new(answer.access_token),
        life: moment::until(until, SystemTime::now()),
    })
}
