//! Keys that container platforms and machines hand out at an address of their own.

use reqwest::{Method, header::AUTHORIZATION};
use serde::Deserialize;
use tagwarden_core::spec::SecretValue;
use url::Url;

use super::{Aws, sigv4::Keys};
use crate::{
    auth::credential::sensitive,
    cloud::{
        CloudError,
        caller::{MAX_ANSWER, Place, file, trusted},
    },
    http::wire::Ask,
};

/// Addresses without TLS that container platforms give their credentials at.
const CONTAINER_HOSTS: [&str; 3] = ["169.254.170.2", "169.254.170.23", "[fd00:ec2::23]"];
const MACHINE: &str = "the EC2 metadata service";

/// Keys as container platforms and machines hand them out.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Handed {
    access_key_id: String,
    secret_access_key: String,
    token: Option<String>,
}

impl Handed {
    fn keys(self, source: String) -> Keys {
        Keys {
            source,
            id: self.access_key_id,
            secret: SecretValue::new(self.secret_access_key),
            session: self.token.map(SecretValue::new),
        }
    }
}

pub(super) async fn of_container(aws: &Aws<'_>) -> Result<Option<Keys>, CloudError> {
    let Some(url) = container_address(aws)? else {
        return Ok(None);
    };
    let what = "the container's AWS credentials";
    let mut ask = Ask::get(url, "application/json", MAX_ANSWER);
    let env = aws.environment;
    let token = match env.path("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE") {
        Some(path) => Some(file("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", &path).await?),
        None => env.get("AWS_CONTAINER_AUTHORIZATION_TOKEN").map(SecretValue::new),
    };
    if let Some(token) = &token {
        let value = token.expose_text().and_then(sensitive).ok_or_else(|| {
            CloudError::configuration(format!("{what}: the token is no header's value"))
        })?;
        ask.headers.insert(AUTHORIZATION, value);
    }
    let secrets: Vec<_> = token.iter().collect();
    let handed: Handed = aws.caller.json(what, Place::Metadata, ask, &secrets).await?;
    Ok(Some(handed.keys(what.to_owned())))
}

fn container_address(aws: &Aws<'_>) -> Result<Option<Url>, CloudError> {
    if let Some(path) = aws.environment.get("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI") {
        let url = Url::parse(&format!("http://{}", CONTAINER_HOSTS[0])).and_then(|u| u.join(path));
        let url = url.ok().filter(|url| url.host_str() == Some(CONTAINER_HOSTS[0]));
        return url.map(Some).ok_or_else(|| {
            CloudError::configuration("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI is no path")
        });
    }
    let name = "AWS_CONTAINER_CREDENTIALS_FULL_URI";
    let Some(text) = aws.environment.get(name) else {
        return Ok(None);
    };
    let own = Url::parse(text).ok().filter(|url| {
        url.scheme() == "http" && url.host_str().is_some_and(|h| CONTAINER_HOSTS.contains(&h))
    });
    own.map_or_else(|| trusted(name, text), Ok).map(Some)
}

/// The instance metadata service, in its second version, which asks for a
/// token of one's own first.
pub(super) async fn of_machine(aws: &Aws<'_>) -> Result<Keys, CloudError> {
    let machine = Machine::ask(aws).await?;
    let below = "latest/meta-data/iam/security-credentials/";
    let role = machine.text(below).await;
    let role =
        role.map_err(|error| nowhere(&format!("the machine has no role: {}", error.message)))?;
    let role = role.lines().next().unwrap_or_default().trim();
    let ask = machine.guarded(&format!("{below}{role}"))?;
    let handed: Handed = aws.caller.json(MACHINE, Place::Metadata, ask, &[&machine.token]).await?;
    Ok(handed.keys(format!("the machine's role {role}")))
}

/// The region that the machine is in.
pub(super) async fn region_of_machine(aws: &Aws<'_>) -> Result<String, CloudError> {
    let machine = Machine::ask(aws).await?;
    machine.text("latest/meta-data/placement/region").await.map(|region| region.trim().to_owned())
}

/// The metadata service, with a token for it.
struct Machine<'a> {
    aws: &'a Aws<'a>,
    token: SecretValue,
}

fn nowhere(why: &str) -> CloudError {
    CloudError::unauthorized(format!(
        "no AWS credentials: none in the environment, ~/.aws, the container, and {why}"
    ))
}

impl<'a> Machine<'a> {
    async fn ask(aws: &'a Aws<'a>) -> Result<Self, CloudError> {
        let disabled = aws.environment.get("AWS_EC2_METADATA_DISABLED");
        if disabled.is_some_and(|v| v.eq_ignore_ascii_case("true")) {
            return Err(nowhere("AWS_EC2_METADATA_DISABLED is set"));
        }
        let mut ask = Ask::get(metadata(aws, "latest/api/token")?, "*/*", MAX_ANSWER);
        ask.method = Method::PUT;
        ask.header("x-aws-ec2-metadata-token-ttl-seconds", "300");
        let token = aws.caller.body(MACHINE, Place::Metadata, ask, &[]).await;
        let token = token.map(SecretValue::new).map_err(|error| nowhere(&error.message))?;
        Ok(Self { aws, token })
    }

    async fn text(&self, path: &str) -> Result<String, CloudError> {
        let ask = self.guarded(path)?;
        let body = self.aws.caller.body(MACHINE, Place::Metadata, ask, &[&self.token]).await?;
        Ok(String::from_utf8_lossy(&body).into_owned())
    }

    fn guarded(&self, path: &str) -> Result<Ask, CloudError> {
        let mut ask = Ask::get(metadata(self.aws, path)?, "*/*", MAX_ANSWER);
        let value = self.token.expose_text().and_then(sensitive);
        let value =
            value.ok_or_else(|| CloudError::protocol("the metadata service's token is none"))?;
        ask.headers.insert("x-aws-ec2-metadata-token", value);
        Ok(ask)
    }
}

fn metadata(aws: &Aws<'_>, path: &str) -> Result<Url, CloudError> {
    let env = aws.environment;
    let ipv6 = env
        .get("AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE")
        .is_some_and(|mode| mode.eq_ignore_ascii_case("ipv6"));
    let usual = if ipv6 { "http://[fd00:ec2::254]" } else { "http://169.254.169.254" };
    let base = env.get("AWS_EC2_METADATA_SERVICE_ENDPOINT").unwrap_or(usual);
    let base = base.trim_end_matches('/');
    Url::parse(&format!("{base}/{path}"))
        .map_err(|_| CloudError::configuration("AWS_EC2_METADATA_SERVICE_ENDPOINT is no address"))
}
