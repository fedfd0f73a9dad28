//! Where AWS's own clients find credentials, in their order.

use std::path::Path;

use reqwest::{Method, header::AUTHORIZATION};
use serde::Deserialize;
use tagwarden_core::spec::SecretValue;
use url::Url;

use super::{
    Aws,
    profile::{Profile, Profiles},
    sigv4::Keys,
    sts::{self, Role},
};
use crate::{
    auth::credential::sensitive,
    cloud::{
        CloudError,
        caller::{MAX_ANSWER, Place, file, trusted},
    },
    http::wire::Ask,
};

/// How many profiles may refer to one another.
const MAX_DEPTH: usize = 5;
const FOREIGN: &str = "sign-in by sso or credential_process is not supported; export keys instead";
const SOURCELESS: &str =
    "role_arn needs source_profile, credential_source or web_identity_token_file";
/// Addresses without TLS that container platforms give their credentials at.
const CONTAINER_HOSTS: [&str; 3] = ["169.254.170.2", "169.254.170.23", "[fd00:ec2::23]"];

/// The first credentials there are: variables, a web identity, a profile, the
/// container's, the machine's.
pub(super) async fn find(aws: &Aws<'_>) -> Result<Keys, CloudError> {
    if let Some(keys) = of_environment(aws) {
        return Ok(keys);
    }
    let env = aws.environment;
    if let (Some(token), Some(arn)) =
        (env.path("AWS_WEB_IDENTITY_TOKEN_FILE"), env.get("AWS_ROLE_ARN"))
    {
        let role = Role {
            arn: arn.to_owned(),
            session: env.get("AWS_ROLE_SESSION_NAME").map(str::to_owned),
            external_id: None,
            named_in: "AWS_ROLE_ARN".to_owned(),
        };
        return sts::with_web_identity(aws, &role, &token).await;
    }
    if let Some(keys) = of_profile(aws).await? {
        return Ok(keys);
    }
    if let Some(keys) = of_container(aws).await? {
        return Ok(keys);
    }
    of_machine(aws).await
}

fn of_environment(aws: &Aws<'_>) -> Option<Keys> {
    let env = aws.environment;
    Some(Keys {
        source: "the keys of AWS_ACCESS_KEY_ID".to_owned(),
        id: env.get("AWS_ACCESS_KEY_ID")?.to_owned(),
        secret: SecretValue::new(env.get("AWS_SECRET_ACCESS_KEY")?),
        session: env.get("AWS_SESSION_TOKEN").map(SecretValue::new),
    })
}

async fn of_profile(aws: &Aws<'_>) -> Result<Option<Keys>, CloudError> {
    let asked_for = aws.environment.get("AWS_PROFILE");
    let profiles = Profiles::load(aws.environment).await?;
    let name = asked_for.unwrap_or("default");
    match (profiles.get(name), asked_for) {
        (Some(_), _) => resolve(aws, &profiles, name).await,
        (None, None) => Ok(None),
        (None, Some(name)) => Err(CloudError::configuration(format!(
            "AWS_PROFILE: there is no profile {name:?} in ~/.aws/config or ~/.aws/credentials"
        ))),
    }
}

/// Follows a profile to keys, then takes up the roles on the way back.
async fn resolve(
    aws: &Aws<'_>,
    profiles: &Profiles,
    first: &str,
) -> Result<Option<Keys>, CloudError> {
    let mut roles = vec![];
    let mut name = first;
    let mut keys = loop {
        let at = name;
        let wrong = |why: &str| CloudError::configuration(format!("AWS profile {at:?}: {why}"));
        let profile = profiles.get(name).ok_or_else(|| wrong("does not exist"))?;
        let own = keys_of(profile, name);
        let Some(role) = role(profile, name) else {
            match own {
                Some(own) => break own,
                None if is_foreign(profile) => return Err(wrong(FOREIGN)),
                None if roles.is_empty() => return Ok(None),
                None => return Err(wrong("holds no credentials")),
            }
        };
        if let Some(token) = profile.get("web_identity_token_file") {
            break sts::with_web_identity(aws, &role, Path::new(token)).await?;
        }
        roles.push(role);
        match (profile.get("source_profile"), own) {
            // A profile may be its own source.
            (Some(source), Some(own)) if source == name => break own,
            (Some(source), _) => name = source,
            (None, Some(own)) => break own,
            (None, None) => {
                let source = profile.get("credential_source").map_or("", String::as_str);
                break of_named_source(aws, source).await?.ok_or_else(|| wrong(SOURCELESS))?;
            }
        }
        if roles.len() > MAX_DEPTH {
            return Err(wrong("source_profile leads too far"));
        }
    };
    for role in roles.iter().rev() {
        keys = sts::with_keys(aws, role, &keys).await?;
    }
    Ok(Some(keys))
}

fn role(profile: &Profile, name: &str) -> Option<Role> {
    Some(Role {
        arn: profile.get("role_arn")?.clone(),
        session: profile.get("role_session_name").cloned(),
        external_id: profile.get("external_id").cloned(),
        named_in: format!("AWS profile {name:?}"),
    })
}

fn keys_of(profile: &Profile, name: &str) -> Option<Keys> {
    Some(Keys {
        source: format!("AWS profile {name:?}"),
        id: profile.get("aws_access_key_id")?.clone(),
        secret: SecretValue::new(profile.get("aws_secret_access_key")?.as_str()),
        session: profile.get("aws_session_token").map(|token| SecretValue::new(token.as_str())),
    })
}

fn is_foreign(profile: &Profile) -> bool {
    profile.keys().any(|key| key.starts_with("sso_") || key == "credential_process")
}

async fn of_named_source(aws: &Aws<'_>, source: &str) -> Result<Option<Keys>, CloudError> {
    match source {
        "Environment" => Ok(of_environment(aws)),
        "EcsContainer" => of_container(aws).await,
        "Ec2InstanceMetadata" => of_machine(aws).await.map(Some),
        _ => Ok(None),
    }
}

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

async fn of_container(aws: &Aws<'_>) -> Result<Option<Keys>, CloudError> {
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
async fn of_machine(aws: &Aws<'_>) -> Result<Keys, CloudError> {
    let env = aws.environment;
    let nowhere = |why: &str| {
        CloudError::unauthorized(format!(
            "no AWS credentials: none in the environment, ~/.aws, the container, and {why}"
        ))
    };
    if env.get("AWS_EC2_METADATA_DISABLED").is_some_and(|v| v.eq_ignore_ascii_case("true")) {
        return Err(nowhere("AWS_EC2_METADATA_DISABLED is set"));
    }
    let what = "the EC2 metadata service";
    let mut ask = Ask::get(metadata(aws, "latest/api/token")?, "*/*", MAX_ANSWER);
    ask.method = Method::PUT;
    ask.header("x-aws-ec2-metadata-token-ttl-seconds", "300");
    let token = aws.caller.body(what, Place::Metadata, ask, &[]).await;
    let token = token.map(SecretValue::new).map_err(|error| nowhere(&error.message))?;
    let below = "latest/meta-data/iam/security-credentials/";
    let role =
        aws.caller.body(what, Place::Metadata, guarded(aws, below, &token)?, &[&token]).await;
    let role =
        role.map_err(|error| nowhere(&format!("the machine has no role: {}", error.message)))?;
    let role = String::from_utf8_lossy(&role);
    let role = role.lines().next().unwrap_or_default().trim();
    let ask = guarded(aws, &format!("{below}{role}"), &token)?;
    let handed: Handed = aws.caller.json(what, Place::Metadata, ask, &[&token]).await?;
    Ok(handed.keys(format!("the machine's role {role}")))
}

fn guarded(aws: &Aws<'_>, path: &str, token: &SecretValue) -> Result<Ask, CloudError> {
    let mut ask = Ask::get(metadata(aws, path)?, "*/*", MAX_ANSWER);
    let value = token.expose_text().and_then(sensitive);
    let value =
        value.ok_or_else(|| CloudError::protocol("the metadata service's token is none"))?;
    ask.headers.insert("x-aws-ec2-metadata-token", value);
    Ok(ask)
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
