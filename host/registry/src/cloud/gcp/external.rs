//! Workload identity federation: another identity provider's token, traded
//! for an access token of Google's.

use std::{collections::BTreeMap, path::PathBuf};

use reqwest::header::{HeaderName, HeaderValue};
use serde::Deserialize;
use serde_json::{Value, json};
use tagwarden_core::spec::SecretValue;

use super::{
    Access, Client, Google, SCOPE, amazon,
    executable::{Executable, Purpose},
    impersonation::impersonate,
    traded,
};
use crate::{
    cloud::{
        CloudError,
        caller::{MAX_ANSWER, Place, file, trusted},
    },
    http::wire::Ask,
};

const GRANT: &str = "urn:ietf:params:oauth:grant-type:token-exchange";
const ACCESS_TOKEN: &str = "urn:ietf:params:oauth:token-type:access_token";
/// Google's security token service, where a file does not name another.
const TOKEN_URL: &str = "https://sts.googleapis.com/v1/token";

/// The parts of a credential configuration that matter.
#[derive(Deserialize)]
pub(super) struct ExternalAccount {
    audience: String,
    subject_token_type: String,
    #[serde(default)]
    token_url: Option<String>,
    credential_source: Source,
    #[serde(default)]
    service_account_impersonation_url: Option<String>,
    #[serde(default)]
    service_account_impersonation: Lifetime,
    #[serde(flatten)]
    client: Client,
    #[serde(default)]
    workforce_pool_user_project: Option<String>,
}

/// How long an impersonation lasts.
#[derive(Default, Deserialize)]
struct Lifetime {
    #[serde(default)]
    token_lifetime_seconds: Option<u64>,
}

/// Where the other provider's token is.
#[derive(Deserialize)]
struct Source {
    #[serde(default)]
    environment_id: Option<String>,
    #[serde(default)]
    regional_cred_verification_url: Option<String>,
    #[serde(default)]
    file: Option<PathBuf>,
    #[serde(default)]
    url: Option<String>,
    #[serde(default)]
    headers: BTreeMap<String, String>,
    #[serde(default)]
    executable: Option<Executable>,
    #[serde(default)]
    format: Format,
}

/// How the token is written down.
#[derive(Default, Deserialize)]
struct Format {
    #[serde(default)]
    subject_token_field_name: Option<String>,
}

impl ExternalAccount {
    pub async fn access(&self, google: &Google<'_>) -> Result<Access, CloudError> {
        let source = google.source;
        let subject = self.subject(google).await?;
        let text = subject.expose_text().ok_or_else(|| {
            CloudError::configuration(format!("{source}: the subject token is no text"))
        })?;
        let url = self.token_url.as_deref().unwrap_or(TOKEN_URL);
        let url = trusted(&format!("token_url of {source}"), url)?;
        let mut form = vec![
            ("grant_type", GRANT),
            ("audience", &self.audience),
            ("scope", SCOPE),
            ("requested_token_type", ACCESS_TOKEN),
            ("subject_token_type", &self.subject_token_type),
            ("subject_token", text),
        ];
        // A client of one's own says by itself whose project it is.
        let project = self.workforce_pool_user_project.as_ref();
        let options = project.filter(|_| !self.client.is_given());
        let options = options.map(|project| json!({"userProject": project}).to_string());
        form.extend(options.as_deref().map(|options| ("options", options)));
        let what = "Google's security token service";
        let access = traded(google, what, url, &form, &self.client, &[&subject]).await?;
        let Some(url) = &self.service_account_impersonation_url else {
            return Ok(access);
        };
        let seconds = self.service_account_impersonation.token_lifetime_seconds;
        impersonate(google, url, &[], seconds, &access.token).await
    }

    async fn subject(&self, google: &Google<'_>) -> Result<SecretValue, CloudError> {
        let (source, from) = (google.source, &self.credential_source);
        if from.environment_id.as_deref().is_some_and(|id| id.starts_with("aws")) {
            let url = from.regional_cred_verification_url.as_deref();
            return amazon::subject(google, &self.audience, url).await;
        }
        if let Some(executable) = &from.executable {
            let purpose = Purpose {
                audience: &self.audience,
                token_type: &self.subject_token_type,
                impersonation_url: self.service_account_impersonation_url.as_deref(),
            };
            return executable.token(google, &purpose).await;
        }
        let whole = match (&from.file, &from.url) {
            (Some(path), _) => file(&format!("credential_source of {source}"), path).await?,
            (None, Some(url)) => of_address(google, url, &from.headers).await?,
            (None, None) => {
                return Err(CloudError::configuration(format!(
                    "{source}: credential_source is none of file, url, executable and AWS; \
                     certificates are not supported"
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
    google: &Google<'_>,
    url: &str,
    headers: &BTreeMap<String, String>,
) -> Result<SecretValue, CloudError> {
    let name = format!("credential_source.url of {}", google.source);
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
    google.caller.body(&name, Place::Metadata, ask, &secrets).await.map(SecretValue::new)
}
