//! People who logged in with gcloud, at Google or by federation.

use serde::Deserialize;
use tagwarden_core::spec::SecretValue;

use super::{Access, Client, Google, key::TOKEN_URI, traded};
use crate::cloud::{CloudError, caller::trusted};

/// A file of the type `authorized_user`.
#[derive(Deserialize)]
pub(super) struct User {
    client_id: String,
    client_secret: String,
    refresh_token: String,
    #[serde(default)]
    token_uri: Option<String>,
}

impl User {
    pub async fn access(&self, google: &Google<'_>) -> Result<Access, CloudError> {
        let address = self.token_uri.as_deref().unwrap_or(TOKEN_URI);
        let url = trusted(&format!("token_uri of {}", google.source), address)?;
        let form = [
            ("grant_type", "refresh_token"),
            ("client_id", &self.client_id),
            ("client_secret", &self.client_secret),
            ("refresh_token", &self.refresh_token),
        ];
        let secrets =
            [&self.client_secret, &self.refresh_token].map(|s| SecretValue::new(s.as_str()));
        let secrets: Vec<_> = secrets.iter().collect();
        let what = "Google's token endpoint";
        traded(google, what, url, &form, &Client::default(), &secrets).await
    }
}

/// A file of the type `external_account_authorized_user`.
#[derive(Deserialize)]
pub(super) struct FederatedUser {
    #[serde(flatten)]
    client: Client,
    refresh_token: String,
    token_url: String,
}

impl FederatedUser {
    pub async fn access(&self, google: &Google<'_>) -> Result<Access, CloudError> {
        let url = trusted(&format!("token_url of {}", google.source), &self.token_url)?;
        let form = [("grant_type", "refresh_token"), ("refresh_token", &self.refresh_token)];
        let secret = SecretValue::new(self.refresh_token.as_str());
        traded(google, "Google's token endpoint", url, &form, &self.client, &[&secret]).await
    }
}
