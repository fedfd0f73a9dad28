//! Google's registries: Artifact Registry, and what is left of Container Registry.

mod amazon;
mod executable;
mod external;
mod impersonation;
mod key;
mod user;

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use reqwest::{Method, header::HeaderName};
use serde::Deserialize;
use tagwarden_core::spec::SecretValue;
use url::Url;

use super::{
    Caller, CloudError, Login,
    caller::{MAX_ANSWER, Place, file},
};
use crate::{
    auth::credential::Credential,
    environment::Environment,
    http::wire::{Ask, Content},
};

/// What a token is asked for; the roles of its account bound it further.
const SCOPE: &str = "https://www.googleapis.com/auth/cloud-platform";
/// The user name that goes with an access token.
const USER: &str = "oauth2accesstoken";
/// Where the metadata server is, unless `GCE_METADATA_HOST` says.
const METADATA: &str = "metadata.google.internal";

/// What a login is good for: all registries, for a token is its account's.
pub(super) fn scope(host: &str) -> Option<String> {
    let ours = host == "gcr.io" || host.ends_with(".gcr.io") || host.ends_with(".pkg.dev");
    ours.then(|| "google".to_owned())
}

/// An access token, and how long it lasts.
struct Access {
    token: SecretValue,
    life: Duration,
}

/// An access token of the application's default credentials: the file that
/// `GOOGLE_APPLICATION_CREDENTIALS` names, gcloud's own, the metadata server.
pub(super) async fn log_in(
    environment: &Environment,
    caller: &Caller<'_>,
) -> Result<Login, CloudError> {
    let (source, access) = match credentials_file(environment) {
        Some((name, path)) => {
            let source = format!("{name} ({})", path.display());
            let google = Google { environment, caller, source: &source };
            let access = google.of_file(name, &path).await?;
            (source, access)
        }
        None => {
            ("the metadata server's account".to_owned(), of_machine(environment, caller).await?)
        }
    };
    Ok(Login {
        credential: Credential {
            identity: Some(format!("gcp {source}")),
            source: Some(source),
            username: Some(USER.to_owned()),
            password: Some(access.token),
            ..Credential::default()
        },
        life: access.life,
    })
}

fn credentials_file(environment: &Environment) -> Option<(&'static str, PathBuf)> {
    if let Some(path) = environment.path("GOOGLE_APPLICATION_CREDENTIALS") {
        return Some(("GOOGLE_APPLICATION_CREDENTIALS", path));
    }
    let folder =
        environment.path("CLOUDSDK_CONFIG").or_else(|| environment.below_home(".config/gcloud"))?;
    let path = folder.join("application_default_credentials.json");
    path.exists().then_some(("gcloud's default credentials", path))
}

/// What all steps of a login need.
struct Google<'a> {
    environment: &'a Environment,
    caller: &'a Caller<'a>,
    /// The file at work, as errors name it.
    source: &'a str,
}

/// The kinds of credential files.
#[derive(Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Credentials {
    ServiceAccount(key::ServiceAccount),
    ExternalAccount(Box<external::ExternalAccount>),
    ExternalAccountAuthorizedUser(user::FederatedUser),
    AuthorizedUser(user::User),
    ImpersonatedServiceAccount(impersonation::Impersonated),
}

/// What tells a program apart from others at a token endpoint.
#[derive(Default, Deserialize)]
struct Client {
    #[serde(default)]
    client_id: Option<String>,
    #[serde(default)]
    client_secret: Option<String>,
}

impl Client {
    fn is_given(&self) -> bool {
        self.client_id.is_some()
    }

    fn credential(&self) -> Credential {
        Credential {
            username: self.client_id.clone(),
            password: self.client_secret.as_deref().map(SecretValue::new),
            ..Credential::default()
        }
    }
}

impl Google<'_> {
    async fn of_file(&self, name: &str, path: &Path) -> Result<Access, CloudError> {
        let content = file(name, path).await?;
        // serde's own message may quote a value, so it is not told.
        let credentials: Credentials = serde_json::from_slice(content.expose()).map_err(|_| {
            CloudError::configuration(format!(
                "{} is no service_account, authorized_user, impersonated_service_account, \
                     external_account or external_account_authorized_user credential",
                self.source
            ))
        })?;
        credentials.access(self).await
    }
}

impl Credentials {
    async fn access(&self, google: &Google<'_>) -> Result<Access, CloudError> {
        match self {
            Self::ServiceAccount(account) => account.access(google).await,
            Self::ExternalAccount(account) => account.access(google).await,
            Self::ExternalAccountAuthorizedUser(user) => user.access(google).await,
            Self::AuthorizedUser(user) => user.access(google).await,
            Self::ImpersonatedServiceAccount(account) => account.access(google).await,
        }
    }
}

/// What token endpoints and the metadata server answer.
#[derive(Deserialize)]
struct Answer {
    access_token: String,
    expires_in: f64,
}

impl From<Answer> for Access {
    fn from(answer: Answer) -> Self {
        Self {
            token: SecretValue::new(answer.access_token),
            life: Duration::try_from_secs_f64(answer.expires_in).unwrap_or_default(),
        }
    }
}

/// Trades a form for an access token.
async fn traded(
    google: &Google<'_>,
    what: &str,
    url: Url,
    form: &[(&str, &str)],
    client: &Client,
    secrets: &[&SecretValue],
) -> Result<Access, CloudError> {
    let mut ask = Ask::get(url, "application/json", MAX_ANSWER);
    ask.method = Method::POST;
    ask.content = Some(Content::pairs(form));
    let client = client.credential();
    ask.authorization = client.basic();
    let secrets: Vec<_> = secrets.iter().copied().chain(&client.password).collect();
    let answer: Answer = google.caller.json(what, Place::Internet, ask, &secrets).await?;
    Ok(answer.into())
}

async fn of_machine(environment: &Environment, caller: &Caller<'_>) -> Result<Access, CloudError> {
    let host = environment.get("GCE_METADATA_HOST").unwrap_or(METADATA);
    let path = "computeMetadata/v1/instance/service-accounts/default/token";
    let url = Url::parse(&format!("http://{host}/{path}"))
        .map_err(|_| CloudError::configuration("GCE_METADATA_HOST is no host"))?;
    let mut ask = Ask::get(url, "application/json", MAX_ANSWER);
    ask.header(HeaderName::from_static("metadata-flavor"), "Google");
    let answer: Result<Answer, _> =
        caller.json("the metadata server", Place::Metadata, ask, &[]).await;
    answer.map(Access::from).map_err(|error| {
        CloudError::unauthorized(format!(
            "no Google credentials: none in GOOGLE_APPLICATION_CREDENTIALS, gcloud's folder, and {}",
            error.message
        ))
    })
}
