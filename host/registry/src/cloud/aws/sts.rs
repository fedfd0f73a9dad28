//! Roles: taken up with a token of another identity provider, or with keys.

use std::{path::Path, time::SystemTime};

use reqwest::Method;
use tagwarden_core::spec::SecretValue;
use url::form_urlencoded::Serializer;

use super::{
    Aws,
    sigv4::{Keys, sign},
};
use crate::{
    cloud::{
        CloudError,
        caller::{MAX_ANSWER, Place, element, file},
    },
    http::wire::{Ask, Content},
};

const VERSION: &str = "2011-06-15";
const SESSION: &str = "tagwarden";

/// A role to take up.
#[derive(Clone, Debug)]
pub(super) struct Role {
    pub arn: String,
    pub session: Option<String>,
    pub external_id: Option<String>,
    /// Which setting names it.
    pub named_in: String,
}

/// `AssumeRoleWithWebIdentity`: the file holds the token of, say, a service account.
pub(super) async fn with_web_identity(
    aws: &Aws<'_>,
    role: &Role,
    token_file: &Path,
) -> Result<Keys, CloudError> {
    let named_in = &role.named_in;
    let token = file(&format!("the web identity token of {named_in}"), token_file).await?;
    let text = token
        .expose_text()
        .ok_or_else(|| CloudError::configuration(format!("{}: no text", token_file.display())))?;
    let form = form("AssumeRoleWithWebIdentity", role, &[("WebIdentityToken", text)]);
    let ask = ask(aws, form)?;
    let what = format!("sts:AssumeRoleWithWebIdentity for {}", role.arn);
    let body = aws.caller.body(&what, Place::Internet, ask, &[&token]).await?;
    read(&what, &body, format!("the role {} of {named_in}", role.arn))
}

/// `AssumeRole`, signed with keys.
pub(super) async fn with_keys(aws: &Aws<'_>, role: &Role, keys: &Keys) -> Result<Keys, CloudError> {
    let id = role.external_id.as_deref().map(|id| ("ExternalId", id));
    let mut ask = ask(aws, form("AssumeRole", role, id.as_slice()))?;
    sign(&mut ask, keys, &aws.region, "sts", SystemTime::now()).ok_or_else(|| keys.unusable())?;
    let what = format!("sts:AssumeRole for {}, with {}", role.arn, keys.source);
    let body = aws.caller.body(&what, Place::Internet, ask, &keys.secrets()).await?;
    read(&what, &body, format!("the role {} of {}", role.arn, role.named_in))
}

fn form(action: &str, role: &Role, more: &[(&str, &str)]) -> String {
    let mut form = Serializer::new(String::new());
    form.append_pair("Action", action)
        .append_pair("Version", VERSION)
        .append_pair("RoleArn", &role.arn)
        .append_pair("RoleSessionName", role.session.as_deref().unwrap_or(SESSION))
        .extend_pairs(more);
    form.finish()
}

fn ask(aws: &Aws<'_>, form: String) -> Result<Ask, CloudError> {
    let usual = format!("https://sts.{}.{}/", aws.region, aws.domain);
    let url = aws.endpoint("AWS_ENDPOINT_URL_STS", &usual)?;
    let mut ask = Ask::get(url, "application/xml", MAX_ANSWER);
    ask.method = Method::POST;
    ask.content = Some(Content::form(form));
    Ok(ask)
}

fn read(what: &str, body: &[u8], source: String) -> Result<Keys, CloudError> {
    let xml = String::from_utf8_lossy(body);
    let part = |name| element(&xml, name).filter(|text| !text.is_empty());
    let found = (part("AccessKeyId"), part("SecretAccessKey"), part("SessionToken"));
    let (Some(id), Some(secret), Some(session)) = found else {
        return Err(CloudError::protocol(format!("{what}: the answer holds no credentials")));
    };
    Ok(Keys {
        source,
        id: id.to_owned(),
        secret: SecretValue::new(secret),
        session: Some(SecretValue::new(session)),
    })
}
