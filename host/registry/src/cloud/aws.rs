//! Amazon ECR, private and public.
//!
//! The signature is written out here, for it is short: `aws-sigv4` brings the
//! runtime of a whole SDK.

mod chain;
mod handed;
mod host;
mod process;
mod profile;
mod sigv4;
mod sources;
mod sso;
mod sts;

use std::time::SystemTime;

use base64::{Engine, engine::general_purpose::STANDARD};
use serde::Deserialize;
use tagwarden_core::spec::SecretValue;

use self::{host::Ecr, sigv4::Keys};
use super::{
    Caller, CloudError, Login, Site,
    caller::{MAX_ANSWER, Place, trusted},
    moment,
};
use crate::{
    auth::credential::Credential,
    environment::Environment,
    http::wire::{Ask, Content},
};

/// What a login is good for: all registries of a region.
pub(super) fn scope(host: &str) -> Option<String> {
    Some(match Ecr::of(host)? {
        Ecr::Public => "ecr-public".to_owned(),
        Ecr::Private { region, .. } => format!("ecr {region}"),
    })
}

/// Keys for a request of somebody else's, and the region it is made in.
pub(super) struct Identity {
    keys: Keys,
    region: String,
}

impl Identity {
    /// Keys as AWS's clients find them, in the environment's or the machine's region.
    pub async fn find(environment: &Environment, caller: &Caller<'_>) -> Result<Self, CloudError> {
        let region = environment.get("AWS_REGION").or(environment.get("AWS_DEFAULT_REGION"));
        let mut aws = Aws { environment, caller, region: String::new(), domain: "amazonaws.com" };
        aws.region = match region {
            Some(region) => region.to_owned(),
            None => handed::region_of_machine(&aws).await?,
        };
        if !host::is_region(&aws.region) {
            return Err(CloudError::configuration("AWS_REGION is no region"));
        }
        Ok(Self { keys: sources::find(&aws).await?, region: aws.region })
    }

    pub fn region(&self) -> &str {
        &self.region
    }

    /// Signs the request for a service.
    pub fn sign(&self, ask: &mut Ask, service: &str) -> Result<(), CloudError> {
        sigv4::sign(ask, &self.keys, &self.region, service, SystemTime::now())
            .ok_or_else(|| self.keys.unusable())
    }
}

/// What all steps of a login need.
struct Aws<'a> {
    environment: &'a Environment,
    caller: &'a Caller<'a>,
    /// The region of services that are not told another.
    region: String,
    /// The end of the services' host names.
    domain: &'static str,
}

/// `GetAuthorizationToken` with the credentials found.
pub(super) async fn log_in(
    environment: &Environment,
    caller: &Caller<'_>,
    site: Site<'_>,
) -> Result<Login, CloudError> {
    let ecr = Ecr::of(site.host)
        .ok_or_else(|| CloudError::configuration(format!("{} is no ECR registry", site.host)))?;
    let aws = Aws { environment, caller, region: ecr.region().to_owned(), domain: ecr.domain() };
    let keys = sources::find(&aws).await?;
    let (service, variable, target) = match ecr {
        Ecr::Public => ("ecr-public", "AWS_ENDPOINT_URL_ECR_PUBLIC", "SpencerFrontendService"),
        Ecr::Private { .. } => {
            ("ecr", "AWS_ENDPOINT_URL_ECR", "AmazonEC2ContainerRegistry_V20150921")
        }
    };
    let url = aws.endpoint(variable, &ecr.endpoint())?;
    let mut ask = Ask::get(url, "application/json", MAX_ANSWER);
    ask.method = reqwest::Method::POST;
    ask.content = Some(Content { media_type: "application/x-amz-json-1.1", bytes: "{}".into() });
    let target = format!("{target}.GetAuthorizationToken");
    ask.header("x-amz-target", &target);
    sigv4::sign(&mut ask, &keys, ecr.region(), service, SystemTime::now())
        .ok_or_else(|| keys.unusable())?;
    let what = format!("{service}:GetAuthorizationToken, with {}", keys.source);
    let answer: Authorization =
        aws.caller.json(&what, Place::Internet, ask, &keys.secrets()).await?;
    answer.login(&what, &keys)
}

impl Aws<'_> {
    /// A service's address, or the one that the environment has in its place.
    fn endpoint(&self, variable: &str, usual: &str) -> Result<url::Url, CloudError> {
        for name in [variable, "AWS_ENDPOINT_URL"] {
            if let Some(text) = self.environment.get(name) {
                return trusted(name, text);
            }
        }
        trusted(variable, usual)
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Authorization {
    authorization_data: OneOrMany,
}

/// ECR answers a list, of one; public ECR the one itself.
#[derive(Deserialize)]
#[serde(untagged)]
enum OneOrMany {
    One(Data),
    Many(Vec<Data>),
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Data {
    authorization_token: String,
    expires_at: f64,
}

impl Authorization {
    fn login(self, what: &str, keys: &Keys) -> Result<Login, CloudError> {
        let data = match self.authorization_data {
            OneOrMany::One(data) => Some(data),
            OneOrMany::Many(list) => list.into_iter().next(),
        };
        let wrong = || CloudError::protocol(format!("{what}: the answer holds no usable token"));
        let data = data.ok_or_else(wrong)?;
        let decoded = STANDARD.decode(data.authorization_token).map_err(|_| wrong())?;
        let text = String::from_utf8(decoded).map_err(|_| wrong())?;
        let (user, password) = text.split_once(':').ok_or_else(wrong)?;
        Ok(Login {
            credential: Credential {
                source: Some(keys.source.clone()),
                identity: Some(format!("aws {}", keys.id)),
                username: Some(user.to_owned()),
                password: Some(SecretValue::new(password)),
                ..Credential::default()
            },
            life: moment::until(data.expires_at, SystemTime::now()),
        })
    }
}
