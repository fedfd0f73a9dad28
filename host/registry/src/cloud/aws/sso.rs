//! IAM Identity Center: the token that `aws sso login` left in the user's
//! cache is traded for the keys of a role.

mod cache;

use reqwest::Method;
use serde::Deserialize;
use serde_json::json;
use tagwarden_core::spec::SecretValue;
use url::Url;

use self::cache::Cached;
use super::{
    Aws,
    host::is_region,
    profile::{Profile, Profiles},
    sigv4::Keys,
};
use crate::{
    auth::credential::sensitive,
    cloud::{
        CloudError,
        caller::{MAX_ANSWER, Place},
    },
    http::wire::{Ask, Content},
};

/// A profile's sign-in.
pub(super) struct SignIn<'a> {
    profile: &'a str,
    /// What the cached token is filed under: the session's name, in the older
    /// form the address of the portal.
    filed_under: &'a str,
    /// Whether the token may be renewed: those of the older form cannot.
    renewable: bool,
    region: &'a str,
    account: &'a str,
    role: &'a str,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Answer {
    role_credentials: RoleCredentials,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RoleCredentials {
    access_key_id: String,
    secret_access_key: String,
    session_token: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Renewed {
    access_token: String,
    expires_in: f64,
    #[serde(default)]
    refresh_token: Option<String>,
}

impl<'a> SignIn<'a> {
    /// The sign-in of a profile that has one; what is missing, if it is not whole.
    pub fn of(
        profiles: &'a Profiles,
        profile: &'a Profile,
        name: &'a str,
    ) -> Result<Option<Self>, String> {
        if !profile.keys().any(|key| key.starts_with("sso_")) {
            return Ok(None);
        }
        let session = profile.get("sso_session");
        let settings = match session {
            Some(session) => profiles
                .session(session)
                .ok_or_else(|| format!("there is no [sso-session {session}]"))?,
            None => profile,
        };
        let of = |settings: &'a Profile, key: &str| {
            settings.get(key).map(String::as_str).ok_or_else(|| format!("{key} is missing"))
        };
        let start_url = of(settings, "sso_start_url")?;
        let region = of(settings, "sso_region")?;
        if !is_region(region) {
            return Err("sso_region is no region".to_owned());
        }
        Ok(Some(Self {
            profile: name,
            filed_under: session.map_or(start_url, String::as_str),
            renewable: session.is_some(),
            region,
            account: of(profile, "sso_account_id")?,
            role: of(profile, "sso_role_name")?,
        }))
    }

    /// `GetRoleCredentials`, with the cached token.
    pub async fn keys(&self, aws: &Aws<'_>) -> Result<Keys, CloudError> {
        let token = self.token(aws).await?;
        let mut url = self.endpoint(aws, "AWS_ENDPOINT_URL_SSO", "portal.sso")?;
        append(&mut url, &["federation", "credentials"]);
        url.query_pairs_mut()
            .append_pair("role_name", self.role)
            .append_pair("account_id", self.account);
        let mut ask = Ask::get(url, "application/json", MAX_ANSWER);
        let header = token.expose_text().and_then(sensitive);
        let header = header.ok_or_else(|| self.ended("holds characters no token may have"))?;
        ask.headers.insert("x-amz-sso_bearer_token", header);
        let what = format!("sso:GetRoleCredentials for {} in {}", self.role, self.account);
        let answer: Answer = aws.caller.json(&what, Place::Internet, ask, &[&token]).await?;
        let keys = answer.role_credentials;
        Ok(Keys {
            source: format!("the sign-in of AWS profile {:?}", self.profile),
            id: keys.access_key_id,
            secret: SecretValue::new(keys.secret_access_key),
            session: Some(SecretValue::new(keys.session_token)),
        })
    }

    async fn token(&self, aws: &Aws<'_>) -> Result<SecretValue, CloudError> {
        let cached = Cached::read(aws.environment, self.filed_under)
            .await?
            .ok_or_else(|| self.ended("is not there"))?;
        if cached.lasts() {
            return Ok(cached.token());
        }
        match cached.renewal().filter(|_| self.renewable) {
            Some(renewal) => self.renewed(aws, cached, renewal).await,
            None => Err(self.ended("has ended")),
        }
    }

    /// `CreateToken` with the refresh token, whose successor is kept for the
    /// next one who needs it, as AWS's own clients do.
    async fn renewed(
        &self,
        aws: &Aws<'_>,
        cached: Cached,
        renewal: cache::Renewal,
    ) -> Result<SecretValue, CloudError> {
        let mut url = self.endpoint(aws, "AWS_ENDPOINT_URL_SSO_OIDC", "oidc")?;
        append(&mut url, &["token"]);
        let body = json!({
            "grantType": "refresh_token",
            "clientId": renewal.client_id,
            "clientSecret": renewal.client_secret.expose_text(),
            "refreshToken": renewal.refresh_token.expose_text(),
        });
        let mut ask = Ask::get(url, "application/json", MAX_ANSWER);
        ask.method = Method::POST;
        ask.content =
            Some(Content { media_type: "application/json", bytes: body.to_string().into() });
        let secrets = [&renewal.client_secret, &renewal.refresh_token];
        let answer: Result<Renewed, _> =
            aws.caller.json("sso-oidc:CreateToken", Place::Internet, ask, &secrets).await;
        let Renewed { access_token, expires_in, refresh_token } = answer
            .map_err(|error| self.ended(&format!("could not be renewed: {}", error.message)))?;
        cached.keep(&access_token, expires_in, refresh_token).await;
        Ok(SecretValue::new(access_token))
    }

    fn ended(&self, what: &str) -> CloudError {
        let profile = self.profile;
        CloudError::unauthorized(format!(
            "AWS profile {profile:?}: the token of its sign-in {what}; run `aws sso login --profile {profile}`"
        ))
    }

    fn endpoint(&self, aws: &Aws<'_>, variable: &str, service: &str) -> Result<Url, CloudError> {
        let region = self.region;
        let end = if region.starts_with("cn-") { ".cn" } else { "" };
        aws.endpoint(variable, &format!("https://{service}.{region}.amazonaws.com{end}/"))
    }
}

fn append(url: &mut Url, path: &[&str]) {
    if let Ok(mut segments) = url.path_segments_mut() {
        segments.pop_if_empty().extend(path);
    }
}
