//! Whose token it is: an application's with a secret or certificate, a
//! federated workload's, or the managed identity of the machine or platform.

use std::path::PathBuf;

use reqwest::{Method, header::HeaderName};
use serde::Deserialize;
use tagwarden_core::spec::SecretValue;
use url::Url;

use super::{Cloud, certificate::Certificate};
use crate::{
    auth::credential::sensitive,
    cloud::{
        Caller, CloudError,
        caller::{MAX_ANSWER, Place, file, trusted, whole_file},
    },
    environment::Environment,
    http::wire::{Ask, Content},
};

const ASSERTION: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
/// The instance metadata service, unless `AZURE_POD_IDENTITY_AUTHORITY_HOST` names another.
const METADATA: &str = "http://169.254.169.254";

/// What token endpoints and metadata services answer.
#[derive(Deserialize)]
struct Answer {
    access_token: String,
}

/// The first identity there is, named, and its token for the cloud.
pub(super) async fn token(
    environment: &Environment,
    caller: &Caller<'_>,
    cloud: Cloud,
) -> Result<(String, SecretValue), CloudError> {
    let client = environment.get("AZURE_CLIENT_ID");
    if let (Some(tenant), Some(client)) = (environment.get("AZURE_TENANT_ID"), client) {
        let application = Application { environment, cloud, tenant, client };
        if let Some(secret) = environment.get("AZURE_CLIENT_SECRET") {
            let secret = SecretValue::new(secret);
            let token = application.with_secret(caller, &secret).await?;
            return Ok((format!("application {client}"), token));
        }
        if let Some(path) = environment.path("AZURE_CLIENT_CERTIFICATE_PATH") {
            let token = application.with_certificate(caller, path).await?;
            return Ok((format!("application {client}"), token));
        }
        if let Some(path) = environment.path("AZURE_FEDERATED_TOKEN_FILE") {
            let token = application.with_federation(caller, path).await?;
            return Ok((format!("workload identity {client}"), token));
        }
    }
    let source = match client {
        Some(client) => format!("managed identity {client}"),
        None => "the managed identity".to_owned(),
    };
    Ok((source, managed(environment, caller, cloud, client).await?))
}

/// An application of Entra ID.
struct Application<'a> {
    environment: &'a Environment,
    cloud: Cloud,
    tenant: &'a str,
    client: &'a str,
}

impl Application<'_> {
    async fn with_secret(
        &self,
        caller: &Caller<'_>,
        secret: &SecretValue,
    ) -> Result<SecretValue, CloudError> {
        let text = secret.expose_text().unwrap_or_default();
        self.token(caller, self.endpoint()?, &[("client_secret", text)], secret).await
    }

    async fn with_certificate(
        &self,
        caller: &Caller<'_>,
        path: PathBuf,
    ) -> Result<SecretValue, CloudError> {
        let name = "AZURE_CLIENT_CERTIFICATE_PATH";
        let bytes = whole_file(name, &path).await?;
        let password = self.environment.get("AZURE_CLIENT_CERTIFICATE_PASSWORD");
        let wrong = |why| CloudError::configuration(format!("{name}: {} {why}", path.display()));
        let certificate = Certificate::read(bytes.expose(), password).ok_or_else(|| {
            wrong("holds no certificate with its private key, in PEM or PKCS#12, or another AZURE_CLIENT_CERTIFICATE_PASSWORD is needed")
        })?;
        let endpoint = self.endpoint()?;
        let assertion = certificate
            .assertion(self.client, endpoint.as_str())
            .map_err(|_| wrong("holds a key other than RSA"))?;
        let secret = SecretValue::new(assertion.as_str());
        let form = [("client_assertion_type", ASSERTION), ("client_assertion", &assertion)];
        self.token(caller, endpoint, &form, &secret).await
    }

    async fn with_federation(
        &self,
        caller: &Caller<'_>,
        path: PathBuf,
    ) -> Result<SecretValue, CloudError> {
        let name = "AZURE_FEDERATED_TOKEN_FILE";
        let assertion = file(name, &path).await?;
        let text = assertion.expose_text();
        let text = text.ok_or_else(|| CloudError::configuration(format!("{name}: no text")))?;
        let form = [("client_assertion_type", ASSERTION), ("client_assertion", text)];
        self.token(caller, self.endpoint()?, &form, &assertion).await
    }

    fn endpoint(&self) -> Result<Url, CloudError> {
        let name = "AZURE_AUTHORITY_HOST";
        let authority = self.environment.get(name).unwrap_or(self.cloud.authority);
        let mut url = trusted(name, authority)?;
        if let Ok(mut path) = url.path_segments_mut() {
            path.pop_if_empty().extend([self.tenant, "oauth2", "v2.0", "token"]);
        }
        Ok(url)
    }

    async fn token(
        &self,
        caller: &Caller<'_>,
        url: Url,
        proof: &[(&str, &str)],
        secret: &SecretValue,
    ) -> Result<SecretValue, CloudError> {
        let scope = format!("{}.default", self.cloud.resource);
        let mut form = vec![
            ("grant_type", "client_credentials"),
            ("client_id", self.client),
            ("scope", &scope),
        ];
        form.extend_from_slice(proof);
        let mut ask = Ask::get(url, "application/json", MAX_ANSWER);
        ask.method = Method::POST;
        ask.content = Some(Content::pairs(&form));
        let what = format!("Entra ID, for {}", self.client);
        let answer: Answer = caller.json(&what, Place::Internet, ask, &[secret]).await?;
        Ok(SecretValue::new(answer.access_token))
    }
}

async fn managed(
    environment: &Environment,
    caller: &Caller<'_>,
    cloud: Cloud,
    client: Option<&str>,
) -> Result<SecretValue, CloudError> {
    let (mut ask, secret) = match platform(environment)? {
        Some(platform) => platform,
        None => (machine(environment)?, SecretValue::default()),
    };
    {
        let mut query = ask.url.query_pairs_mut();
        query.append_pair("resource", cloud.resource);
        if let Some(client) = client {
            query.append_pair("client_id", client);
        }
    }
    let answer: Result<Answer, _> =
        caller.json("the managed identity service", Place::Metadata, ask, &[&secret]).await;
    answer.map(|answer| SecretValue::new(answer.access_token)).map_err(|error| {
        CloudError::unauthorized(format!(
            "no Azure credentials: no AZURE_CLIENT_SECRET, AZURE_CLIENT_CERTIFICATE_PATH or \
             AZURE_FEDERATED_TOKEN_FILE, and {}",
            error.message
        ))
    })
}

/// App Service, Container Apps and the like.
fn platform(environment: &Environment) -> Result<Option<(Ask, SecretValue)>, CloudError> {
    let pair = environment.get("IDENTITY_ENDPOINT").zip(environment.get("IDENTITY_HEADER"));
    let Some((address, header)) = pair else {
        return Ok(None);
    };
    let url = Url::parse(address).ok().filter(|url| matches!(url.scheme(), "http" | "https"));
    let url = url.ok_or_else(|| CloudError::configuration("IDENTITY_ENDPOINT is no address"))?;
    let mut ask = Ask::get(url, "application/json", MAX_ANSWER);
    ask.url.query_pairs_mut().append_pair("api-version", "2019-08-01");
    let value = sensitive(header);
    let value =
        value.ok_or_else(|| CloudError::configuration("IDENTITY_HEADER is no header's value"))?;
    ask.headers.insert(HeaderName::from_static("x-identity-header"), value);
    Ok(Some((ask, SecretValue::new(header))))
}

fn machine(environment: &Environment) -> Result<Ask, CloudError> {
    let name = "AZURE_POD_IDENTITY_AUTHORITY_HOST";
    let base = environment.get(name).unwrap_or(METADATA).trim_end_matches('/');
    let address = format!("{base}/metadata/identity/oauth2/token?api-version=2018-02-01");
    let url = Url::parse(&address)
        .map_err(|_| CloudError::configuration(format!("{name} is no address")))?;
    let mut ask = Ask::get(url, "application/json", MAX_ANSWER);
    ask.header(HeaderName::from_static("metadata"), "true");
    Ok(ask)
}
