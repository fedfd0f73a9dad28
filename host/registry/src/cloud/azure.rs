//! Azure Container Registry: an Entra ID token is exchanged at the registry
//! for a refresh token, which the registry's own token endpoint takes.

mod certificate;
mod identity;

use std::time::{Duration, SystemTime};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use reqwest::Method;
use serde::Deserialize;
use tagwarden_core::spec::SecretValue;
use url::Url;

use super::{
    Caller, CloudError, Login, Site,
    caller::{MAX_ANSWER, Place},
    moment,
};
use crate::{
    auth::credential::Credential,
    environment::Environment,
    http::wire::{Ask, Content},
};

/// How long a refresh token lasts that does not say: Azure gives them for three hours.
const DEFAULT_LIFE: Duration = Duration::from_secs(3600);

/// Azure's clouds: registries' ends, where tokens are had, what they are for.
const CLOUDS: [(&str, Cloud); 3] = [
    (
        ".azurecr.io",
        Cloud {
            authority: "https://login.microsoftonline.com",
            resource: "https://management.azure.com/",
        },
    ),
    (
        ".azurecr.cn",
        Cloud {
            authority: "https://login.chinacloudapi.cn",
            resource: "https://management.chinacloudapi.cn/",
        },
    ),
    (
        ".azurecr.us",
        Cloud {
            authority: "https://login.microsoftonline.us",
            resource: "https://management.usgovcloudapi.net/",
        },
    ),
];

/// One of Azure's clouds.
#[derive(Clone, Copy)]
struct Cloud {
    authority: &'static str,
    resource: &'static str,
}

impl Cloud {
    fn of(host: &str) -> Option<Self> {
        let of = |suffix| host.strip_suffix(suffix).is_some_and(|name| !name.is_empty());
        CLOUDS.into_iter().find(|(suffix, _)| of(*suffix)).map(|(_, cloud)| cloud)
    }
}

/// What a login is good for: one registry.
pub(super) fn scope(site: Site<'_>) -> Option<String> {
    Cloud::of(site.host).map(|_| site.authority.to_owned())
}

#[derive(Deserialize)]
struct Exchanged {
    refresh_token: String,
}

/// Exchanges the ambient identity's token at the registry.
pub(super) async fn log_in(
    environment: &Environment,
    caller: &Caller<'_>,
    site: Site<'_>,
) -> Result<Login, CloudError> {
    let cloud = Cloud::of(site.host)
        .ok_or_else(|| CloudError::configuration(format!("{} is no ACR registry", site.host)))?;
    let (source, token) = identity::token(environment, caller, cloud).await?;
    let text = token.expose_text().unwrap_or_default();
    let what = format!("the exchange of {source}'s token at {}", site.authority);
    let url = Url::parse(&format!("{}://{}/oauth2/exchange", site.scheme, site.authority))
        .map_err(|_| CloudError::configuration(format!("{what}: no address")))?;
    let mut form =
        vec![("grant_type", "access_token"), ("service", site.host), ("access_token", text)];
    if let Some(tenant) = environment.get("AZURE_TENANT_ID") {
        form.push(("tenant", tenant));
    }
    let mut ask = Ask::get(url, "application/json", MAX_ANSWER);
    ask.method = Method::POST;
    ask.content = Some(Content::pairs(&form));
    let answer: Exchanged = caller.json(&what, Place::Registry, ask, &[&token]).await?;
    let life = expiry(&answer.refresh_token)
        .map_or(DEFAULT_LIFE, |seconds| moment::until(seconds, SystemTime::now()));
    Ok(Login {
        credential: Credential {
            identity: Some(format!("azure {source}")),
            source: Some(source),
            identity_token: Some(SecretValue::new(answer.refresh_token)),
            ..Credential::default()
        },
        life,
    })
}

/// When a JSON Web Token says that it ends. It is not checked: the registry does that.
fn expiry(token: &str) -> Option<f64> {
    #[derive(Deserialize)]
    struct Claims {
        exp: f64,
    }
    let claims = URL_SAFE_NO_PAD.decode(token.split('.').nth(1)?).ok()?;
    serde_json::from_slice::<Claims>(&claims).ok().map(|claims| claims.exp)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_when_a_refresh_token_ends() {
        let claims = URL_SAFE_NO_PAD.encode(r#"{"exp":1790000000,"aud":"x"}"#);
        assert_eq!(expiry(&format!("e30.{claims}.sig")), Some(1_790_000_000.0));
        for opaque in ["", "opaque", "a.b.c", "a.e30.c"] {
            assert_eq!(expiry(opaque), None, "{opaque}");
        }
    }
}
