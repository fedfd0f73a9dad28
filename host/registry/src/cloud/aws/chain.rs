//! Profiles that refer to one another: keys at the end, roles on the way back.

use std::path::Path;

use tagwarden_core::spec::SecretValue;

use super::{
    Aws,
    handed::{of_container, of_machine},
    process,
    profile::{Profile, Profiles},
    sigv4::Keys,
    sources::of_environment,
    sso::SignIn,
    sts::{self, Role},
};
use crate::cloud::CloudError;

/// How many profiles may refer to one another.
const MAX_DEPTH: usize = 5;
const SOURCELESS: &str =
    "role_arn needs source_profile, credential_source or web_identity_token_file";
const CODE: &str =
    "mfa_serial wants a code that nobody can be asked for here; sign in by `aws sso login`";
const LOGIN: &str = "the session of `aws login` cannot be used as it is; \
    name `aws configure export-credentials` as its credential_process";

/// The keys of `AWS_PROFILE`, or of the profile `default` if there is one.
pub(super) async fn of_profile(aws: &Aws<'_>) -> Result<Option<Keys>, CloudError> {
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
        let profile = profiles.get(name).ok_or_else(|| wrong(name, "does not exist"))?;
        let Some(role) = role(profile, name)? else {
            match own(aws, profiles, profile, name).await? {
                Some(keys) => break keys,
                None if roles.is_empty() => return Ok(None),
                None => return Err(wrong(name, "holds no credentials")),
            }
        };
        if let Some(token) = profile.get("web_identity_token_file") {
            break sts::with_web_identity(aws, &role, Path::new(token)).await?;
        }
        roles.push(role);
        match profile.get("source_profile") {
            Some(source) if source != name => name = source,
            // A profile may be its own source.
            _ => {
                let keys = match profile.get("credential_source") {
                    Some(source) => of_named_source(aws, source).await?,
                    None => own(aws, profiles, profile, name).await?,
                };
                break keys.ok_or_else(|| wrong(name, SOURCELESS))?;
            }
        }
        if roles.len() > MAX_DEPTH {
            return Err(wrong(name, "source_profile leads too far"));
        }
    };
    for role in roles.iter().rev() {
        keys = sts::with_keys(aws, role, &keys).await?;
    }
    Ok(Some(keys))
}

fn wrong(profile: &str, why: &str) -> CloudError {
    CloudError::configuration(format!("AWS profile {profile:?}: {why}"))
}

fn role(profile: &Profile, name: &str) -> Result<Option<Role>, CloudError> {
    let Some(arn) = profile.get("role_arn") else {
        return Ok(None);
    };
    if profile.contains_key("mfa_serial") {
        return Err(wrong(name, CODE));
    }
    Ok(Some(Role {
        arn: arn.clone(),
        session: profile.get("role_session_name").cloned(),
        external_id: profile.get("external_id").cloned(),
        named_in: format!("AWS profile {name:?}"),
    }))
}

/// What a profile has of itself: keys, a sign-in, or a program that is asked.
async fn own(
    aws: &Aws<'_>,
    profiles: &Profiles,
    profile: &Profile,
    name: &str,
) -> Result<Option<Keys>, CloudError> {
    if let Some(keys) = keys_of(profile, name) {
        return Ok(Some(keys));
    }
    let sign_in = SignIn::of(profiles, profile, name).map_err(|why| wrong(name, &why))?;
    if let Some(sign_in) = sign_in {
        return sign_in.keys(aws).await.map(Some);
    }
    if let Some(command) = profile.get("credential_process") {
        return process::keys(aws, name, command).await.map(Some);
    }
    match profile.contains_key("login_session") {
        true => Err(wrong(name, LOGIN)),
        false => Ok(None),
    }
}

fn keys_of(profile: &Profile, name: &str) -> Option<Keys> {
    Some(Keys {
        source: format!("AWS profile {name:?}"),
        id: profile.get("aws_access_key_id")?.clone(),
        secret: SecretValue::new(profile.get("aws_secret_access_key")?.as_str()),
        session: profile.get("aws_session_token").map(|token| SecretValue::new(token.as_str())),
    })
}

async fn of_named_source(aws: &Aws<'_>, source: &str) -> Result<Option<Keys>, CloudError> {
    match source {
        "Environment" => Ok(of_environment(aws)),
        "EcsContainer" => of_container(aws).await,
        "Ec2InstanceMetadata" => of_machine(aws).await.map(Some),
        _ => Ok(None),
    }
}
